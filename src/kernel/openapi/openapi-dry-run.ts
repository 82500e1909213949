import type { OpenAPIObject } from '@nestjs/swagger';
import { DRY_RUN } from '../mutations/dry-run.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** Says that the operation can be tried out by `?dry_run=true`, and what is answered then. */
export function addDryRun(operation: Operation): void {
  operation.parameters = [
    ...(operation.parameters ?? []),
    {
      name: DRY_RUN,
      in: 'query',
      required: false,
      description:
        'With `true`, the answer says what the request would do, and nothing is changed, logged or sent. It takes the ' +
        'same rights and is refused for the same reasons, except that nothing needs to be confirmed.',
      schema: { type: 'boolean', default: false },
    },
  ];
  const done = operation.responses['200'];
  const answer = done && 'content' in done ? done.content?.['application/json'] : undefined;
  if (!answer?.schema) throw new Error(`${operation.operationId} has a dry run, but no answer with 200`);
  answer.schema = { oneOf: [answer.schema, { $ref: '#/components/schemas/DryRun' }] };
}

/** The answer to a dry run. It counts no more than its reader may know, so no rule hides anything of it. */
export const DRY_RUN_SCHEMA = {
  type: 'object',
  'x-structural': true,
  required: ['dry_run', 'effects'],
  properties: {
    dry_run: { type: 'boolean', enum: [true], description: 'That nothing was done.' },
    effects: {
      type: 'array',
      description: 'What the request would stop, change or reach, counted now; what counts zero is left out.',
      items: {
        type: 'object',
        required: ['effect', 'count'],
        properties: {
          effect: { type: 'string', description: 'What would happen.', example: 'api_keys_revoked' },
          count: { type: 'integer', minimum: 1, description: 'To how many.', example: 3 },
          at: { type: 'string', format: 'date-time', description: 'When it happens, if not at once.' },
          permissions: {
            type: 'array',
            items: { type: 'string', example: 'members:write' },
            description: 'The permissions it is about.',
          },
        },
      },
    },
  },
};
