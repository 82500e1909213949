import type { RequestContext } from '../../src/kernel/context/request-context.js';
import type {
  AnswersConfiguration,
  ConfigurationChanges,
  ConfiguredItem,
} from '../../src/kernel/facets/configuration.js';
import { Facets } from '../../src/kernel/facets/facets.js';
import type { AnswersHandoffChecks } from '../../src/kernel/facets/handoff-checks.js';
import type { AnswersPurging } from '../../src/kernel/facets/purging.js';
import type { TestServer } from './server.js';

/**
 * A facet of a module that does not exist, kept in memory: projects have gadgets, which travel, and deliveries, which are
 * purged. It answers two handoff checks that some module may not answer yet.
 */
export class Gadgets implements AnswersConfiguration, AnswersHandoffChecks, AnswersPurging {
  /** Gadgets of each project, by name; each with its color, and the maker that is no business of another project. */
  readonly of = new Map<string, Map<string, { color: string; maker: string }>>();
  /** When the deliveries of each project were made. */
  readonly deliveries = new Map<string, Date[]>();
  /** Whether gadgets are said to be connected and verified. */
  works = true;

  readonly configuration = {
    part: 'gadgets',
    dependsOn: ['roles'],
    snapshot: async (_: RequestContext, projectId: string): Promise<ConfiguredItem[]> =>
      [...this.gadgetsOf(projectId)].map(([key, { color, maker }]) => ({
        ...{ key, name: key, values: { color } },
        carried: { maker },
      })),
    effects: async (_: RequestContext, __: string, { remove }: ConfigurationChanges) => [
      { effect: 'gadgets_thrown_away', count: remove.length },
    ],
    remove: async (_: RequestContext, projectId: string, items: readonly ConfiguredItem[]) => {
      for (const { key } of items) this.gadgetsOf(projectId).delete(key);
    },
    write: async (
      _: RequestContext,
      projectId: string,
      { add, change }: Pick<ConfigurationChanges, 'add' | 'change'>,
    ) => {
      for (const item of [...add, ...change]) {
        const { maker } = (item as ConfiguredItem & { carried: { maker: string } }).carried;
        this.gadgetsOf(projectId).set(item.key, { color: item.values.color as string, maker });
      }
    },
  };

  readonly handoffChecks = {
    test_endpoint_connected: async () => this.finding(),
    webhook_delivery_verified: async () => this.finding(),
  };

  readonly purging = {
    webhook_deliveries: {
      count: async (_: RequestContext, projectId: string, before: Date) => this.old(projectId, before).length,
      deleteBatch: async (_: RequestContext, projectId: string, before: Date, limit: number) => {
        const gone = this.old(projectId, before).slice(0, limit);
        const kept = (this.deliveries.get(projectId) ?? []).filter(at => !gone.includes(at));
        this.deliveries.set(projectId, kept);
        return gone.length;
      },
    },
  };

  /** Adds the facet to a server that runs. */
  static addTo({ app }: TestServer): Gadgets {
    const facets = app.get(Facets, { strict: false });
    const gadgets = new Gadgets();
    // Asked once, it knows all there are. The first that answers a check or a purge is the one that counts.
    facets.answering<AnswersConfiguration>('configuration');
    const { all } = facets as unknown as { all: object[] };
    Object.assign(facets, { all: [gadgets, ...all] });
    return gadgets;
  }

  gadgetsOf(projectId: string) {
    const gadgets = this.of.get(projectId) ?? new Map<string, { color: string; maker: string }>();
    this.of.set(projectId, gadgets);
    return gadgets;
  }

  private old(projectId: string, before: Date): Date[] {
    return (this.deliveries.get(projectId) ?? []).filter(at => at < before);
  }

  private finding() {
    return { passed: this.works, evidence: this.works ? { count: 1 } : null, fix: 'Plug it in.' };
  }
}
