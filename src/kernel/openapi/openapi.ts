import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { AccessRule } from '../access/access.decorator.js';
import { Config } from '../config/config.js';
import { exampleId } from '../database/ids.js';
import { AppError } from '../errors/app-error.js';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';
import { DRY_RUN } from '../mutations/dry-run.js';
import type { MutationOptions } from '../mutations/mutation-options.js';
import { type DeclaredRoute, DeclaredRoutes } from '../routes/declared-routes.js';
import { addDryRun, DRY_RUN_SCHEMA } from './openapi-dry-run.js';
import { asMarkdown, introduction } from './openapi-introduction.js';
import { polishParameters, removeEmptyBounds } from './openapi-polish.js';
import { WebhookDocs } from './webhook-docs.port.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** A route that says who may call it: all do, the start sees to that. */
type Declarations = DeclaredRoute & { readonly access: AccessRule };

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The OpenAPI 3.1 document, completed by what the access rules and mutations declare. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Bailiwick')
    .setDescription(introduction())
    .setVersion('1')
    .addBasicAuth(
      { type: 'http', scheme: 'basic', description: 'User name `api-key`, password the key’s secret.' },
      'basic',
    )
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'A session token or an API key’s secret.' },
      'bearer',
    )
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key’s secret.' },
      'api_key',
    );
  for (const [server, description] of serversOf(app.get(Config))) builder.addServer(server, description);
  const document = SwaggerModule.createDocument(app, builder.build(), { operationIdFactory: operationId });
  const declarations = declarationsOf(app);
  const webhooks = app.get(WebhookDocs, { strict: false });
  document.components = {
    ...document.components,
    schemas: {
      ...document.components?.schemas,
      Error: ERROR_SCHEMA,
      DryRun: DRY_RUN_SCHEMA,
      ...webhooks.schemas(),
    },
  };
  Object.assign(document, { webhooks: webhooks.webhooks() });
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      const declared = operation && declarations.get(operation.operationId ?? '');
      if (operation && declared) complete(operation, declared, path, method);
    }
  }
  document.tags = tagsOf(declarations.values());
  removeEmptyBounds(document.components.schemas);
  return document;
}

/** Where the API is: beside the page that shows the document, however it was reached; and as links name it. */
function serversOf({ publicUrl }: Config): [url: string, description: string][] {
  return [
    [new URL(publicUrl).pathname, 'This server'],
    [publicUrl, 'PUBLIC_URL'],
  ];
}

function operationId(controller: string, method: string): string {
  return `${controller.replace(/Controller$/, '')}_${method}`;
}

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

function complete(operation: Operation, declared: Declarations, path: string, method: string): void {
  const { access, mutation, docs } = declared;
  const isPublic = access === 'public';
  operation.security = isPublic
    ? []
    : access === 'optional'
      ? [{}, { bearer: [] }]
      : access === 'key' || acceptsKeys(access)
        ? [{ basic: [] }, { bearer: [] }, { api_key: [] }]
        : [{ bearer: [] }];
  operation.description = [docs?.description, whoMay(access), whatItLeaves(mutation)]
    .filter(Boolean)
    .join('\n\n');
  polishParameters(operation, path, docs?.params);
  if (mutation?.idempotent && method === 'post' && !isPublic) addIdempotencyKey(operation);
  if (mutation?.dryRun) addDryRun(operation);
  const codes = new Set<ErrorCode>([
    ...(docs?.errors ?? []),
    ...authenticationCodes(declared),
    ...accessCodes(access, path),
    ...(hasFilters(operation, access) ? (['attribute_hidden'] as const) : []),
    ...(operation.requestBody || operation.parameters?.length ? (['validation_failed'] as const) : []),
    ...(mutation?.idempotent && method === 'post' && !isPublic ? IDEMPOTENCY_CODES : []),
    'internal_error',
  ]);
  const forbidden = docs?.forbidden ?? [];
  const statuses = new Set([...[...codes].map(statusOf), ...(forbidden.length ? [403] : [])]);
  for (const status of statuses) {
    const usual = [...codes].filter(code => statusOf(code) === status);
    operation.responses[String(status)] =
      status === 403 ? errorResponse([...usual, ...forbidden], forbidden) : errorResponse(usual);
  }
}

/** How whoever sends no credentials, wrong ones or those of somebody who must change the password is answered. */
function authenticationCodes({ access, beforePasswordChange, beforeTotpSetup }: Declarations): ErrorCode[] {
  if (access === 'public') return [];
  const codes: ErrorCode[] = ['invalid_api_key', 'invalid_session'];
  if (access !== 'optional') codes.unshift('missing_api_key');
  if (access !== 'key' && !beforePasswordChange) codes.push('password_change_required');
  if (access !== 'key' && !beforePasswordChange && !beforeTotpSetup) codes.push('totp_setup_required');
  return codes;
}

