import { z } from 'zod';
import { listQuery, pageOf, searchQuery } from '../../kernel/http/pagination.js';
import { id, instant, like, shown, toWire } from '../../kernel/http/schemas.js';
import type { Notification } from './notification.entity.js';

const status = z.enum(['queued', 'sent', 'failed']);
const count = z.number().int();

export const NotificationItem = z
  .object({
    id: id('ntf'),
    template: like('activation'),
    subject: like('Activate your account'),
    to: shown.email,
    to_name: shown.fullName.nullable(),
    user_id: id('usr').nullable().describe("The recipient's account, if there was one."),
    status,
    attempts: z.number().int().describe('Including failed ones.'),
    last_error: z.string().nullable(),
    created_at: instant,
    sent_at: instant.nullable(),
  })
  .meta({ id: 'Notification' });
export type NotificationItem = z.infer<typeof NotificationItem>;

export const ListNotifications = z.strictObject({
  ...listQuery(),
  status: status.optional(),
  q: searchQuery.describe('Searches recipient and subject; `%` and `_` are literal.'),
});
export type ListNotifications = z.output<typeof ListNotifications>;

export const NotificationPage = pageOf(NotificationItem, 'NotificationPageBase')
  .extend({
    counts: z
      .object({ all: count, queued: count, sent: count, failed: count })
      .describe('How many match the search, by status.'),
  })
  .meta({ id: 'NotificationPage' });
export type NotificationPage = z.infer<typeof NotificationPage>;

/** The body is not among it: it holds tokens. */
export function toNotificationItem(row: Notification): NotificationItem {
  return {
    id: row.id,
    template: row.template,
    subject: row.subject,
    to: row.to_address,
    to_name: row.to_name,
    user_id: row.user_id,
    status: row.status,
    attempts: row.attempts,
    last_error: row.last_error,
    created_at: row.created_at.toISOString(),
    sent_at: toWire(row.sent_at),
  };
}
