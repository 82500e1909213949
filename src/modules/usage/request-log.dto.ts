import { z } from 'zod';
import { timeOfId } from '../../kernel/database/ids.js';
import { listQuery, pageOf, searchQuery } from '../../kernel/http/pagination.js';
import { anyInstant, id, instant, like, shown } from '../../kernel/http/schemas.js';
import { mustBe } from '../../kernel/http/validation-phrases.js';
import { parseAddress } from '../../kernel/network/addresses.js';
import type { LogLine } from './request-log.repository.js';

export const RequestLog = z
  .object({
    id: id('req'),
    project_id: id('prj'),
    api_key_id: id('key'),
    member_id: id('mbr').nullable().describe("Set for a member's own key."),
    method: like('GET').describe('`OTHER` for a method that no route has.'),
    route: like('/v1/projects/:id').describe(
      'The template of the route; `(unmatched)` for a request that no route matches.',
    ),
    status: z.number().int(),
    duration_ms: z.number().int(),
    ip: shown.ip.nullable(),
    user_agent: shown.userAgent.nullable(),
    error_code: z.string().nullable(),
    request_id: id('req').describe('As in `X-Request-Id`.'),
    created_at: instant,
  })
  .meta({ id: 'RequestLog' });
export type RequestLog = z.infer<typeof RequestLog>;

export const RequestLogPage = pageOf(RequestLog, 'RequestLogPage');
export type RequestLogPage = z.infer<typeof RequestLogPage>;

const filter = {
  api_key_id: z.string().min(1).max(40).optional(),
  member_id: z.string().min(1).max(40).optional(),
  status: z
    .string()
    .regex(/^[1-5](\d\d|[Xx][Xx])$/, mustBe('a status such as 404, or a class such as 4xx'))
    .transform(status => status.toLowerCase())
    .optional()
    .describe('A status such as `404`, or a class such as `5xx`.'),
  method: z
    .string()
    .regex(/^[A-Za-z]{1,10}$/, mustBe('an HTTP method'))
    .transform(method => method.toUpperCase())
    .optional(),
  route: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('The route as the log shows it, e.g. `/v1/projects/:id`.'),
  ip: z
    .string()
    .trim()
    .max(50)
    .refine(value => parseAddress(value) !== null, {
      error: mustBe('an IPv4 or IPv6 address'),
      abort: true,
    })
    .overwrite(value => String(parseAddress(value)))
    .optional()
    .describe('The address the request came from.'),
  q: searchQuery.describe(
    'Text in the route, the user agent or the error code, whatever its case (`%` and `_` are literal); or a whole request id.',
  ),
  from: anyInstant.optional().describe('Earliest instant, included.'),
  to: anyInstant.optional().describe('Latest instant, not included.'),
};

export const ListRequestLogs = z.strictObject({ ...listQuery(), ...filter });
export const ListOrganizationRequestLogs = z.strictObject({
  ...listQuery(),
  project_id: z.string().min(1).max(40).optional(),
  ...filter,
});
export type ListRequestLogs = z.output<typeof ListOrganizationRequestLogs>;

/** The attributes that `q` looks through, beside ids. */
export const SEARCHED = ['request_log.route', 'request_log.user_agent', 'request_log.error_code'];

export function toRequestLog(line: LogLine): RequestLog {
  return {
    id: line.id,
    project_id: line.project_id,
    api_key_id: line.api_key_id,
    member_id: line.member_id,
    method: line.method,
    route: line.route,
    status: line.status,
    duration_ms: line.duration_ms,
    ip: line.ip,
    user_agent: line.user_agent,
    error_code: line.error_code,
    request_id: line.request_id ?? line.id,
    created_at: new Date(timeOfId(line.id)).toISOString(),
  };
}
