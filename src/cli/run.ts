import { parseArgs } from 'node:util';
import { VERSION } from '../kernel/config/version.js';
import { configMistake, unloadable } from '../start-failure.js';
import { type Command, EXIT, type ExitCode, type Given, type Terminal, UsageError } from './command.js';
import { helpOf, overview } from './help.js';

const OF_ALL = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

/** Runs what the arguments say, writes what comes of it, and answers the process's exit code. */
export async function runCommandLine(loaded: Promise<readonly Command[]>, args: string[]): Promise<ExitCode> {
  const json = args.includes('--json');
  try {
    const commands = await loaded;
    const found = find(commands, args);
    if (!found) return help(commands, args);
    return await run(found.command, found.rest);
  } catch (error) {
    return fail(error, json);
  }
}

async function run(command: Command, args: string[]): Promise<ExitCode> {
  const { given, json, help } = parse(command, args);
  if (help) {
    process.stdout.write(helpOf(command));
    return EXIT.done;
  }
  for (const [name, { required }] of Object.entries(command.options))
    if (required && given.values[name] === undefined) throw new UsageError(`--${name} is missing.`, command);
  const { exit, text, json: result } = await command.run(given, terminal(json));
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else if (text) process.stdout.write(`${text}\n`);
  return exit;
}

/** The command that the arguments begin with; of one word and two words, the longer name wins. */
function find(commands: readonly Command[], args: string[]): { command: Command; rest: string[] } | null {
  for (const words of [2, 1]) {
    const name = args.slice(0, words).join(' ');
    const command = commands.find(one => one.name === name || one.formerly?.includes(name));
    if (command) return { command, rest: args.slice(words) };
  }
  return null;
}

function help(commands: readonly Command[], args: string[]): ExitCode {
  const [first, second] = args;
  if (first === '--version') {
    process.stdout.write(`${VERSION}\n`);
    return EXIT.done;
  }
  if (first === undefined) throw new UsageError('No command is given.', commands);
  if (first === 'help' || first === '--help' || first === '-h') {
    const about = find(commands, args.slice(1));
    process.stdout.write(about ? helpOf(about.command) : overview(commands));
    return EXIT.done;
  }
  const family = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (family.length > 0 && (second === '--help' || second === '-h')) {
    process.stdout.write(overview(family));
    return EXIT.done;
  }
  const unknown = args.slice(0, family.length ? 2 : 1).join(' ');
  throw new UsageError(`There is no command "${unknown}".`, family.length ? family : commands);
}

function parse(command: Command, args: string[]): { given: Given; json: boolean; help: boolean } {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { value }]) => [
      name,
      { type: value === undefined ? 'boolean' : 'string' } as const,
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { ...options, ...OF_ALL },
      allowPositionals: command.operands !== undefined,
    });
    const entries = Object.entries(values as Record<string, string | boolean | undefined>);
    const given = {
      values: Object.fromEntries(
        entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      ),
      switches: new Set(entries.filter(([, value]) => value === true).map(([name]) => name)),
      operands: positionals,
    };
    return { given, json: given.switches.has('json'), help: given.switches.has('help') };
  } catch (error) {
    throw new UsageError((error as Error).message, command);
  }
}

function terminal(json: boolean): Terminal {
  return {
    progress: text => void (json || process.stderr.write(`${text}\n`)),
    item: (text, result) => void process.stdout.write(`${json ? JSON.stringify(result) : text}\n`),
  };
}

/** Says in plain words what went wrong: a trace would help nobody who runs a command. */
function fail(error: unknown, json: boolean): ExitCode {
  const mistake = configMistake(error)?.message ?? unloadable(error);
  const exit = mistake ? EXIT.config : EXIT.failed;
  const message = mistake ?? (error instanceof Error ? error.message : String(error));
  const usage = error instanceof UsageError ? `\n${usageOf(error)}` : '';
  process.stderr.write(`${message}\n${usage}`);
  if (json) process.stdout.write(`${JSON.stringify({ error: { message, exit_code: exit } })}\n`);
  return exit;
}

function usageOf({ about }: UsageError): string {
  return 'run' in about ? helpOf(about) : overview(about);
}
