import type { OpenAPIObject } from '@nestjs/swagger';
import { type Operation, resolve, type Schema } from './document-parts.js';

/**
 * Puts the example of a body beside it, where Swagger UI takes what it pre-fills: without one it makes a body up from
 * the schema, with the smallest number for each limit and `true` for each `confirm`.
 * @throws Error when the schema brings no example, or one that confirms what the answer 428 is there to show first
 */
export function showBodyExample(document: OpenAPIObject, operation: Operation): void {
  const body = operation.requestBody;
  if (!body || !('content' in body)) return;
  for (const [type, media] of Object.entries(body.content)) {
    const schema = resolve(document, media.schema as Schema);
    const example = schema.example ?? schema.examples?.[0];
    if (example === undefined) throw new Error(`${operation.operationId}: no example of its ${type} body`);
    if ('confirm' in (example as object))
      throw new Error(`${operation.operationId}: the example of its body confirms`);
    media.example = example;
  }
}

/** Says of a body whose schema has a default that the request may come without it. */
export function markOptionalBody(document: OpenAPIObject, { requestBody: body }: Operation): void {
  if (!body || !('content' in body)) return;
  const schemas = Object.values(body.content).map(({ schema }) => resolve(document, schema as Schema));
  if (schemas.every(schema => 'default' in schema)) body.required = false;
}
