import { Worker } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import { sqliteDriverPath } from './sqlite-driver.js';

const EVERY_MS = 1_000;

/** Source text, since a thread begins with a file, and tests run from TypeScript. */
const THREAD = `
  const { parentPort, workerData } = require('node:worker_threads');
  const Connection = require(workerData.driver);
  const connection = new Connection(workerData.file);
  const timer = setInterval(() => connection.pragma('wal_checkpoint(PASSIVE)'), workerData.everyMs);
  parentPort.once('message', () => {
    clearInterval(timer);
    connection.close();
  });
`;

/**
 * Moves what SQLite's write-ahead log holds into the database file, on a thread of its own: within a commit, as SQLite
 * does it by default, it holds the event loop for as long as the disk takes. A passive checkpoint keeps nobody waiting.
 */
export class SqliteCheckpointer {
  private readonly thread: Worker;
  private readonly ended: Promise<unknown>;

  constructor(file: string) {
    this.thread = new Worker(THREAD, {
      eval: true,
      workerData: { file, driver: sqliteDriverPath(), everyMs: EVERY_MS },
    });
    this.thread.unref();
    // Without it, the log only grows up to where a commit empties it; see `openDatabase`.
    this.thread.on('error', error =>
      new Logger('Database').warn({ err: error }, 'the checkpointer has ended'),
    );
    this.ended = new Promise(resolve => this.thread.once('exit', resolve));
  }

  /** Closes the thread's connection, so that the last one to close finds nobody else. */
  async close(): Promise<void> {
    this.thread.ref();
    this.thread.postMessage('close');
    await this.ended;
  }
}
