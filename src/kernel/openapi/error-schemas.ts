import { exampleId } from '../database/ids.js';
import { ERROR_CODES } from '../errors/error-codes.js';
import type { Schema } from './document-parts.js';

/** The component of the errors that ask for a confirmation. */
export const CONFIRMATION = 'ConfirmationRequired';

/** The envelope of every error; `code` and `details` as they are known. */
const error = (description: string, known: Record<string, Schema>, required: string[] = []): Schema => ({
  type: 'object',
  description,
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      description: 'What went wrong.',
      required: ['code', 'type', 'message', 'retryable', 'request_id', ...required],
      properties: {
        code: { type: 'string', enum: Object.keys(ERROR_CODES), description: 'Stable.' },
        type: {
          type: 'string',
          enum: [...new Set(Object.values(ERROR_CODES).map(entry => entry.type))],
          description: 'What kind of error it is.',
        },
        message: { type: 'string', description: 'For people; may change.' },
        param: { type: 'string', description: 'The input field it is about.' },
        details: {
          type: 'object',
          additionalProperties: true,
          description: 'What there is to know beyond the message, by code.',
        },
        retryable: { type: 'boolean', description: 'Whether the same request may succeed later.' },
        request_id: { type: 'string', description: 'Also in `X-Request-Id`.', example: exampleId('req') },
        ...known,
      },
    },
  },
});

const EFFECT: Schema = {
  type: 'object',
  required: ['effect', 'count'],
  properties: {
    effect: { type: 'string', description: 'What would be stopped, reached or deleted.' },
    count: { type: 'integer', description: 'How many of it.' },
  },
};

const CHANGE: Schema = {
  type: 'object',
  required: ['path', 'change'],
  properties: {
    path: { type: 'string', description: 'The path of the value in the configuration.' },
    change: { type: 'string', enum: ['add', 'change', 'remove'], description: 'What would happen to it.' },
    from: { description: 'The value now.' },
    to: { description: 'The value afterwards.' },
  },
};

const PREVIEW: Schema = {
  type: 'object',
  description: 'A preview; which of these there are depends on the action.',
  properties: {
    action: { type: 'string', description: 'The name of the action.' },
    from: { description: 'What is so now.' },
    to: { description: 'What would be so then.' },
    effects: { type: 'array', items: EFFECT, description: 'What else it would do.' },
    plan: {
      type: 'object',
      description: 'The changes of the configuration that it would make.',
      properties: {
        digest: { type: 'string', description: 'The digest of the plan.' },
        changes: { type: 'array', items: CHANGE, description: 'The changes.' },
      },
    },
    before: { type: 'object', description: 'The balance now.', additionalProperties: true },
    after: { type: 'object', description: 'The balance then.', additionalProperties: true },
  },
};

/** The schemas of errors. */
export const ERROR_SCHEMAS: Record<string, Schema> = {
  Error: error('How every error is told.', {}),
  [CONFIRMATION]: error(
    'What would happen; send the request again with `confirm`.',
    {
      code: { type: 'string', const: 'confirmation_required', description: 'Stable.' },
      details: PREVIEW,
    },
    ['details'],
  ),
};
