import { parseArgs } from 'node:util';
import { checkExportedLog } from './modules/audit/exported-log.js';

/** A command for administrators. Answers the process's exit code. */
interface Command {
  readonly usage: string;
  readonly what: string;
  run(args: string[]): Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  'verify-log': {
    usage: 'verify-log --events <events.jsonl> --checkpoints <checkpoints.json> --keys <jwks.json>',
    what: 'Checks an exported event log against checkpoints that were kept, without a server. Exit code 0: it is what it was; 1: it is not.',
    run: verifyLog,
  },
};

async function verifyLog(args: string[]): Promise<number> {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({ args, options: { events: option, checkpoints: option, keys: option } });
  const { events, checkpoints, keys } = values;
  if (!events || !checkpoints || !keys) throw new UsageError('verify-log');
  const { checked, firstBad } = await checkExportedLog({ events, checkpoints, keys });
  if (firstBad === null) {
    process.stdout.write(`The log is what it was: ${checked} entries checked.\n`);
    return 0;
  }
  const { sequence, id, reason } = firstBad;
  process.stdout.write(
    `${reason}: sequence ${sequence}${id ? `, entry ${id}` : ''}. ${checked} entries before it are good.\n`,
  );
  return 1;
}

class UsageError extends Error {
  constructor(name?: string) {
    const commands = name ? [COMMANDS[name]!] : Object.values(COMMANDS);
    const lines = commands.map(({ usage, what }) => `  node dist/cli.js ${usage}\n      ${what}`);
    super(`Usage:\n${lines.join('\n')}`);
  }
}

async function main([name, ...args]: string[]): Promise<number> {
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError();
  return command.run(args);
}

main(process.argv.slice(2)).then(
  code => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);
