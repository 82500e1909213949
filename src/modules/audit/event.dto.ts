import { z } from 'zod';
import { REDACTED } from '../../kernel/context/hidden-attributes.js';
import { exampleId, type IdPrefix } from '../../kernel/database/ids.js';
import { listQuery, pageOf, searchQuery } from '../../kernel/http/pagination.js';
import { anyInstant, id, instant, like, shown } from '../../kernel/http/schemas.js';
import { mustBe } from '../../kernel/http/validation-phrases.js';
import { redactedBy } from '../../kernel/visibility/shape.js';
import type { EventEntity } from './event.entity.js';
import { redactEvent } from './event.redaction.js';

const change = z.object({ before: z.unknown(), after: z.unknown() });
/** What is no thing of ours has an id of another form: a route, a customer, a job of the server. */
const anyId = (prefix: IdPrefix) => like(exampleId(prefix));
const target = z.object({
  type: like('api_key'),
  id: anyId('key').describe('An id; of a customer, your own; of a refused route, its method and path.'),
  name: like('Nightly import').nullable(),
});

const entry = z
  .object({
    id: id('evt'),
    sequence: z
      .number()
      .int()
      .nullable()
      .describe("Position in the project's log; null until the entry is sealed."),
    type: z.string().meta({ examples: ['project.created', 'api_key.revoked'] }),
    outcome: z.enum(['success', 'denied', 'failed']),
    category: z.enum(['user', 'project', 'admin']),
    actor: z.object({
      type: z.enum(['user', 'api_key', 'system', 'anonymous']),
      id: anyId('usr').nullable(),
      name: shown.fullName.nullable(),
      role: z.string().nullable().describe('The role the actor acted in at that time.'),
    }),
    subject_user_id: id('usr').nullable().describe('The person the entry is about.'),
    project_id: id('prj').nullable(),
    target,
    changes: z.record(z.string(), change).describe('The fields that changed; secrets are masked.'),
    effects: z
      .array(z.object({ type: z.string(), target, changes: z.record(z.string(), change).optional() }))
      .describe('What else the same mutation did.'),
    reason: like('Asked for by its owner.').nullable(),
    ip: shown.ip.nullable(),
    user_agent: shown.userAgent.nullable(),
    request_id: id('req'),
    created_at: instant,
  })
  .meta({ id: 'Event' });
export type Event = z.infer<typeof entry>;
export const Event = redactedBy(entry, redactEvent);

/** An entry as exports have it: all that its hash covers, and the hash. */
export const ExportedEvent = redactedBy(
  entry
    .extend({
      sequence: z.number().int(),
      previous_hash: z.string().nullable(),
      hash: z.string(),
    })
    .meta({ 'x-resource': 'event' }),
  (event, hiding) => {
    const redacted = redactEvent(event, hiding);
    // By a hash, what is hidden could be guessed; also by those after it, which cover the ones before.
    return hiding.hidden.size === 0 ? redacted : { ...redacted, previous_hash: REDACTED, hash: REDACTED };
  },
);

const filter = {
  type: z
    .string()
    .max(60)
    .regex(/^[a-z_.]*\*?$/, mustBe('an event type, or a beginning followed by *'))
    .optional()
    .describe('An event type, or the beginning of one: `api_key.*`.'),
  actor_id: z.string().max(40).optional(),
  target_id: z.string().max(255).optional(),
  outcome: z.enum(['success', 'denied', 'failed']).optional(),
  from: anyInstant.optional().describe('Earliest instant, included.'),
  to: anyInstant.optional().describe('Latest instant, not included.'),
  q: searchQuery,
};

export const ListProjectEvents = z.strictObject({ ...listQuery(), ...filter });
export type ListProjectEvents = z.output<typeof ListProjectEvents>;

export const ListOwnEvents = z.strictObject({
  ...listQuery(),
  type: filter.type,
  outcome: filter.outcome,
  from: filter.from,
  to: filter.to,
});
export type ListOwnEvents = z.output<typeof ListOwnEvents>;

export const ListEvents = z.strictObject({
  ...listQuery({ max: 500, default: 500 }),
  about: z.enum(['user', 'project', 'admin']).optional(),
  ...filter,
});
export type ListEvents = z.output<typeof ListEvents>;

/** What both lists can be narrowed by. */
export interface EventFilter extends Omit<ListEvents, 'from' | 'to' | 'cursor'> {
  /** The first id of the time asked for; an id says when its entry was made. */
  from: string | null;
  /** The first id after that time. */
  before: string | null;
}

export const EventPage = pageOf(Event, 'EventPage');
export type EventPage = z.infer<typeof EventPage>;

export const PlatformEventPage = EventPage.extend({
  counts: z.object({
    all: z.number().int(),
    user: z.number().int(),
    project: z.number().int(),
    admin: z.number().int(),
  }),
}).meta({ id: 'PlatformEventPage' });
export type PlatformEventPage = z.infer<typeof PlatformEventPage>;

export function toEvent(row: EventEntity): Event {
  return {
    id: row.id,
    sequence: row.sequence === null ? null : Number(row.sequence),
    type: row.type,
    outcome: row.outcome,
    category: row.category,
    actor: {
      type: row.actor_type as Event['actor']['type'],
      id: row.actor_id,
      name: row.actor_name,
      role: row.actor_role,
    },
    subject_user_id: row.subject_user_id,
    project_id: row.project_id,
    target: { type: row.target_type, id: row.target_id, name: row.target_name },
    changes: row.changes as Event['changes'],
    effects: row.effects as Event['effects'],
    reason: row.reason,
    ip: row.ip,
    user_agent: row.user_agent,
    request_id: row.request_id,
    created_at: row.created_at.toISOString(),
  };
}
