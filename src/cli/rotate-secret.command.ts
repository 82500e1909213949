import { AppSecret } from '../kernel/app-secret/app-secret.service.js';
import { Config, ConfigError } from '../kernel/config/config.js';
import { withApplication } from './application.js';
import { type Command, EXIT } from './command.js';

export const rotateSecret: Command = {
  name: 'rotate-secret',
  summary: 'Encrypts everything in the database anew, from APP_SECRET_PREVIOUS to APP_SECRET.',
  details:
    'Set both first, for every process and for this command. It goes on where it was when it is run again; afterwards, ' +
    'take APP_SECRET_PREVIOUS away. On SQLite, stop the server first. Exit code 1: neither secret opens some values.',
  options: {
    'leave-unreadable': {
      what: 'Leave values that neither secret opens as they are: they are lost already.',
    },
  },
  async run({ switches }) {
    if (Config.from(process.env).previousAppSecret === null)
      throw new ConfigError([
        'APP_SECRET_PREVIOUS: must be set to the secret that the data was written with, and APP_SECRET to the new one',
      ]);
    const rotation = await withApplication(app =>
      app.get(AppSecret, { strict: false }).rotate({ leaveUnreadable: switches.has('leave-unreadable') }),
    );
    const { resealed, unreadable, examples, complete } = rotation;
    const json = { resealed, unreadable, unreadable_examples: examples, complete };
    const lost = unreadable ? ` Neither secret opens ${unreadable}: ${examples.join(', ')}.` : '';
    if (!complete) {
      const text = `${resealed} values encrypted anew.${lost} The former secret is still needed; see --leave-unreadable.`;
      return { exit: EXIT.found, text, json };
    }
    const text = `${resealed} values encrypted anew.${lost} APP_SECRET_PREVIOUS is not needed any more.`;
    return { exit: EXIT.done, text, json };
  },
};
