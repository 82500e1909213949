import { z } from 'zod';
import { id, instant, like, shown, wholeNumber } from '../../kernel/http/schemas.js';
import { MOST_CALLERS, MOST_ROUTES } from '../usage/key-traffic.service.js';

const requests = z.number().int();

export const KeyImpact = z
  .object({
    from: instant.describe('Since when requests are counted.'),
    to: instant,
    callers_from: instant.describe(
      'Since when callers are counted: later than `from` where the key made very many requests.',
    ),
    callers: z
      .array(
        z.object({
          ip: shown.ip.nullable().meta({ 'x-also-attribute': 'request_log.ip' }),
          user_agent: shown.userAgent.nullable().meta({ 'x-also-attribute': 'request_log.user_agent' }),
          requests,
          last_at: instant.meta({ 'x-also-attribute': 'request_log.created_at' }),
        }),
      )
      .describe(`Who called, by address and user agent, most requests first; ${MOST_CALLERS} at most.`),
    more_callers: z.boolean().describe('Whether there are more than these.'),
    routes: z
      .array(
        z.object({
          method: like('GET').meta({ 'x-also-attribute': 'request_log.method' }),
          route: like('/v1/whoami').meta({ 'x-also-attribute': 'request_log.route' }),
          requests,
          errors: z.number().int().describe('Requests answered with a status of 400 or more.'),
        }),
      )
      .describe(`What was called, most requests first; ${MOST_ROUTES} at most.`),
    members: z
      .array(
        z
          .object({
            id: id('mbr'),
            name: shown.fullName.nullable(),
            relations: z
              .array(z.enum(['holder', 'creator']))
              .describe('The key is the own key of its holder.'),
          })
          .meta({ 'x-resource': 'member' }),
      )
      .describe('Members of the project who hold or made the key; for those with `members:read`.'),
    secrets: z
      .array(
        z.object({
          preview: like('bw_test_…x4Qz')
            .nullable()
            .describe('Null for a replaced secret, of which none is kept.')
            .meta({ 'x-also-attribute': 'api_key.preview' }),
          last_used_at: instant
            .nullable()
            .describe(
              'Of the current secret: when the key was used last, null when that was with the one before.',
            )
            .meta({ 'x-also-attribute': 'api_key.last_used_at' }),
          expires_at: instant
            .nullable()
            .describe('Until when a replaced secret is accepted.')
            .meta({ 'x-also-attribute': 'api_key.previous_secret' }),
        }),
      )
      .describe('The secrets that are accepted, the current one first.'),
  })
  .meta({ id: 'KeyImpact' });
export type KeyImpact = z.infer<typeof KeyImpact>;

export const AskKeyImpact = z.strictObject({
  days: wholeNumber(1, 31).default(7).describe('How many days to look back, 1 to 31.'),
});
export type AskKeyImpact = z.output<typeof AskKeyImpact>;
