import { z } from 'zod';
import { listQuery, pageOf, searchQuery } from '../../kernel/http/pagination.js';
import { country, deleted, email, id, instant, shown, text } from '../../kernel/http/schemas.js';
import { phrase } from '../../kernel/http/validation-phrases.js';
import type { UserEntity } from './user.entity.js';

export const User = z
  .object({
    id: id('usr'),
    email: shown.email,
    first_name: shown.firstName,
    name: shown.lastName,
    phone: shown.phone.nullable(),
    country: shown.country.nullable(),
    status: z.enum(['new', 'activated', 'suspended', 'deleted']),
    platform_role: z.enum(['user', 'admin']),
    max_projects: z
      .number()
      .int()
      .nullable()
      .describe('How many projects the user may own; null means no limit.'),
    password_change_required: z.boolean(),
    totp_enabled: z.boolean().describe('Whether signing in takes a second factor.'),
    created_at: instant,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

export const LastSignIn = z
  .object({
    at: instant,
    device: shown.device.nullable().describe('Read from the user agent.'),
    location: shown.location.nullable(),
  })
  .meta({ id: 'LastSignIn' });
export type LastSignIn = z.infer<typeof LastSignIn>;

/** An account as platform admins see it. */
export const UserRecord = User.extend({
  last_sign_in: LastSignIn.nullable().describe('Null for somebody who has never signed in.'),
}).meta({ id: 'UserRecord' });
export type UserRecord = z.infer<typeof UserRecord>;

export const personFields = {
  first_name: text(100, 'Ada'),
  name: text(100, 'Lovelace'),
  phone: text(40, '+44 20 7946 0000').nullable().optional(),
  country: country.nullable().optional(),
};

export const Register = z
  .strictObject({
    email,
    password: z
      .string()
      .optional()
      .describe(
        '12 to 128 characters. Only platform admins may omit it; the account then gets a temporary one.',
      ),
    ...personFields,
  })
  // Who asks is not known here; with other mistakes, this one is named along with them.
  .refine(input => typeof input !== 'object' || input === null || 'password' in input, {
    path: ['password'],
    error: phrase('is required, except from platform admins', 'Send 12 to 128 characters.'),
    when: ({ issues }) => issues.length > 0,
  })
  .meta({
    id: 'Register',
    examples: [
      {
        email: 'ada@example.com',
        password: 'correct horse battery staple',
        first_name: 'Ada',
        name: 'Lovelace',
      },
    ],
  });
export type Register = z.output<typeof Register>;

export const CreatedUser = User.extend({
  temporary_password: z
    .string()
    .optional()
    .describe(
      'Shown only once, to platform admins who sent no password. It must be changed at the first sign-in.',
    ),
}).meta({ id: 'CreatedUser' });
export type CreatedUser = z.infer<typeof CreatedUser>;

export const Activate = z
  .strictObject({
    token: z.string().min(1).max(200),
    password: z.string().min(1).max(1_000).describe('The one the account was registered with.'),
  })
  .meta({ id: 'Activate', examples: [{ token: 'k3Jw…', password: 'correct horse battery staple' }] });
export type Activate = z.output<typeof Activate>;

const presentPassword = z.string().max(1_000).describe('Your present password.');

export const RequestEmailChange = z.strictObject({ email, password: presentPassword }).meta({
  id: 'RequestEmailChange',
  examples: [{ email: 'ada@analytical.example', password: 'correct horse battery staple' }],
});
export type RequestEmailChange = z.output<typeof RequestEmailChange>;

export const EmailChangeAccepted = z
  .object({ accepted: z.literal(true) })
  .meta({ id: 'EmailChangeAccepted' });

export const ConfirmEmailChange = z
  .strictObject({ token: z.string().min(1).max(200) })
  .meta({ id: 'ConfirmEmailChange', examples: [{ token: 'k3Jw…' }] });
export type ConfirmEmailChange = z.output<typeof ConfirmEmailChange>;

export const DeleteMe = z
  .strictObject({
    password: presentPassword,
    confirm: z.string().max(254).optional().describe('Your e-mail address.'),
  })
  .meta({ id: 'DeleteMe', examples: [{ password: 'correct horse battery staple' }] });
export type DeleteMe = z.output<typeof DeleteMe>;

export const DeletedMe = deleted('usr').meta({ id: 'DeletedMe' });

export const UpdateMe = z
  .strictObject(personFields)
  .partial()
  .meta({ id: 'UpdateMe', examples: [{ country: 'GB' }] });
export type UpdateMe = z.output<typeof UpdateMe>;

const count = z.number().int();

export const ListUsers = z.strictObject({
  ...listQuery(),
  status: User.shape.status.optional().describe('Without it, all except deleted ones.'),
  q: searchQuery.describe('Searches name, e-mail and phone; `%` and `_` are literal.'),
});
export type ListUsers = z.output<typeof ListUsers>;

export const UserPage = pageOf(UserRecord, 'UserPageBase')
  .extend({
    counts: z
      .object({ all: count, new: count, activated: count, suspended: count, deleted: count })
      .describe('How many match the search, by status; `all` is their sum.'),
  })
  .meta({ id: 'UserPage' });
export type UserPage = z.infer<typeof UserPage>;

export const UpdateUser = z
  .strictObject({
    ...personFields,
    max_projects: z.number().int().min(0).max(1_000_000).nullable().describe('Null for no limit.'),
    platform_role: User.shape.platform_role,
  })
  .partial()
  .meta({ id: 'UpdateUser', examples: [{ country: 'GB' }] });
export type UpdateUser = z.output<typeof UpdateUser>;

export const RunUserAction = z
  .strictObject({
    confirm: z
      .union([z.boolean(), z.string().max(254)])
      .optional()
      .describe("`true`; to delete, the account's e-mail address is accepted too."),
    reason: text(500).optional(),
  })
  .default({})
  .meta({ id: 'RunUserAction', examples: [{ reason: 'Left the company' }] });
export type RunUserAction = z.output<typeof RunUserAction>;

export function toLastSignIn(user: UserEntity): LastSignIn | null {
  const { last_sign_in_at: at, last_sign_in_device: device, last_sign_in_location: location } = user;
  return at && { at: at.toISOString(), device, location };
}

export function toUserRecord(user: UserEntity): UserRecord {
  return { ...toUser(user), last_sign_in: toLastSignIn(user) };
}

export function toUser(user: UserEntity): User {
  return {
    id: user.id,
    email: user.email,
    first_name: user.first_name,
    name: user.name,
    phone: user.phone,
    country: user.country,
    status: user.status,
    platform_role: user.platform_role,
    max_projects: user.max_projects,
    password_change_required: Boolean(user.password_change_required),
    totp_enabled: user.totp_enabled_at !== null,
    created_at: user.created_at.toISOString(),
  };
}
