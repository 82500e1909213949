import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { Config } from '../config/config.js';
import { VERSION } from '../config/version.js';
import { DeclaredRoutes } from '../routes/declared-routes.js';
import { answerOf } from '../routes/docs.decorator.js';
import { AttributeCatalog } from '../visibility/attribute-catalog.js';
import { Shapes } from '../visibility/shape.js';
import {
  leaveOutSecrets,
  openAnswers,
  reachable,
  RedactableAnswers,
  REDACTED_SCHEMA,
  wordDefaults,
} from './answer-schemas.js';
import { markOptionalBody, showBodyExample } from './bodies.js';
import { describeProperties } from './describe.js';
import { type Operation, operationsOf, type Schema, schemasOf } from './document-parts.js';
import { ErrorResponses } from './error-responses.js';
import { ERROR_SCHEMAS } from './error-schemas.js';
import { DRY_RUN_SCHEMA } from './openapi-dry-run.js';
import { introduction } from './openapi-introduction.js';
import { removeNoise } from './openapi-polish.js';
import { completeOperation, type Declarations, SHARED_PARAMETERS } from './operation.js';
import { inOrderOfWork } from './order.js';
import { RESPONSE_HEADERS } from './response-headers.js';
import { tellSwagger } from './swagger-metadata.js';
import { WebhookDocs } from './webhook-docs.port.js';

/** The OpenAPI 3.1 document, completed by what the access rules and mutations declare. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  tellSwagger(app.get(DeclaredRoutes));
  const document = SwaggerModule.createDocument(app, configuration(app.get(Config)), {
    operationIdFactory: operationId,
    autoTagControllers: false,
  });
  const declarations = declarationsOf(app);
  const webhooks = app.get(WebhookDocs, { strict: false });
  const schemas = {
    ...schemasOf(document),
    ...ERROR_SCHEMAS,
    DryRun: DRY_RUN_SCHEMA,
    ...REDACTED_SCHEMA,
    ...webhooks.schemas(),
  };
  document.components = { ...document.components, schemas } as OpenAPIObject['components'];
  Object.assign(document, { webhooks: webhooks.webhooks() });

  const answers = roots(document, operation => Object.values(operation.responses));
  const bodies = roots(document, operation => [operation.requestBody]);
  openAnswers(reachable(document, answers));
  for (const [, , operation] of operationsOf(document)) markOptionalBody(document, operation);
  wordDefaults(reachable(document, bodies));
  markRedactable(app, document, declarations);

  const errors = new ErrorResponses();
  for (const [path, method, operation] of operationsOf(document)) {
    const declared = declarations.get(operation.operationId ?? '');
    if (!declared) continue;
    if (declared.mutation) leaveOutSecrets(document, operation, declared.mutation.secrets);
    completeOperation(operation, declared, [method, path], errors);
    showBodyExample(document, operation);
    operation.operationId = declared.docs?.name ?? operation.operationId;
  }
  Object.assign(document.components!, errors.components(), {
    headers: RESPONSE_HEADERS,
    parameters: SHARED_PARAMETERS,
  });
  document.tags = tagsOf(declarations.values());
  document.paths = inOrderOfWork(document, declarations);
  removeNoise([document.components!.schemas, document.paths]);
  describeProperties(reachable(document, Object.values(schemasOf(document))));
  return document;
}

function configuration(config: Config): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Bailiwick')
    .setDescription(introduction())
    .setVersion(VERSION)
    .addBasicAuth(
      { type: 'http', scheme: 'basic', description: 'User name `api-key`, password the key’s secret.' },
      'basic',
    )
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'opaque',
        description:
          'A session token or an API key’s secret. Of several credentials, this page sends this one.',
      },
      'bearer',
    )
    .addApiKey(
      {
        type: 'apiKey',
        in: 'header',
        name: 'X-API-Key',
        description: 'An API key’s secret. With an `Authorization` beside it, the answer is 400.',
      },
      'api_key',
    );
  for (const [server, description] of serversOf(config)) builder.addServer(server, description);
  const built = builder.build();
  return { ...built, info: { ...built.info, contact: { name: 'Whoever runs this server' } } };
}

/** Where the API is: beside the page that shows the document, however it was reached; and, unless only this machine knows it, as links name it. */
function serversOf({ publicUrl }: Config): [url: string, description: string][] {
  const { pathname, hostname } = new URL(publicUrl);
  const here: [string, string] = [pathname, 'This server'];
  // The default says no more than that, and nothing to anybody elsewhere.
  return hostname === 'localhost' ? [here] : [here, [publicUrl, 'PUBLIC_URL']];
}

function operationId(controller: string, method: string): string {
  return `${controller.replace(/Controller$/, '')}_${method}`;
}

/** What each route declares, by the id that its operation has at first. */
function declarationsOf(app: NestFastifyApplication): Map<string, Declarations> {
  const found = new Map<string, Declarations>();
  for (const route of app.get(DeclaredRoutes)) {
    const { access } = route;
    if (access !== undefined) found.set(operationId(route.controller, route.handler), { ...route, access });
  }
  return found;
}

/** The headings of the routes, in the order of their places. */
function tagsOf(routes: Iterable<Declarations>) {
  const tags = new Set([...routes].flatMap(({ tag }) => tag ?? []));
  return [...tags]
    .sort((one, other) => one.place - other.place)
    .map(({ name, description }) => ({ name, description }));
}

type WithContent = { content?: Record<string, { schema?: unknown }> } | object | undefined;

/** The schemas of the bodies that `of` finds in each operation. */
function roots(document: OpenAPIObject, of: (operation: Operation) => WithContent[]): Schema[] {
  return [...operationsOf(document)]
    .flatMap(([, , operation]) => of(operation))
    .flatMap(body => (body && 'content' in body ? Object.values(body.content ?? {}) : []))
    .flatMap(({ schema }) => (schema ? [schema as Schema] : []));
}

function markRedactable(
  app: NestFastifyApplication,
  document: OpenAPIObject,
  declarations: ReadonlyMap<string, Declarations>,
): void {
  const catalog = app.get(AttributeCatalog, { strict: false });
  const redactable = new RedactableAnswers(document, name => catalog.has(name));
  const shapes = new Shapes();
  for (const [, , operation] of operationsOf(document)) {
    const { docs } = declarations.get(operation.operationId ?? '') ?? {};
    const answer = docs && answerOf(docs);
    if (!answer) continue;
    for (const schema of roots({ ...document, paths: { '': { get: operation } } }, one =>
      Object.values(one.responses),
    ))
      redactable.mark(shapes.of(answer), schema);
  }
}
