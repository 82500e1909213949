import { NestFactory } from '@nestjs/core';
import { beforeStart } from './before-start.js';
import { Config, ConfigError } from './kernel/config/config.js';
import { JsonLogger } from './kernel/logging/json-logger.js';
import { endUnstarted } from './start-failure.js';

/** The jobs process: the same modules without HTTP. For MySQL or MariaDB; one process writes one SQLite file. */
async function main(): Promise<void> {
  const config = Config.from({ ...process.env, RUN_JOBS: 'true' });
  if (config.database.kind === 'sqlite') {
    throw new ConfigError([
      'DATABASE_URL: the worker needs MySQL or MariaDB; with SQLite the server runs the jobs itself',
    ]);
  }
  await beforeStart(config);
  // Loaded only here, so that a package that cannot be loaded is told of like everything else that is wrong.
  const { AppModule } = await import('./app.module.js');
  const app = await NestFactory.createApplicationContext(AppModule.forJobs(config), {
    abortOnError: false,
    logger: new JsonLogger(config.logLevel),
  });
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  process.stdout.write("\n  Bailiwick's worker is up: it runs the jobs.\n");
}

main().catch((error: unknown) => endUnstarted('The worker', error));
