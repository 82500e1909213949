import {
  ApiBody,
  ApiConsumes,
  ApiExcludeEndpoint,
  ApiOperation,
  ApiResponse,
  type ApiResponseOptions,
  ApiTags,
} from '@nestjs/swagger';
import type { DeclaredRoute } from '../routes/declared-routes.js';
import { answerOf, type RouteDocs, statusOf } from '../routes/docs.decorator.js';

const DONE: Record<number, string> = { 200: 'Done.', 201: 'Created.', 202: 'Accepted; it follows.' };

const BYTES = { '*/*': { schema: { type: 'string', format: 'binary' } } };

/** What was told once stays with the handler, and would be said twice in the document of a second application. */
const told = new WeakSet<object>();

/** Tells Swagger, by its own decorators, what routes declare. */
export function tellSwagger(routes: Iterable<DeclaredRoute>): void {
  for (const route of routes) {
    const { prototype } = route.type;
    const value = prototype[route.handler];
    if (told.has(value)) continue;
    told.add(value);
    for (const decorate of decoratorsOf(route)) decorate(prototype, route.handler, { value });
  }
}

function decoratorsOf({ docs, tag, hidden }: DeclaredRoute): MethodDecorator[] {
  if (hidden || !docs) return [ApiExcludeEndpoint()];
  return [
    ApiOperation({ summary: docs.summary, description: docs.description }),
    ...(tag ? [ApiTags(tag.name)] : []),
    ...answersOf(docs).map(answer => ApiResponse(answer)),
    ...(docs.form ? [ApiConsumes('multipart/form-data'), ApiBody({ schema: docs.form })] : []),
  ];
}

/** The successes, and what has the same form. */
function answersOf(docs: RouteDocs): ApiResponseOptions[] {
  const { bytes, notCreated, unavailable } = docs;
  const status = statusOf(docs);
  const standardSchema = answerOf(docs);
  if (!standardSchema) {
    return [
      { status, content: BYTES, description: bytes },
      { status: 206, content: BYTES, description: 'The part that `Range` asks for.' },
      { status: 304, description: 'Unchanged: `If-None-Match` names the present ETag.' },
    ];
  }
  return [
    { status, standardSchema, description: DONE[status] },
    ...(notCreated ? [{ status: 200, standardSchema, description: notCreated }] : []),
    ...(unavailable ? [{ status: 503, standardSchema, description: unavailable }] : []),
  ];
}
