import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from './kernel/config/config.js';
import { openApiDocument } from './kernel/openapi/openapi.js';
import { createServer } from './server.js';

/** Writes the OpenAPI document to a file, without listening: `npm run openapi [-- <file>]`. */
async function main(file = 'docs/openapi.json'): Promise<void> {
  // The server needs a database to be put together; this one is gone afterwards.
  const dataDir = await mkdtemp(join(tmpdir(), 'bailiwick-openapi-'));
  try {
    const app = await createServer(Config.from({ DATA_DIR: dataDir, LOG_LEVEL: 'error', RUN_JOBS: 'false' }));
    try {
      await writeFile(file, `${JSON.stringify(openApiDocument(app), null, 2)}\n`);
    } finally {
      await app.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
  process.stdout.write(`${file} written\n`);
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(
    `The document could not be written: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
});
