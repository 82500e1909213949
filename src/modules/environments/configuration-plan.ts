import { createHash } from 'node:crypto';
import type {
  ConfigurationChanges,
  ConfigurationValue,
  ConfiguredItem,
  ProjectChanges,
  ProjectConfiguration,
} from '../../kernel/facets/configuration.js';
import { canonicalJson } from '../../kernel/text/canonical-json.js';

/** What becomes of one value, by its path: `roles.Support.permissions`. */
export interface PlannedChange {
  readonly path: string;
  /** `add` and `remove` of a whole item, such as a role; `change` of a value that an item has on both sides. */
  readonly change: 'add' | 'change' | 'remove';
  readonly from: ConfigurationValue;
  readonly to: ConfigurationValue;
}

/** Changes of values, and what tells them from any others: SHA-256 over both configurations, lower-case hex. */
export interface ConfigurationPlan {
  readonly digest: string;
  readonly changes: readonly PlannedChange[];
}

/** No configuration at all: of a project that is not there yet. */
export const NO_CONFIGURATION: ProjectConfiguration = new Map();

/** An item on either side, or both. */
interface Pairing {
  readonly part: string;
  /** What paths call it: no other item of either side. */
  readonly name: string;
  readonly here: ConfiguredItem | undefined;
  readonly there: ConfiguredItem | undefined;
}

/** What makes of one configuration the other, for the modules to carry out. What is not compared plays no part. */
export function changesBetween(from: ProjectConfiguration, to: ProjectConfiguration): ProjectChanges {
  const changes = new Map<string, Record<keyof ConfigurationChanges, ConfiguredItem[]>>();
  for (const { part, here, there } of pairings(from, to)) {
    if (here && there && canonicalJson(here.values) === canonicalJson(there.values)) continue;
    const own = changes.get(part) ?? { add: [], change: [], remove: [] };
    changes.set(part, own);
    if (!there) own.remove.push(here!);
    else (here ? own.change : own.add).push(there);
  }
  return changes;
}

/** The same, value by value, for people. A value that is null on both sides is left out, also of a new item. */
export function plannedChanges(from: ProjectConfiguration, to: ProjectConfiguration): PlannedChange[] {
  const planned: PlannedChange[] = [];
  for (const { part, name, here, there } of pairings(from, to)) {
    const change = here && there ? 'change' : there ? 'add' : 'remove';
    const fields = new Set([...Object.keys(here?.values ?? {}), ...Object.keys(there?.values ?? {})]);
    for (const field of [...fields].sort()) {
      const [before, after] = [here?.values[field] ?? null, there?.values[field] ?? null];
      if (canonicalJson(before) === canonicalJson(after)) continue;
      planned.push({ path: pathOf(part, name, field), change, from: before, to: after });
    }
  }
  return planned;
}

/** A plan to give `target` the configuration of `source`; `target` is null when it is not there yet. */
export function planOf(source: ProjectConfiguration, target: ProjectConfiguration | null): ConfigurationPlan {
  const sides = { source: compared(source), target: target && compared(target) };
  return {
    digest: createHash('sha256').update(canonicalJson(sides)).digest('hex'),
    changes: plannedChanges(target ?? NO_CONFIGURATION, source),
  };
}

/** Whether two configurations are the same in everything that is compared. */
export function isSame(one: ProjectConfiguration, other: ProjectConfiguration): boolean {
  return changesBetween(one, other).size === 0;
}

/** Where a value stands. An item's name may hold dots; a part's and a field's never do. */
export function pathOf(part: string, name: string, field: string): string {
  return [part, name, field].filter(piece => piece !== '').join('.');
}

/** What a configuration is told by, in one order: neither names nor what belongs to an environment. */
function compared(configuration: ProjectConfiguration) {
  return [...configuration].flatMap(([part, items]) =>
    items
      .map(({ key, values }) => ({ part, key, values }))
      .sort((one, other) => (one.key < other.key ? -1 : 1)),
  );
}

/** The items of both sides, part by part and by key within a part. */
function pairings(here: ProjectConfiguration, there: ProjectConfiguration): Pairing[] {
  const parts = [...new Set([...there.keys(), ...here.keys()])];
  return parts.flatMap(part => {
    const mine = byKey(here.get(part));
    const others = byKey(there.get(part));
    const taken = new Set([...others.values()].map(({ name }) => name));
    return [...new Set([...mine.keys(), ...others.keys()])].sort().map(key => {
      const [here, there] = [mine.get(key), others.get(key)];
      return { part, name: there?.name ?? freeName(here!.name, taken), here, there };
    });
  });
}

/** A name like that which none of `taken` has, and which it has from now on: a namesake there is another item. */
function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let nth = 2; taken.has(free); nth++) free = `${name}#${nth}`;
  taken.add(free);
  return free;
}

function byKey(items: readonly ConfiguredItem[] = []): Map<string, ConfiguredItem> {
  return new Map(items.map(item => [item.key, item]));
}
