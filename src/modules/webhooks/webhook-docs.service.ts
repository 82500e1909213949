import { Injectable } from '@nestjs/common';
import { exampleId } from '../../kernel/database/ids.js';
import { describedEvents } from '../../kernel/event-log/event-types.js';
import { WebhookDocs } from '../../kernel/openapi/webhook-docs.port.js';
import { exampleOf } from './event-examples.js';
import { examplePayload } from './webhook-payload.js';

const AT = new Date('2026-01-31T12:00:00.000Z');
const nullable = (type: string) => ({ type: [type, 'null'] });
const text = (description: string) => ({ type: 'string', description });

const ABOUT = `Posted to every enabled endpoint that is subscribed to it; answer with a 2xx within 15 seconds. Signed as
[Standard Webhooks](https://www.standardwebhooks.com) says: verify \`webhook-signature\` with the endpoint's secret, and
remember \`webhook-id\`, for a delivery may come more than once, and not in the order of the events.`;

const CHANGES = {
  type: 'object',
  description: 'The fields that changed; secrets are masked.',
  additionalProperties: {
    type: 'object',
    required: ['before', 'after'],
    properties: { before: {}, after: {} },
  },
};

const TARGET = {
  type: 'object',
  required: ['type', 'id', 'name'],
  properties: { type: { type: 'string' }, id: { type: 'string' }, name: nullable('string') },
};

/** What all payloads have in common. */
const PAYLOAD = {
  type: 'object',
  description:
    'What an attribute-visibility rule hides from any role reads `"[REDACTED]"`, whatever its type: an endpoint has no role.',
  required: ['type', 'timestamp', 'id', 'project_id', 'data'],
  properties: {
    type: text('The event type.'),
    timestamp: { ...text('When it happened.'), format: 'date-time' },
    id: text('The id of the event: of `webhook-id`, too, at each attempt.'),
    project_id: { type: 'string' },
    data: {
      type: 'object',
      required: [
        ...['outcome', 'actor', 'subject_user_id', 'target', 'changes', 'effects', 'reason', 'request_id'],
      ],
      properties: {
        outcome: { type: 'string', enum: ['success', 'denied', 'failed'] },
        actor: {
          type: 'object',
          description: 'Who did it.',
          required: ['type', 'id', 'name', 'role'],
          properties: {
            type: { type: 'string', enum: ['user', 'api_key', 'system', 'anonymous'] },
            id: nullable('string'),
            name: nullable('string'),
            role: nullable('string'),
          },
        },
        subject_user_id: { ...nullable('string'), description: 'The person it is about.' },
        target: TARGET,
        changes: CHANGES,
        effects: {
          type: 'array',
          description: 'What else the same mutation did.',
          items: {
            type: 'object',
            required: ['type', 'target'],
            properties: { type: { type: 'string' }, target: TARGET, changes: CHANGES },
          },
        },
        reason: nullable('string'),
        request_id: { type: 'string' },
      },
    },
  },
};

const HEADERS = [
  ['webhook-id', 'The id of the event; the same for retries, resends and recovery.'],
  ['webhook-timestamp', 'When this attempt was made, in seconds since 1970.'],
  ['webhook-signature', '`v1,` and a signature, for each valid secret, separated by spaces.'],
].map(([name, description]) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
}));

/** Describes what is posted for every event type there is. */
@Injectable()
export class EventWebhookDocs extends WebhookDocs {
  override schemas(): Record<string, object> {
    return { WebhookPayload: PAYLOAD };
  }

  override webhooks(): Record<string, object> {
    return Object.fromEntries(
      describedEvents()
        .filter(([type]) => isOfProject(type))
        .map(([type, sentence]) => [type, { post: operation(type, sentence) }]),
    );
  }
}

/** The events of people, sessions and organizations belong to no project. */
function isOfProject(type: string): boolean {
  return !/^(?:user|session|organization)\./.test(type) && !/^webhook\.(?!test$)/.test(type);
}

function operation(type: string, sentence: string) {
  const event = { id: exampleId('evt'), project_id: exampleId('prj'), timestamp: AT };
  return {
    operationId: `Webhook_${type.replace(/[._](\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    // The signature says who posts it.
    security: [],
    summary: sentence.replace(/\.$/, ''),
    description: ABOUT,
    parameters: HEADERS,
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: schemaOf(type),
          examples: { [type]: { value: examplePayload(type, event) } },
        },
      },
    },
    responses: {
      '2XX': { description: 'Taken. Anything else, a redirect too, is a failure and is tried again.' },
    },
  };
}

function schemaOf(type: string) {
  const { target } = exampleOf(type);
  return {
    title: type,
    description: `\`data.target\` is of the type \`${target.type}\`.`,
    allOf: [{ $ref: '#/components/schemas/WebhookPayload' }, { properties: { type: { const: type } } }],
  };
}
