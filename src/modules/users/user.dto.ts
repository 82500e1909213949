import { z } from 'zod';
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

export const personFields = {
  first_name: text(100),
  name: text(100),
  phone: text(40).nullable().optional(),
  country: country.nullable().optional(),
};

export const Register = z
  .strictObject({ email, password: z.string().describe('12 to 128 characters.'), ...personFields })
  .meta({ id: 'Register' });
export type Register = z.output<typeof Register>;

export const Activate = z.strictObject({ token: z.string().min(1).max(200) }).meta({ id: 'Activate' });
export type Activate = z.output<typeof Activate>;

export const UpdateMe = z.strictObject(personFields).partial().meta({ id: 'UpdateMe' });
export type UpdateMe = z.output<typeof UpdateMe>;

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
