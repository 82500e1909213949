import { parseArgs } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { Config } from './kernel/config/config.js';
import { writerOptions } from './kernel/database/open-database.js';
import { WriterSource } from './kernel/database/writer-source.js';
import { JsonLogger } from './kernel/logging/json-logger.js';
import { checkExportedLog } from './modules/audit/exported-log.js';
import { AccountRescue } from './modules/users/account-rescue.service.js';

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
  'reset-password': {
    usage: 'reset-password --email <address>',
    what: 'Gives an account a temporary password, printed this once and to be changed at the first sign-in. On SQLite, stop the server first.',
    run: resetPassword,
  },
  'reset-totp': {
    usage: 'reset-totp --email <address>',
    what: 'Turns the two-factor sign-in of an account off, for somebody who lost app and recovery codes. On SQLite, stop the server first.',
    run: resetTotp,
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

async function resetPassword(args: string[]): Promise<number> {
  const email = emailIn(args, 'reset-password');
  const password = await withApplication(app =>
    app.get(AccountRescue, { strict: false }).resetPassword(email),
  );
  process.stdout.write(`The temporary password of ${email}, shown this once: ${password}\n`);
  return 0;
}

async function resetTotp(args: string[]): Promise<number> {
  const email = emailIn(args, 'reset-totp');
  await withApplication(app => app.get(AccountRescue, { strict: false }).resetTotp(email));
  process.stdout.write(`Two-factor sign-in of ${email} is off.\n`);
  return 0;
}

function emailIn(args: string[], command: string): string {
  const { email } = parseArgs({ args, options: { email: { type: 'string' } } }).values;
  if (!email) throw new UsageError(command);
  return email;
}

/** Runs `work` with the application's modules, on the database of the environment, without HTTP and jobs. */
async function withApplication<T>(work: (app: INestApplicationContext) => Promise<T>): Promise<T> {
  const config = Config.from({
    ...process.env,
    RUN_JOBS: 'false',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
  });
  await refuseBesideServer(config);
  const logger = new JsonLogger(config.logLevel);
  const app = await NestFactory.createApplicationContext(AppModule.forJobs(config), {
    abortOnError: false,
    logger,
  });
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** On SQLite one process writes. @throws Error when a server has the file open */
async function refuseBesideServer({ database }: Config): Promise<void> {
  if (database.kind !== 'sqlite') return;
  const alone = new WriterSource(writerOptions(database, { alone: true }));
  await alone.initialize();
  await alone.destroy();
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
