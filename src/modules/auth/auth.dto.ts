import { z } from 'zod';
import { email } from '../../kernel/http/schemas.js';
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
      .describe('The session token; shown this once.')
      .meta({ examples: ['bws_…'] }),
    session: Session,
    user: User,
    password_change_required: z
      .literal(true)
      .optional()
      .describe('Present when the password must be changed first.'),
  })
  .meta({ id: 'SignedIn' });
export type SignedIn = z.infer<typeof SignedIn>;

export const ChangePassword = z
  .strictObject({ current_password: password, new_password: password.describe('12 to 128 characters.') })
  .meta({ id: 'ChangePassword' });
export type ChangePassword = z.output<typeof ChangePassword>;

export const EndedSession = z
  .object({ id: z.string(), deleted: z.literal(true) })
  .meta({ id: 'EndedSession' });

export const WhoAmI = z
  .object({
    principal: z.object({ type: z.enum(['user', 'api_key']), id: z.string(), name: z.string() }),
    project: z
      .object({
        id: z.string(),
        name: z.string(),
        environment: z.enum(['sandbox', 'production']),
        status: z.string(),
      })
      .optional()
      .describe('The project of an API key.'),
    role: z.object({ id: z.string(), name: z.string() }).optional(),
    permissions: z.array(z.string()),
    limits: z
      .object({ requests_per_minute: z.number().int(), requests_per_day: z.number().int() })
      .nullable()
      .describe("The quota of the key's organization; null for sessions, which do not count."),
  })
  .meta({ id: 'WhoAmI' });
export type WhoAmI = z.infer<typeof WhoAmI>;

export const Lookup = z
  .object({
    id: z.string(),
    object: z.string().meta({ examples: ['api_key'] }),
    project_id: z.string().nullable(),
    name: z.string().nullable(),
    url: z.string(),
  })
  .meta({ id: 'Lookup' });
export type Lookup = z.infer<typeof Lookup>;
