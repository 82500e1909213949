import type { OpenAPIObject } from '@nestjs/swagger';
import { exampleId } from '../database/ids.js';
import { AppError } from '../errors/app-error.js';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';
import type { Operation } from './document-parts.js';
import { asMarkdown } from './openapi-introduction.js';
import { headersOfError } from './response-headers.js';

type Response = Operation['responses'][string];
type Examples = NonNullable<NonNullable<OpenAPIObject['components']>['examples']>;

/** What a status is called when several codes share it. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  415: 'UnsupportedMediaType',
  429: 'TooManyRequests',
  503: 'Unavailable',
};

interface ErrorBody {
  readonly status: number;
  readonly codes: readonly ErrorCode[];
  /** Those of the codes that come with 403 here instead of their usual status. */
  readonly forbidden: readonly ErrorCode[];
  /** The component with what `details` hold, where that is known. */
  readonly schema: string;
}

/** The answers with errors of all operations: each is described once, and referred to. */
export class ErrorResponses {
  private readonly found = new Map<string, { body: ErrorBody; uses: object[] }>();
  private readonly codes = new Set<ErrorCode>();
  private readonly forbidden = new Set<ErrorCode>();

  /** The answer with one of these codes; it is filled in by {@link components}. */
  answer(
    status: number,
    codes: readonly ErrorCode[],
    forbidden: readonly ErrorCode[] = [],
    schema = 'Error',
  ) {
    const body = { status, codes: [...codes].sort(), forbidden, schema };
    const key = JSON.stringify(body);
    const known = this.found.get(key) ?? { body, uses: [] };
    this.found.set(key, known);
    const use = {};
    known.uses.push(use);
    for (const code of codes) (forbidden.includes(code) ? this.forbidden : this.codes).add(code);
    return use as Response;
  }

  /** The components, once all operations are there; what only one of them answers stands in it. */
  components(): { responses: Record<string, Response>; examples: Examples } {
    const responses: Record<string, Response> = {};
    for (const { body, uses } of this.found.values()) {
      const response = responseOf(body);
      const name = uses.length > 1 ? nameBeside(responses, body) : undefined;
      if (name !== undefined) responses[name] = response;
      for (const use of uses)
        Object.assign(use, name === undefined ? response : { $ref: `#/components/responses/${name}` });
    }
    const examples = [
      ...[...this.codes].map(code => [code, { value: exampleOf(code, false) }] as const),
      ...[...this.forbidden].map(code => [`${code}.403`, { value: exampleOf(code, true) }] as const),
    ];
    return { responses: sorted(responses), examples: sorted(Object.fromEntries(examples)) };
  }
}

/** Codes that many operations answer, and that tell no answer from another. */
const USUAL = new Set<ErrorCode>([
  'validation_failed',
  'invalid_idempotency_key',
  'missing_api_key',
  'invalid_api_key',
  'invalid_session',
  'api_key_revoked',
  'api_key_expired',
  'password_change_required',
  'totp_setup_required',
  'api_key_suspended',
  'project_suspended',
  'ip_not_allowed',
  'domain_not_allowed',
  'permission_denied',
  'idempotency_in_flight',
]);
const MOST_NAMED = 2;

/** A name for the answer that none of the others has: of its status, and of the codes that tell it from others. */
function nameBeside(others: object, { status, codes, forbidden }: ErrorBody): string {
  const telling = codes.length === 1 && !forbidden.length ? codes : codes.filter(code => !USUAL.has(code));
  const reason = telling === codes ? '' : (REASONS[status] ?? 'Error');
  const name = reason + telling.slice(0, MOST_NAMED).map(pascalCase).join('Or');
  let number = 2;
  if (!Object.hasOwn(others, name)) return name;
  while (Object.hasOwn(others, name + number)) number++;
  return name + number;
}

function sorted<T>(named: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(named).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function pascalCase(code: string): string {
  return code.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function responseOf({ status, codes, forbidden, schema }: ErrorBody) {
  return {
    description: codes.map(code => `\`${code}\`: ${asMarkdown(ERROR_CODES[code].message)}`).join('\n\n'),
    headers: headersOfError(status),
    content: {
      'application/json': {
        schema: { $ref: `#/components/schemas/${schema}` },
        examples: Object.fromEntries(
          codes.map(code => [
            code,
            { $ref: `#/components/examples/${code}${forbidden.includes(code) ? '.403' : ''}` },
          ]),
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
  confirmation_required: {
    param: 'confirm',
    details: {
      action: 'suspend',
      from: 'activated',
      to: 'suspended',
      effects: [{ effect: 'api_keys', count: 3 }],
    },
  },
  permission_denied: { details: { permission: 'api_keys:write' } },
};
