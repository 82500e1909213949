import { z } from 'zod';
import { email } from '../../kernel/http/schemas.js';

export const RequestPasswordReset = z
  .strictObject({ email })
  .meta({ id: 'RequestPasswordReset', examples: [{ email: 'ada@example.com' }] });
export type RequestPasswordReset = z.output<typeof RequestPasswordReset>;

export const PasswordResetAccepted = z
  .object({ accepted: z.literal(true) })
  .meta({ id: 'PasswordResetAccepted' });

export const ConfirmPasswordReset = z
  .strictObject({
    token: z.string().min(1).max(200),
    new_password: z.string().max(1_000).describe('12 to 128 characters.'),
  })
  .meta({
    id: 'ConfirmPasswordReset',
    examples: [{ token: 'k3Jw…', new_password: 'eleven purple walruses on parade' }],
  });
export type ConfirmPasswordReset = z.output<typeof ConfirmPasswordReset>;

export const PasswordChanged = z.object({ changed: z.literal(true) }).meta({ id: 'PasswordChanged' });
