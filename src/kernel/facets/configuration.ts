import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';
import { collect, type Effect } from './effects.js';
import { Facets } from './facets.js';

/** A value as JSON has it. Lists whose order means nothing are sorted, so that equal configurations are equal. */
export type ConfigurationValue =
  | null
  | boolean
  | number
  | string
  | readonly ConfigurationValue[]
  | { readonly [name: string]: ConfigurationValue };

/** One thing that travels between projects: a role, a rule, an endpoint; or a part's only one. */
export interface ConfiguredItem {
  /** By which an item here and an item there are the same: a role's name, an endpoint's lineage. Empty for a part's only item. */
  readonly key: string;
  /** What paths call it. Empty for a part's only item. */
  readonly name: string;
  /** Everything of it that travels. What other parts have is named, never by its id. */
  readonly values: Readonly<Record<string, ConfigurationValue>>;
  /**
   * What an added item begins with although it belongs to its environment: an endpoint's URL. It is neither compared, nor
   * shown in a plan, nor written over what is there.
   */
  readonly carried?: Readonly<Record<string, ConfigurationValue>>;
}

/** What brings one part of a project's configuration to what it shall be. */
export interface ConfigurationChanges {
  readonly add: readonly ConfiguredItem[];
  /** Items that exist, with all their values as they shall be. */
  readonly change: readonly ConfiguredItem[];
  readonly remove: readonly ConfiguredItem[];
}

/** One part of a project's configuration: `roles`, `webhook_endpoints`. */
export interface ConfigurationPart {
  /** What paths begin with; empty for the project's own values. */
  readonly part: string;
  /** The parts whose items its values name. */
  readonly dependsOn: readonly string[];
  /** The project's items, by key. */
  snapshot(ctx: RequestContext, projectId: string): Promise<ConfiguredItem[]>;
  /** What these changes would stop or reach besides themselves. */
  effects?(ctx: RequestContext, projectId: string, changes: ConfigurationChanges): Promise<Effect[]>;
  /** Deletes items, in the caller's unit of work, as a request that deletes them would. */
  remove(ctx: RequestContext, projectId: string, items: readonly ConfiguredItem[]): Promise<void>;
  /** Adds and changes items, in the caller's unit of work. What they name exists by then. */
  write(
    ctx: RequestContext,
    projectId: string,
    changes: Pick<ConfigurationChanges, 'add' | 'change'>,
  ): Promise<void>;
}

/** A facet of a module with something that travels. */
export interface AnswersConfiguration {
  readonly configuration: ConfigurationPart;
}

/** Items of each part, by the part's name. */
export type ProjectConfiguration = ReadonlyMap<string, readonly ConfiguredItem[]>;

/** Changes of each part, by the part's name. */
export type ProjectChanges = ReadonlyMap<string, ConfigurationChanges>;

/** Reads and writes the configuration of projects, whatever modules it consists of. */
@Injectable()
export class Configuration {
  constructor(private readonly facets: Facets) {}

  /** What the project's configuration is, part by part; a part comes after those it depends on. */
  async snapshot(ctx: RequestContext, projectId: string): Promise<ProjectConfiguration> {
    const all = new Map<string, readonly ConfiguredItem[]>();
    for (const part of this.parts()) {
      all.set(part.part, await part.snapshot(ctx, projectId));
      // SQLite holds the event loop while it works: others get their turn.
      await turn();
    }
    return all;
  }

  /** What changes would stop or reach besides themselves. */
  effects(ctx: RequestContext, projectId: string, changes: ProjectChanges): Promise<Effect[]> {
    return collect(this.parts(), async part => {
      const own = changes.get(part.part);
      return (own && (await part.effects?.(ctx, projectId, own))) ?? [];
    });
  }

  /** Carries changes out in the caller's unit of work: first what goes, last parts first, then everything else. */
  async apply(ctx: RequestContext, projectId: string, changes: ProjectChanges): Promise<void> {
    const parts = this.parts();
    for (const part of [...parts].reverse()) {
      const items = changes.get(part.part)?.remove ?? [];
      if (items.length > 0) await part.remove(ctx, projectId, items);
      await turn();
    }
    for (const part of parts) {
      const own = changes.get(part.part);
      if (own && own.add.length + own.change.length > 0) await part.write(ctx, projectId, own);
      await turn();
    }
  }

  /** All parts, each after those it depends on. @throws Error when they depend on one another in a circle. */
  private parts(): ConfigurationPart[] {
    const waiting = this.facets
      .answering<AnswersConfiguration>('configuration')
      .map(facet => facet.configuration);
    const ordered: ConfigurationPart[] = [];
    while (waiting.length > 0) {
      const next = waiting.findIndex(
        ({ dependsOn }) => !waiting.some(({ part }) => dependsOn.includes(part)),
      );
      if (next < 0)
        throw new Error(
          `configuration parts depend on one another: ${waiting.map(({ part }) => part).join(', ')}`,
        );
      ordered.push(...waiting.splice(next, 1));
    }
    return ordered;
  }
}
