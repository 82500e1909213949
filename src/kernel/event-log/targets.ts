declare const declared: unique symbol;

/**
 * What an event-log entry is about. Only what {@link defineTarget} answers makes one: so it is known of every target
 * what its name is made of.
 */
export interface AuditTarget {
  readonly type: string;
  readonly id: string;
  readonly name: string | null;
  readonly [declared]: true;
}

/** The attributes that tell what a target of some type is; each must be one that a rule may name, or structural. */
export interface TargetDefinition {
  /** What its name is made of: whoever one of them is hidden from sees no name, and searches for none. */
  readonly name: readonly string[];
  /** What its id is made of, where it is not an id of ours. */
  readonly id?: readonly string[];
}

const defined = new Map<string, TargetDefinition>();

/** Defines a type of target, and answers what makes its targets. @throws Error when the type is defined already */
export function defineTarget(type: string, definition: TargetDefinition) {
  if (defined.has(type)) throw new Error(`the target ${type} is defined twice`);
  defined.set(type, definition);
  return (id: string, name: string | null) => ({ type, id, name }) as AuditTarget;
}

/** What tells what a target of the type is; undefined when no module defines it. */
export function targetDefinition(type: string): TargetDefinition | undefined {
  return defined.get(type);
}

/** Every type of target with its definition. */
export function targetDefinitions(): ReadonlyMap<string, TargetDefinition> {
  return defined;
}
