import { email as emailSchema } from '../kernel/http/schemas.js';
import { AccountRescue } from '../modules/users/account-rescue.service.js';
import { withApplication } from './application.js';
import { type Command, EXIT, UsageError } from './command.js';

export const adminCreate: Command = {
  name: 'admin create',
  summary:
    'Makes a platform admin with a temporary password, printed this once and to be changed at the first sign-in.',
  details: 'For an address that has no account. On SQLite, stop the server first.',
  options: {
    email: { value: 'address', what: 'The address to sign in with.', required: true },
    'first-name': { value: 'name', what: 'Default: Platform.' },
    name: { value: 'name', what: 'Default: Admin.' },
  },
  async run({ values }) {
    const { data: email } = emailSchema.safeParse(values.email);
    if (email === undefined) throw new UsageError(`${values.email} is not an e-mail address.`, adminCreate);
    const person = { email, first_name: values['first-name'] ?? 'Platform', name: values.name ?? 'Admin' };
    const password = await withApplication(app =>
      app.get(AccountRescue, { strict: false }).createAdmin(person),
    );
    return {
      exit: EXIT.done,
      text: `${email} is a platform admin. The temporary password, shown this once: ${password}`,
      json: { ...person, platform_role: 'admin', temporary_password: password },
    };
  },
};
