import type { Command, CommandOption } from './command.js';

const CALL = 'bailiwick';
const EXIT_CODES = `Exit codes: 0 done, 1 found something wrong, 2 refused or failed, 78 the configuration is wrong.`;
const EVERYWHERE: Readonly<Record<string, CommandOption>> = {
  json: { what: 'Write JSON instead of text.' },
  help: { what: 'Show this help.' },
};

/** The list of all commands. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }): [string, string] => [name, summary]);
  return [
    `Usage: ${CALL} <command> [options]`,
    'Run in the repository, `npx bailiwick` and `node dist/cli.js` are the same.',
    '',
    'Commands:',
    ...table(rows),
    '',
    'Commands read the same environment as the server (.env: node --env-file=.env dist/cli.js <command>).',
    `\`${CALL} <command> --help\` says more. Every command takes --json.`,
    EXIT_CODES,
    '',
  ].join('\n');
}

/** All there is to say about one command. */
export function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, ...EVERYWHERE });
  return [
    `Usage: ${CALL} ${usageOf(command)}`,
    '',
    command.summary,
    command.details,
    '',
    'Options:',
    ...table(options.map(([name, option]) => [flagOf(name, option), option.what])),
    '',
    ...(command.formerly?.length ? [`Formerly: ${command.formerly.join(', ')}`] : []),
    EXIT_CODES,
    '',
  ].join('\n');
}

function usageOf({ name, options, operands }: Command): string {
  const flags = Object.entries(options).map(([key, option]) =>
    option.required ? flagOf(key, option) : `[${flagOf(key, option)}]`,
  );
  return [name, ...flags, ...(operands ? [operands] : [])].join(' ');
}

function flagOf(name: string, { value }: CommandOption): string {
  return value === undefined ? `--${name}` : `--${name} <${value}>`;
}

function table(rows: readonly [string, string][]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
