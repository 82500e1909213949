import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { getQueueToken } from '@nestjs/bull';
import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import type { Queue } from 'bull';
import Redis from 'ioredis';
import { Config } from '../../src/kernel/config/config.js';
import { ConfigModule } from '../../src/kernel/config/config.module.js';
import { JobRunner } from '../../src/kernel/jobs/job-runner.js';
import { JobsModule } from '../../src/kernel/jobs/jobs.module.js';
import { freshRedisPrefix, laneRedisUrl } from '../support/lane.js';
import { waitFor } from '../support/wait-for.js';

const REDIS = laneRedisUrl!;

describe('BullRunner', () => {
  const prefix = freshRedisPrefix();
  const applications: TestingModule[] = [];
  let redis: Redis;

  const applicationOn = async (url: string) => {
    const config = Config.from({ REDIS_URL: url, REDIS_PREFIX: prefix, APP_SECRET: 'x'.repeat(32) });
    const imports = [ConfigModule.forRoot(config), JobsModule.forRoot(config)];
    const application = await Test.createTestingModule({ imports }).compile();
    applications.push(await application.init());
    return application;
  };
  const runnerOn = async (url: string) => (await applicationOn(url)).get(JobRunner);
  /** Redis has to be connected first. */
  const enqueue = (runner: JobRunner, id: string, delayMs = 0) =>
    waitFor(`${id} to be queued`, () => runner.enqueue(id, delayMs));
  const emptied = (runner: JobRunner) => waitFor('an empty queue', async () => (await runner.depth()) === 0);

  beforeAll(() => {
    Logger.overrideLogger(false);
    redis = new Redis(REDIS);
  });

  afterEach(async () => {
    await Promise.all(applications.splice(0).map(application => application.close()));
    const keys = await redis.keys(`${prefix}:*`);
    if (keys.length > 0) await redis.del(...keys);
  });

  afterAll(() => redis.quit());

  it('runs what another process has queued, and keeps nothing of it', async () => {
    const begun: string[] = [];
    const server = await runnerOn(REDIS);
    await enqueue(server, 'a');
    await enqueue(server, 'b', 5);

    (await runnerOn(REDIS)).start(
      async id => (begun.push(id), null),
      () => undefined,
    );
    await waitFor('both to run', () => begun.length === 2);
    await emptied(server);
    expect(begun.sort()).toEqual(['a', 'b']);
    await expect(redis.keys(`${prefix}:outbox:[ab]`)).resolves.toEqual([]);
  });

  it('queues a job once, however often and wherever it is offered', async () => {
    const begun: string[] = [];
    const [one, two] = [await runnerOn(REDIS), await runnerOn(REDIS)];
    for (const runner of [one, two, one]) await enqueue(runner, 'a');
    await expect(one.depth()).resolves.toBe(1);

    for (const runner of [one, two])
      runner.start(
        async id => (begun.push(id), null),
        () => undefined,
      );
    await emptied(one);
    expect(begun).toEqual(['a']);
  });

  it('runs a job again when it asks for it', async () => {
    const runner = await runnerOn(REDIS);
    let runs = 0;
    runner.start(
      async () => (++runs < 3 ? 1 : null),
      () => undefined,
    );
    await enqueue(runner, 'a');
    await waitFor('three runs', () => runs === 3);
    await emptied(runner);
  });

  it('lets running jobs finish when it stops', async () => {
    const runner = await runnerOn(REDIS);
    const events: string[] = [];
    let finish!: () => void;
    runner.start(
      async () => {
        events.push('begun');
        await new Promise<void>(resolve => (finish = resolve));
        events.push('ended');
        return null;
      },
      () => undefined,
    );
    await enqueue(runner, 'a');
    await waitFor('the job to begin', () => events.length === 1);

    const stop = runner.stop().then(() => events.push('stopped'));
    finish();
    await stop;
    expect(events).toEqual(['begun', 'ended', 'stopped']);
  });

  it('is closed by the runner alone, which gives up after its deadline', async () => {
    const application = await applicationOn(REDIS);
    const queue = application.get<Queue>(getQueueToken('outbox'), { strict: false });
    await application.get(JobRunner).stop();
    const closing = jest.spyOn(queue, 'close').mockReturnValue(new Promise(() => undefined));
    await application.close();
    expect(closing).not.toHaveBeenCalled();
  });

  describe('without Redis', () => {
    it('refuses at once and neither throws nor delays', async () => {
      const runner = await runnerOn('redis://127.0.0.1:1');
      runner.start(
        async () => null,
        () => undefined,
      );
      const begun = performance.now();
      await expect(runner.enqueue('a', 0)).resolves.toBe(false);
      await expect(runner.depth()).resolves.toBeNull();
      expect(performance.now() - begun).toBeLessThan(500);
      await runner.stop();
    });

    it('asks to be refilled when Redis returns, and works on', async () => {
      const proxy = new Proxy(REDIS);
      const runner = await runnerOn(await proxy.open());
      const begun: string[] = [];
      const refill = jest.fn();
      runner.start(async id => (begun.push(id), null), refill);
      await waitFor('Redis', () => refill.mock.calls.length === 1);

      await proxy.close();
      await waitFor('the loss to be noticed', async () => !(await runner.enqueue('lost', 0)));

      await proxy.open();
      await waitFor('Redis to return', () => refill.mock.calls.length === 2);
      await enqueue(runner, 'a');
      await waitFor('the job to run', () => begun.includes('a'));
      await runner.stop();
      await proxy.close();
    }, 30_000);
  });
});

/** Stands between a client and Redis, so that a test can cut the line. */
class Proxy {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;

  constructor(private readonly target: string) {}

  async open(): Promise<string> {
    const { hostname, port } = new URL(this.target);
    this.server = createServer(client => {
      const upstream = connect(Number(port || 6379), hostname);
      for (const socket of [client, upstream]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
      }
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>(resolve => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return `redis://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise(resolve => this.server!.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
