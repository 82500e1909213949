import { rm } from 'node:fs/promises';
import type { TestingModule } from '@nestjs/testing';
import Redis from 'ioredis';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import { JobRunner } from '../../src/kernel/jobs/job-runner.js';
import { OutboxJob } from '../../src/kernel/outbox/outbox.entity.js';
import {
  type FreshDatabase,
  freshDatabase,
  freshDirectory,
  freshRedisPrefix,
  laneRedisUrl,
} from '../support/lane.js';
import { sendActivation, startNotifications, TestMailer } from '../support/notifications-app.js';
import { waitFor } from '../support/wait-for.js';

describe('several instances on one database and one Redis', () => {
  const prefix = freshRedisPrefix();
  const mailers = [new TestMailer(), new TestMailer()];
  let redis: Redis;
  let fresh: FreshDatabase;
  let dataDir: string;
  let front: TestingModule;
  let workers: TestingModule[];

  beforeAll(async () => {
    redis = new Redis(laneRedisUrl!);
    fresh = await freshDatabase();
    dataDir = await freshDirectory();
    const environment = {
      DATABASE_URL: fresh.url,
      DATA_DIR: dataDir,
      REDIS_URL: laneRedisUrl!,
      REDIS_PREFIX: prefix,
      APP_SECRET: 'a secret that all instances share',
    };
    front = await startNotifications({ ...environment, RUN_JOBS: 'false' });
    workers = [];
    for (const mailer of mailers) workers.push(await startNotifications(environment, mailer));
  });

  afterAll(async () => {
    await Promise.all([front, ...workers].map(app => app.close()));
    await redis.del(...(await redis.keys(`${prefix}:*`)));
    await redis.quit();
    await fresh.drop();
    await rm(dataDir, { recursive: true });
  });

  const sent = () => mailers.flatMap(mailer => mailer.sent.map(mail => mail.id)).sort();
  const outboxEmpty = () =>
    waitFor(
      'the outbox to be empty',
      async () => (await front.get(Database).read(RequestContext.reading('test')).count(OutboxJob)) === 0,
      25_000,
    );

  it('send each mail once', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 20; count++) ids.push(await sendActivation(front));
    await outboxEmpty();
    expect(sent()).toEqual(ids.sort());
  });

  it('send what Redis took and lost', async () => {
    for (const mailer of mailers) mailer.sent.length = 0;
    jest.spyOn(front.get(JobRunner), 'enqueue').mockResolvedValue(true);
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.push(await sendActivation(front));
    await outboxEmpty();
    expect(sent()).toEqual(ids.sort());
  });
});
