import { exampleId, type IdPrefix } from '../../kernel/database/ids.js';
import { exampleOf } from './event-examples.js';

/** What is posted. */
export interface WebhookPayload {
  readonly type: string;
  /** When the event happened; the header `webhook-timestamp` has the time of the attempt. */
  readonly timestamp: string;
  readonly id: string;
  readonly project_id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The example of an event type, as the documents show it and tests carry it. */
export function examplePayload(
  type: string,
  event: { id: string; project_id: string; timestamp: Date },
): WebhookPayload {
  const { target, changes, actor } = exampleOf(type);
  const { id, project_id, timestamp } = event;
  return {
    type,
    timestamp: timestamp.toISOString(),
    id,
    project_id,
    data: {
      outcome: type === 'access.denied' ? 'denied' : 'success',
      actor,
      subject_user_id: null,
      target,
      changes,
      effects: [],
      reason: null,
      request_id: exampleId('req' satisfies IdPrefix),
    },
  };
}
