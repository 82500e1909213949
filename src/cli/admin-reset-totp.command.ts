import { AccountRescue } from '../modules/users/account-rescue.service.js';
import { withApplication } from './application.js';
import { type Command, EXIT } from './command.js';

export const adminResetTotp: Command = {
  name: 'admin reset-totp',
  formerly: ['reset-totp'],
  summary: 'Turns the two-factor sign-in of an account off, for somebody who lost app and recovery codes.',
  details: 'Its sessions end. On SQLite, stop the server first.',
  options: { email: { value: 'address', what: 'Whose account.', required: true } },
  async run({ values }) {
    const email = values.email!;
    await withApplication(app => app.get(AccountRescue, { strict: false }).resetTotp(email));
    return {
      exit: EXIT.done,
      text: `Two-factor sign-in of ${email} is off.`,
      json: { email, totp_enabled: false },
    };
  },
};
