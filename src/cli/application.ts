import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { Config } from '../kernel/config/config.js';
import type { DatabaseLocation } from '../kernel/config/database-url.js';
import { writerOptions } from '../kernel/database/open-database.js';
import { WriterSource } from '../kernel/database/writer-source.js';
import { JsonLogger } from '../kernel/logging/json-logger.js';

/**
 * Runs `work` with the application's modules, on the database of the environment, without HTTP and jobs.
 * @throws Error on SQLite, when a server has the file open
 */
export async function withApplication<T>(work: (app: INestApplicationContext) => Promise<T>): Promise<T> {
  const config = commandConfig({ RUN_JOBS: 'false', METRICS_PORT: '0' });
  await refuseBesideServer(config.database);
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

/** The configuration of the environment; a command logs errors only, unless told otherwise. */
export function commandConfig(overrides: Record<string, string> = {}): Config {
  return Config.from({ ...process.env, LOG_LEVEL: process.env.LOG_LEVEL ?? 'error', ...overrides });
}

/** On SQLite one process writes. @throws Error when a server has the file open */
export async function refuseBesideServer(database: DatabaseLocation): Promise<void> {
  if (database.kind !== 'sqlite') return;
  const alone = new WriterSource(writerOptions(database, { alone: true }));
  await alone.initialize();
  await alone.destroy();
}
