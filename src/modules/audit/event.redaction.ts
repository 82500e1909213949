import { REDACTED } from '../../kernel/visibility/hidden-attributes.js';
import { LABELS, type Redaction } from '../../kernel/visibility/redaction.js';
import type { Event } from './event.dto.js';

type Told = Pick<Event, 'target'> & Partial<Pick<Event, 'changes'>>;

/** Actors and targets that answers show as something else. */
const SHOWN_AS: Record<string, string> = { user: 'member' };

/** What `?q=` looks through: names, which may be made of any of these. */
export const SEARCHED = ['event.actor.name', 'event.target.name', ...LABELS.map(label => `*.${label}`)];

/** Hides in an entry what is hidden of the things it tells of: in their names and in what changed. */
export function redactEvent(event: Event, redaction: Redaction): Event {
  const { actor, effects } = event;
  return {
    ...redactTold(event, redaction),
    actor: { ...actor, name: redaction.label(resourceOf(actor.type), actor.name) },
    effects: effects.map(effect => redactTold(effect, redaction)),
  };
}

function redactTold<T extends Told>(told: T, redaction: Redaction): T {
  const { target, changes } = told;
  const resource = resourceOf(target.type);
  return {
    ...told,
    target: { ...target, name: redaction.label(resource, target.name) },
    ...(changes ? { changes: redactChanges(resource, changes, redaction) } : {}),
  };
}

/** Both sides of a change are hidden together: that one is empty would tell of the other. */
function redactChanges(resource: string, changes: Event['changes'], redaction: Redaction): Event['changes'] {
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
