import { z } from 'zod';
import { timeOfId } from '../../kernel/database/ids.js';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { anyInstant, id, instant, like, shown } from '../../kernel/http/schemas.js';
import { mustBe } from '../../kernel/http/validation-phrases.js';
import type { LogLine } from './request-log.repository.js';

export const RequestLog = z
  .object({
    id: id('req'),
    project_id: id('prj'),
    api_key_id: id('key'),
    member_id: id('mbr').nullable().describe("Set for a member's own key."),
    method: like('GET'),
    route: like('/v1/projects/:id'),
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
    .regex(/^[1-5](\d\d|xx)$/i, mustBe('a status such as 404, or a class such as 4xx'))
    .transform(status => status.toLowerCase())
    .optional(),
  method: z
    .string()
    .regex(/^[a-z]{1,10}$/i, mustBe('an HTTP method'))
    .transform(method => method.toUpperCase())
    .optional(),
  route: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('The route as the log shows it, e.g. `/v1/projects/:id`.'),
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
