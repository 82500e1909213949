import { Worker } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import type { RepeatedStatement } from './batch.js';
import { sqliteDriverPath } from './sqlite-driver.js';
import type { WriterQueue } from './writer-queue.js';

const CHECKPOINT_EVERY_MS = 1_000;

/**
 * Source text, since a thread begins with a file, and tests run from TypeScript. A busy timeout holds up this thread
 * alone. `NORMAL` leaves the disk to the next durable commit, or to the checkpoint; the order of commits holds all the same.
 */
const THREAD = `
  const { parentPort, workerData } = require('node:worker_threads');
  const Connection = require(workerData.driver);
  const connection = new Connection(workerData.file);
  connection.pragma('synchronous = NORMAL');
  connection.pragma('wal_autocheckpoint = 0');
  const prepared = new Map();
  const prepare = sql => {
    if (prepared.size > 100) prepared.clear();
    if (!prepared.has(sql)) prepared.set(sql, connection.prepare(sql));
    return prepared.get(sql);
  };
  const write = connection.transaction(statements => {
    for (const { sql, times } of statements) {
      const statement = prepare(sql);
      for (const values of times) statement.run(values);
    }
  });
  const tasks = {
    write: statements => write.immediate(statements),
    checkpoint: () => connection.pragma('wal_checkpoint(PASSIVE)'),
    close: () => {
      connection.close();
      parentPort.unref();
    },
  };
  parentPort.on('message', ({ task, statements }) => {
    try {
      tasks[task](statements);
      parentPort.postMessage(null);
    } catch ({ message, code }) {
      parentPort.postMessage({ message, code });
    }
  });
`;

type Task = { task: 'write'; statements: readonly RepeatedStatement[] } | { task: 'checkpoint' | 'close' };

/**
 * The work on SQLite's file that no request waits for, on a thread of its own, where it does not hold the event loop: what is
 * written behind, and moving the write-ahead log into the database file, which SQLite otherwise does within a commit. A
 * passive checkpoint keeps nobody waiting.
 */
export class SqliteThread {
  private readonly logger = new Logger('Database');
  private worker: Worker | null = null;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly checkpoints: NodeJS.Timeout;
  private checkpointing = false;

  constructor(
    private readonly file: string,
    private readonly queue: WriterQueue,
  ) {
    this.checkpoints = setInterval(() => void this.checkpoint(), CHECKPOINT_EVERY_MS).unref();
  }

  /**
   * Does all of it in one transaction, or nothing, when the writers before it are done.
   * @throws AppError `database_busy` when they take too long; an error with the driver's code
   */
  write(statements: readonly RepeatedStatement[]): Promise<void> {
    // The writers' turn is asked for when the thread is free: nobody else should wait for a checkpoint.
    return this.inTurn(async () => {
      const release = await this.queue.acquire();
      try {
        await this.ask({ task: 'write', statements });
      } finally {
        release();
      }
    });
  }

  /** Closes the thread's connection, so that the last one to close finds nobody else. */
  async close(): Promise<void> {
    clearInterval(this.checkpoints);
    await this.inTurn(async () => {
      if (!this.worker) return;
      const ended = new Promise(resolve => this.worker!.once('exit', resolve));
      await this.ask({ task: 'close' });
      this.worker?.ref();
      await ended;
    });
  }

  private async checkpoint(): Promise<void> {
    if (this.checkpointing) return;
    this.checkpointing = true;
    try {
      await this.inTurn(() => this.ask({ task: 'checkpoint' }));
    } catch (error) {
      // The log only grows, up to where a commit empties it; see `openDatabase`.
      this.logger.warn({ err: error }, 'the write-ahead log could not be moved into the database');
    } finally {
      this.checkpointing = false;
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  /** Gives the thread something to do, and waits until it is done; nobody else does meanwhile. */
  private ask(task: Task): Promise<void> {
    const worker = (this.worker ??= this.begin());
    // Only while it is asked for something does it keep the process from ending.
    worker.ref();
    return new Promise<void>((resolve, reject) => {
      const end = (error: Error | null) => {
        worker.off('message', answered).off('error', end).off('exit', left).unref();
        if (error) reject(error);
        else resolve();
      };
      const answered = (failure: { message: string; code?: string } | null) =>
        end(failure && Object.assign(new Error(failure.message), { code: failure.code }));
      const left = () => end(new Error('the thread has ended'));
      worker.on('message', answered).on('error', end).on('exit', left);
      worker.postMessage(task);
    });
  }

  private begin(): Worker {
    const worker = new Worker(THREAD, {
      eval: true,
      workerData: { file: this.file, driver: sqliteDriverPath() },
    });
    // The next that is asked for begins another.
    worker.once('exit', () => {
      if (this.worker === worker) this.worker = null;
    });
    // Whoever asked is told of it.
    return worker.on('error', () => undefined);
  }
}
