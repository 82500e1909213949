import { z } from 'zod';
import { listQuery, pageOf, searchQuery } from '../../kernel/http/pagination.js';
import { country, email, instant, text } from '../../kernel/http/schemas.js';
import type { UserEntity } from './user.entity.js';

export const User = z
  .object({
    id: z.string().meta({ examples: ['usr_01kaj0v7w3m6tn5x9q2e8rfyzd'] }),
    email: z.string(),
    first_name: z.string(),
    name: z.string(),
    phone: z.string().nullable(),
    country: z.string().nullable(),
    status: z.enum(['new', 'activated', 'suspended', 'deleted']),
    platform_role: z.enum(['user', 'admin']),
    max_projects: z
      .number()
      .int()
      .nullable()
      .describe('How many projects the user may own; null for no limit.'),
    password_change_required: z.boolean(),
    created_at: instant,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

export const LastSignIn = z
  .object({
    at: instant,
    device: z.string().nullable().describe('Read from the user agent.'),
    location: z.string().nullable(),
  })
  .meta({ id: 'LastSignIn' });
export type LastSignIn = z.infer<typeof LastSignIn>;

/** An account as platform admins see it. */
export const UserRecord = User.extend({
  last_sign_in: LastSignIn.nullable().describe('null for somebody who never did.'),
}).meta({ id: 'UserRecord' });
export type UserRecord = z.infer<typeof UserRecord>;

export const personFields = {
  first_name: text(100),
  name: text(100),
  phone: text(40).nullable().optional(),
  country: country.nullable().optional(),
};

export const Register = z
  .strictObject({
    email,
    password: z
      .string()
      .optional()
      .describe('12 to 128 characters. Only platform admins may leave it out, for a temporary one.'),
    ...personFields,
  })
  // Who asks is not known here; with other mistakes, this one is named along with them.
  .refine(input => typeof input !== 'object' || input === null || 'password' in input, {
    path: ['password'],
    error: 'must be given, except by platform admins',
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
      'Shown this once, to platform admins who gave no password. It must be changed at first sign-in.',
    ),
}).meta({ id: 'CreatedUser' });
export type CreatedUser = z.infer<typeof CreatedUser>;

export const Activate = z
  .strictObject({
    token: z.string().min(1).max(200),
    password: z.string().min(1).max(1_000).describe('The one the account was registered with.'),
  })
  .meta({ id: 'Activate' });
export type Activate = z.output<typeof Activate>;

export const UpdateMe = z.strictObject(personFields).partial().meta({ id: 'UpdateMe' });
export type UpdateMe = z.output<typeof UpdateMe>;

const count = z.number().int();

export const ListUsers = z.strictObject({
  ...listQuery(),
  status: User.shape.status.optional().describe('Without it, all but deleted ones.'),
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
    max_projects: z.number().int().min(0).max(1_000_000).nullable().describe('null for no limit.'),
    platform_role: User.shape.platform_role,
  })
  .partial()
  .meta({ id: 'UpdateUser', examples: [{ max_projects: 10 }] });
export type UpdateUser = z.output<typeof UpdateUser>;

export const RunUserAction = z
  .strictObject({
    confirm: z
      .union([z.literal(true), z.string().max(254)])
      .optional()
      .describe("`true`; to delete, the account's e-mail address does as well."),
    reason: text(500).optional(),
  })
  .default({})
  .meta({ id: 'RunUserAction', examples: [{ confirm: true, reason: 'Left the company' }] });
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
    created_at: user.created_at.toISOString(),
  };
}
