import { z } from 'zod';
import { like } from '../../kernel/http/schemas.js';

const code = z.string().min(1).max(64);

export const TotpSetup = z
  .object({
    secret: like('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP').describe('Base32; shown only once.'),
    otpauth_url: like('otpauth://totp/Bailiwick:ada@example.com?…').describe(
      'What a QR code for the app holds.',
    ),
    recovery_codes: z.array(like('k3jw9-x7qmt')).describe('Ten codes, each good once; shown only once.'),
  })
  .meta({ id: 'TotpSetup' });
export type TotpSetup = z.infer<typeof TotpSetup>;

export const TotpCode = z
  .strictObject({ code: code.describe('Six digits from the app, or a recovery code where one is accepted.') })
  .meta({ id: 'TotpCode', examples: [{ code: '287082' }] });
export type TotpCode = z.output<typeof TotpCode>;

export const TotpEnabled = z.object({ enabled: z.boolean() }).meta({ id: 'TotpEnabled' });

export const SignInWithTotp = z
  .strictObject({
    ticket: z.string().min(1).max(1_000).describe('From the answer to POST /v1/sessions.'),
    code,
  })
  .meta({ id: 'SignInWithTotp', examples: [{ ticket: 'eyJ1…', code: '287082' }] });
export type SignInWithTotp = z.output<typeof SignInWithTotp>;
