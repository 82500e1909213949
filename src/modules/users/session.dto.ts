import { z } from 'zod';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { id, instant, shown } from '../../kernel/http/schemas.js';
import type { SessionEntity } from './session.entity.js';

export const Session = z
  .object({
    id: id('ses'),
    expires_at: instant,
    device: shown.device.nullable().describe('Read from the user agent.'),
    location: shown.location.nullable(),
    ip: shown.ip.nullable(),
    created_at: instant,
    last_seen_at: instant,
    current: z.boolean().describe('Whether this is the session that makes the request.'),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

export const ListSessions = z.strictObject(listQuery());
export type ListSessions = z.output<typeof ListSessions>;

export const EndSessions = z.strictObject({
  including_current: z
    .enum(['true', 'false'])
    .optional()
    .describe('`true`: the session that makes the request ends, too.'),
});
export type EndSessions = z.output<typeof EndSessions>;

export const EndedSessions = z
  .object({ ended: z.number().int().describe('How many sessions were live until now.') })
  .meta({ id: 'EndedSessions' });

export const SessionPage = pageOf(Session, 'SessionPage');

export function toSession(session: SessionEntity, currentId: string): Session {
  return {
    id: session.id,
    expires_at: session.expires_at.toISOString(),
    device: session.device,
    location: session.location,
    ip: session.ip,
    created_at: session.created_at.toISOString(),
    last_seen_at: session.last_seen_at.toISOString(),
    current: session.id === currentId,
  };
}
