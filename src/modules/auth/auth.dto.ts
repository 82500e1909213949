import { z } from 'zod';
import { deleted, email, id, like, named, shown } from '../../kernel/http/schemas.js';
import { Session } from '../users/session.dto.js';
import { User } from '../users/user.dto.js';

const password = z.string().max(1_000);

export const SignIn = z
  .strictObject({ email, password })
  .meta({ id: 'SignIn', examples: [{ email: 'ada@example.com', password: 'correct horse battery staple' }] });
export type SignIn = z.output<typeof SignIn>;

export const SignedIn = z
  .object({
    token: z
      .string()
      .describe('The session token; shown only once.')
      .meta({ examples: ['bws_…'] }),
    session: Session,
    user: User,
    password_change_required: z
      .literal(true)
      .optional()
      .describe('Present when the password must be changed before anything else.'),
  })
  .meta({ id: 'SignedIn' });
export type SignedIn = z.infer<typeof SignedIn>;

export const ChangePassword = z
  .strictObject({ current_password: password, new_password: password.describe('12 to 128 characters.') })
  .meta({
    id: 'ChangePassword',
    examples: [
      { current_password: 'correct horse battery staple', new_password: 'eleven purple walruses on parade' },
    ],
  });
export type ChangePassword = z.output<typeof ChangePassword>;

export const EndedSession = deleted('ses').meta({ id: 'EndedSession' });

export const WhoAmI = z
  .object({
    principal: z.object({ type: z.enum(['user', 'api_key']), id: id('usr'), name: shown.fullName }),
    project: z
      .object({
        id: id('prj'),
        name: like('Acme sandbox'),
        environment: z.enum(['sandbox', 'production']),
        status: z.string(),
      })
      .optional()
      .describe('The project of an API key.'),
    role: named('rol', 'Support').optional(),
    permissions: z.array(like('project:read')),
    limits: z
      .object({ requests_per_minute: z.number().int(), requests_per_day: z.number().int() })
      .nullable()
      .describe("The quota of the key's organization; null for sessions, which do not count."),
  })
  .meta({ id: 'WhoAmI', 'x-structural': true });
export type WhoAmI = z.infer<typeof WhoAmI>;

export const Lookup = z
  .object({
    id: id('key'),
    object: like('api_key'),
    project_id: id('prj').nullable(),
    name: like('Nightly import').nullable(),
    url: like('/v1/projects/prj_…/api-keys/key_…').describe("Its path below the server's address."),
  })
  .meta({ id: 'Lookup', 'x-structural': true });
export type Lookup = z.infer<typeof Lookup>;
