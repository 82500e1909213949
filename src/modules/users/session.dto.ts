import { z } from 'zod';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { instant } from '../../kernel/http/schemas.js';
import type { SessionEntity } from './session.entity.js';

export const Session = z
  .object({
    id: z.string().meta({ examples: ['ses_01kaj0v7w3m6tn5x9q2e8rfyzd'] }),
    expires_at: instant,
    device: z.string().nullable().describe('Read from the user agent.'),
    location: z.string().nullable(),
    ip: z.string().nullable(),
    created_at: instant,
    last_seen_at: instant,
    current: z.boolean().describe('Whether it is the session that asks.'),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

export const ListSessions = z.strictObject(listQuery());
export type ListSessions = z.output<typeof ListSessions>;

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
