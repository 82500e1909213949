import { AccountRescue } from '../modules/users/account-rescue.service.js';
import { withApplication } from './application.js';
import { type Command, EXIT } from './command.js';

export const adminResetPassword: Command = {
  name: 'admin reset-password',
  formerly: ['reset-password'],
  summary: 'Gives an account a temporary password, printed this once and to be changed at the first sign-in.',
  details: 'Its sessions end. On SQLite, stop the server first.',
  options: { email: { value: 'address', what: 'Whose account.', required: true } },
  async run({ values }) {
    const email = values.email!;
    const password = await withApplication(app =>
      app.get(AccountRescue, { strict: false }).resetPassword(email),
    );
    return {
      exit: EXIT.done,
      text: `The temporary password of ${email}, shown this once: ${password}`,
      json: { email, temporary_password: password },
    };
  },
};
