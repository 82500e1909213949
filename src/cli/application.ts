import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { beforeStart } from '../before-start.js';
import { Config } from '../kernel/config/config.js';
import { expectFolders } from '../kernel/config/folders.js';
import { JsonLogger } from '../kernel/logging/json-logger.js';

/**
 * Runs `work` with the application's modules, on the database of the environment, without HTTP and jobs.
 * @throws DatabaseInUse on SQLite, when a server writes to the file
 */
export async function withApplication<T>(work: (app: INestApplicationContext) => Promise<T>): Promise<T> {
  const config = configOf({ RUN_JOBS: 'false', METRICS_PORT: '0' });
  await beforeStart(config);
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

/**
 * The configuration of the environment, with folders that answer; a command logs errors only, unless told otherwise.
 * @throws ConfigError
 */
export async function commandConfig(): Promise<Config> {
  const config = configOf({});
  await expectFolders(config);
  return config;
}

function configOf(overrides: Record<string, string>): Config {
  return Config.from({ ...process.env, LOG_LEVEL: process.env.LOG_LEVEL ?? 'error', ...overrides });
}
