import { REDACTED } from '../../kernel/context/hidden-attributes.js';
import { isId } from '../../kernel/database/ids.js';
import { type ShownBy, shownBy } from '../../kernel/event-log/event-types.js';
import { targetDefinition, targetDefinitions } from '../../kernel/event-log/targets.js';
import type { Hiding } from '../../kernel/visibility/shape.js';

type Changes = Record<string, { before: unknown; after: unknown }>;

/** What an entry, or one of its effects, tells of. */
interface Told {
  readonly type: string;
  readonly target: { readonly type: string; readonly id: string; readonly name: string | null };
  readonly changes?: Changes;
}

/** An entry of the event log, as far as something in it may be hidden. */
interface Entry extends Told {
  readonly actor: { readonly type: string; readonly name: string | null };
  readonly effects: readonly Told[];
}

/** Actors and targets that answers show as something else. */
const SHOWN_AS: Record<string, string> = { user: 'member' };

/** What `?target_id=` compares: ids, and what targets without an id of ours have instead. */
export function targetIdIsMadeOf(value: string): readonly string[] {
  const instead = [...targetDefinitions().values()].flatMap(({ id = [] }) => id);
  return isId(value) ? ['event.target.id'] : ['event.target.id', ...instead];
}

/** What `?q=` looks through: types, the names of actors and targets, whatever they are made of, and target ids. */
export function searched(value: string): readonly string[] {
  const names = [...targetDefinitions().values()].flatMap(({ name }) => name);
  return ['event.type', 'event.actor.name', 'event.target.name', ...names, ...targetIdIsMadeOf(value)];
}

/** Hides in an entry what is hidden of the things it tells of: in their names and in what changed. */
export function redactEvent<E extends Entry>(event: E, redaction: Hiding): E {
  const { actor, effects } = event;
  return {
    ...redactTold(event, redaction),
    actor: { ...actor, name: redaction.label(actorIsMadeOf(actor.type), actor.name) },
    effects: effects.map(effect => redactTold(effect, redaction)),
  };
}

function redactTold<T extends Told>(told: T, redaction: Hiding): T {
  const { target, changes } = told;
  const definition = targetDefinition(target.type);
  const id = redaction.label(definition?.id ?? [], target.id);
  const redacted =
    changes &&
    // Of what may not be known, not even what was done to it.
    (id === target.id
      ? redactChanges(changes, resourceOf(target.type), shownBy(told.type), redaction)
      : hideChanges(changes));
  return {
    ...told,
    target: { ...target, id, name: redaction.label(definition?.name, target.name) },
    ...(redacted ? { changes: redacted } : {}),
  };
}

function hideChanges(changes: Changes): Changes {
  return Object.fromEntries(
    Object.keys(changes).map(field => [field, { before: REDACTED, after: REDACTED }]),
  );
}

/** People and keys act by the names they are targets by; nothing of the others is anybody's to hide. */
function actorIsMadeOf(type: string): readonly string[] | undefined {
  return type === 'system' || type === 'anonymous' ? [] : targetDefinition(type)?.name;
}

/** Both sides of a change are hidden together: that one is empty would tell of the other. */
function redactChanges(changes: Changes, resource: string, shows: ShownBy, redaction: Hiding): Changes {
  return Object.fromEntries(
    Object.entries(changes).map(([field, change]) => {
      const attributes = Object.hasOwn(shows, field) ? shows[field]! : [`${resource}.${field}`];
      const before = redactValue(change.before, attributes, redaction);
      const after = redactValue(change.after, attributes, redaction);
      const hidden = before === REDACTED || after === REDACTED;
      return [field, hidden ? { before: REDACTED, after: REDACTED } : { before, after }];
    }),
  );
}

/** A value that tells several attributes, without what is hidden of any of them. */
function redactValue(value: unknown, attributes: readonly string[], redaction: Hiding): unknown {
  return attributes.reduce<unknown>((left, attribute) => {
    const dot = attribute.indexOf('.');
    return redaction.field(attribute.slice(0, dot), attribute.slice(dot + 1), left);
  }, value);
}

function resourceOf(type: string): string {
  return SHOWN_AS[type] ?? type;
}