const KEY_CODES = [
  'api_key_revoked',
  'api_key_expired',
  'api_key_suspended',
  'project_suspended',
  'ip_not_allowed',
  'domain_not_allowed',
  'usage_limit_exceeded',
] as const;
const IDEMPOTENCY_CODES = [
  'idempotency_mismatch',
  'idempotency_in_flight',
  'invalid_idempotency_key',
] as const;

function statusOf(code: ErrorCode): number {
  return ERROR_CODES[code].status;
}

function acceptsKeys(access: AccessRule): boolean {
  return access === 'any' || access === 'key' || access === 'member' || access.includes(':');
}

function accessCodes(access: AccessRule, path: string): ErrorCode[] {
  if (access === 'public' || access === 'optional') return [];
  if (access === 'session') return ['session_required'];
  if (access === 'admin') return ['permission_denied'];
  const codes: ErrorCode[] = [...KEY_CODES];
  if (access.includes(':')) codes.push('permission_denied');
  if (path.startsWith('/v1/projects/{id}')) codes.push('not_found');
  return codes;
}

/** Query parameters that say how much to answer, or how. */
const PLAIN = new Set(['limit', 'cursor', DRY_RUN]);

/** Whether it filters or sorts what is hidden from some roles. */
function hasFilters(operation: Operation, access: AccessRule): boolean {
  const names = (operation.parameters ?? []).flatMap(parameter =>
    'in' in parameter && parameter.in === 'query' ? [parameter.name] : [],
  );
  return acceptsKeys(access) && names.some(name => !PLAIN.has(name));
}

function whoMay(access: AccessRule): string {
  const who: Partial<Record<AccessRule, string>> = {
    public: 'Open to anybody.',
    optional: 'Open to anybody; credentials, if sent, must be valid.',
    session: 'For signed-in people.',
    key: 'For API keys.',
    any: 'For signed-in people and API keys.',
    admin: 'For platform admins.',
    member: 'For active members of the project, and its keys.',
  };
  return who[access] ?? `Requires the permission \`${access}\`.`;
}

function whatItLeaves(mutation: MutationOptions | undefined): string | undefined {
  return (
    mutation &&
    `Writes one entry to the event log: ${mutation.events.map(type => `\`${type}\``).join(' or ')}.`
  );
}

function addIdempotencyKey(operation: Operation): void {
  operation.parameters = [
    ...(operation.parameters ?? []),
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description:
        'For 24 hours, repeating the request with the same key returns the first answer and has no second effect.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
  ];
}

function errorResponse(codes: readonly ErrorCode[], forbidden: readonly ErrorCode[] = []) {
  return {
    description: codes.map(code => `\`${code}\`: ${asMarkdown(ERROR_CODES[code].message)}`).join('\n\n'),
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/Error' },
        examples: Object.fromEntries(
          codes.map(code => [code, { value: exampleOf(code, forbidden.includes(code)) }]),
        ),
      },
    },
  };
}

function exampleOf(code: ErrorCode, forbidden: boolean) {
  const { entry, message, retryable } = new AppError(code, { forbidden });
  const { type } = entry;
  const details = DETAILS[code];
  return { error: { code, type, message, ...details, retryable, request_id: exampleId('req') } };
}

/** What some errors say beyond their message. */
const DETAILS: Partial<Record<ErrorCode, { param?: string; details: object }>> = {
  validation_failed: {
    param: 'name',
    details: {
      errors: [{ param: 'name', message: 'must not be empty', fix: 'Send a value that is not empty.' }],
    },
  },
  permission_denied: { details: { permission: 'api_keys:write' } },
};

const ERROR_SCHEMA = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'type', 'message', 'retryable', 'request_id'],
      properties: {
        code: { type: 'string', enum: Object.keys(ERROR_CODES), description: 'Stable.' },
        type: { type: 'string', enum: [...new Set(Object.values(ERROR_CODES).map(entry => entry.type))] },
        message: { type: 'string', description: 'For people; may change.' },
        param: { type: 'string', description: 'The input field it is about.' },
        details: { type: 'object', additionalProperties: true },
        retryable: { type: 'boolean', description: 'Whether the same request may succeed later.' },
        request_id: { type: 'string', description: 'Also in `X-Request-Id`.', example: exampleId('req') },
      },
    },
  },
};
