import { commandConfig } from './application.js';
import { CHECKS, type Finding } from './checks.js';
import { type Command, EXIT } from './command.js';

export const check: Command = {
  name: 'check',
  summary:
    'Checks what the server depends on: configuration, database, Redis, mail, storage, clock and disk.',
  details:
    'Changes nothing, and may run beside the server. Exit code 1: something failed; each line says how to fix it.',
  options: {},
  async run() {
    const config = await commandConfig();
    const checks: ({ name: string } & Finding)[] = [
      { name: 'configuration', ok: true, detail: 'every setting is valid' },
    ];
    for (const [name, look] of Object.entries(CHECKS)) checks.push({ name, ...(await look(config)) });
    const ok = checks.every(one => one.ok);
    const text = checks.map(
      one => `${one.ok ? 'ok    ' : 'failed'}  ${one.name}: ${one.detail}${one.fix ? `. ${one.fix}` : ''}`,
    );
    return { exit: ok ? EXIT.done : EXIT.found, text: text.join('\n'), json: { ok, checks } };
  },
};
