/**
 * Every event type. Each module adds its own here for the type (`declare module`) and defines them with
 * {@link defineEvents}. Types are part of the wire contract (event log and webhooks): added, never renamed.
 */
export interface EventTypes {}

export type EventType = keyof EventTypes;

/**
 * What is to be said of an event type: the sentence that the docs and the Swagger page show. `access: false` says
 * that such an event never changes who may do what: keys, members, roles, rules, accounts, sessions, the state and
 * owner of projects and organizations. Unless it is said, the event is taken to change it. `shows` names the attributes
 * that a field of its changes tells, where it is not the attribute of that name of the target: such a field is hidden
 * when one of them is.
 */
export type EventDefinition =
  string | { readonly text: string; readonly access?: false; readonly shows?: ShownBy };

/** By field: the attributes that it tells. */
export type ShownBy = Readonly<Record<string, readonly string[]>>;

const defined = new Map<string, EventDefinition>();

/** Defines event types, and answers them. @throws Error when one is defined already, or is not named `subject.verb`. */
export function defineEvents<T extends string>(events: Readonly<Record<T, EventDefinition>>) {
  for (const [type, definition] of Object.entries<EventDefinition>(events)) {
    if (!/^[a-z_]+\.[a-z_]+$/.test(type)) throw new Error(`"${type}" is not a name for an event type`);
    if (defined.has(type)) throw new Error(`the event type ${type} is defined twice`);
    defined.set(type, definition);
  }
  return events;
}

/** Whether some module that this process has defines the type. */
export function isEventType(type: string): type is EventType {
  return defined.has(type);
}

/** Whether an event of the type may have changed who may do what. */
export function touchesAccess(type: string): boolean {
  const definition = defined.get(type);
  return typeof definition !== 'object' || definition.access !== false;
}

/** What the fields of its changes tell, beside attributes of the target. */
export function shownBy(type: string): ShownBy {
  const definition = defined.get(type);
  return (typeof definition === 'object' && definition.shows) || {};
}

/** Every type whose changes tell more than attributes of its target. */
export function eventTypesWithShown(): [type: string, shows: ShownBy][] {
  return [...defined.keys()].map(type => [type, shownBy(type)]);
}

/** Every type with its sentence, by subject; within one in the order of its definition. */
export function describedEvents(): [type: string, text: string][] {
  const subject = ([type]: [string, string]) => type.split('.', 1)[0]!;
  return [...defined]
    .map(([type, definition]): [string, string] => [
      type,
      typeof definition === 'string' ? definition : definition.text,
    ])
    .sort((one, other) => (subject(one) < subject(other) ? -1 : subject(one) > subject(other) ? 1 : 0));
}
