import { REDACTED } from '../../kernel/context/hidden-attributes.js';
import { LABELS } from '../../kernel/visibility/redaction.js';
import type { Hiding } from '../../kernel/visibility/shape.js';

type Changes = Record<string, { before: unknown; after: unknown }>;

/** What an entry, or one of its effects, tells of. */
interface Told {
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

/** What `?q=` looks through: names, which may be made of any of these. */
export const SEARCHED = ['event.actor.name', 'event.target.name', ...LABELS.map(label => `*.${label}`)];

/** Hides in an entry what is hidden of the things it tells of: in their names and in what changed. */
export function redactEvent<E extends Entry>(event: E, redaction: Hiding): E {
  const { actor, effects } = event;
  return {
    ...redactTold(event, redaction),
    actor: { ...actor, name: redaction.label(resourceOf(actor.type), actor.name) },
    effects: effects.map(effect => redactTold(effect, redaction)),
  };
}

function redactTold<T extends Told>(told: T, redaction: Hiding): T {
  const { target, changes } = told;
  const resource = resourceOf(target.type);
  return {
    ...told,
    target: { ...target, name: redaction.label(resource, target.name) },
    ...(changes ? { changes: redactChanges(resource, changes, redaction) } : {}),
  };
}

/** Both sides of a change are hidden together: that one is empty would tell of the other. */
function redactChanges(resource: string, changes: Changes, redaction: Hiding): Changes {
  return Object.fromEntries(
    Object.entries(changes).map(([field, change]) => {
      const before = redaction.field(resource, field, change.before);
      const after = redaction.field(resource, field, change.after);
      const hidden = before === REDACTED || after === REDACTED;
      return [field, hidden ? { before: REDACTED, after: REDACTED } : { before, after }];
    }),
  );
}

function resourceOf(type: string): string {
  return SHOWN_AS[type] ?? type;
}
