import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestingModule } from '@nestjs/testing';
import PostalMime from 'postal-mime';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import { JobFailure } from '../../src/kernel/jobs/job-failure.js';
import { OutboxJob } from '../../src/kernel/outbox/outbox.entity.js';
import type { Mailer } from '../../src/modules/notifications/mailer.js';
import { Notification } from '../../src/modules/notifications/notification.entity.js';
import { type FreshDatabase, freshDatabase, freshDirectory } from '../support/lane.js';
import {
  ACTIVATION_LINK,
  sendActivation,
  startNotifications,
  TestMailer,
} from '../support/notifications-app.js';
import { waitFor } from '../support/wait-for.js';

describe('notifications', () => {
  let fresh: FreshDatabase;
  let dataDir: string;
  let app: TestingModule;

  beforeEach(async () => {
    fresh = await freshDatabase();
    dataDir = await freshDirectory();
  });

  afterEach(async () => {
    await app.close();
    await fresh.drop();
    await rm(dataDir, { recursive: true });
  });

  async function start(mailer?: Mailer, environment: Record<string, string> = {}): Promise<void> {
    app = await startNotifications({ DATABASE_URL: fresh.url, DATA_DIR: dataDir, ...environment }, mailer);
  }

  const send = (after?: () => void) => sendActivation(app, after);
  const reader = () => app.get(Database).read(RequestContext.reading('test'));
  const notification = async (id: string) => (await reader().findOneBy(Notification, { id }))!;
  const jobs = () => reader().find(OutboxJob);
  const ended = (id: string, status: string) =>
    waitFor(`the notification to be ${status}`, async () => (await notification(id)).status === status);
  const done = () => waitFor('the outbox to be empty', async () => (await jobs()).length === 0);

  it('become mail files, and their bodies are erased', async () => {
    await start();
    const id = await send();
    await ended(id, 'sent');
    await done();
    expect(await notification(id)).toMatchObject({
      user_id: 'usr_1',
      to_address: 'ada@example.com',
      to_name: 'Ada',
      template: 'activation',
      subject: 'Activate your account',
      sealed_body: null,
      attempts: 1,
      last_error: null,
      sent_at: expect.any(Date),
    });
    const [file] = await readdir(join(dataDir, 'mail'));
    expect(file).toMatch(new RegExp(`^\\d{8}T\\d{9}Z-${id}\\.eml$`));
    const mail = await PostalMime.parse(await readFile(join(dataDir, 'mail', file!)));
    expect(mail.to).toEqual([{ name: 'Ada', address: 'ada@example.com' }]);
    expect(mail.text).toContain(ACTIVATION_LINK);
  });

  it('keep their body encrypted until then', async () => {
    await start(undefined, { RUN_JOBS: 'false' });
    const { status, sealed_body } = await notification(await send());
    expect(status).toBe('queued');
    expect(sealed_body).toMatch(/^[\w-]{100,}$/);
    expect(Buffer.from(sealed_body!, 'base64url').toString('latin1')).not.toContain('token');
  });

  it('are not sent when the mutation is rolled back', async () => {
    const mailer = new TestMailer();
    await start(mailer);
    const failing = send(() => {
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
    await ended(await send(), 'sent');
    expect(mailer.sent).toHaveLength(1);
    expect(await reader().count(Notification)).toBe(1);
  });

  it('are sent by the next process when one ends before it has', async () => {
    await start(undefined, { RUN_JOBS: 'false' });
    const id = await send();
    await app.close();

    const mailer = new TestMailer();
    await start(mailer);
    await ended(id, 'sent');
    expect(mailer.sent).toMatchObject([
      { id, to: 'ada@example.com', text: expect.stringContaining(ACTIVATION_LINK) },
    ]);
  });

  it('wait for another attempt when the mail server is away', async () => {
    const mailer = new TestMailer();
    mailer.refusals.push(new JobFailure('SMTP: ESOCKET'));
    await start(mailer);
    const id = await send();
    const [job] = await waitFor('the failure', async () => {
      const failed = (await jobs()).filter(row => row.last_error !== null);
      return failed.length > 0 && failed;
    });
    expect(await notification(id)).toMatchObject({
      status: 'queued',
      attempts: 1,
      last_error: 'SMTP: ESOCKET',
    });
    expect((await notification(id)).sealed_body).not.toBeNull();
    expect(job).toMatchObject({ status: 'pending', attempts: 1 });
    expect(job!.run_at.getTime() - Date.now()).toBeGreaterThan(3_000);
  });

  it('fail for good, body erased, when the mail is refused', async () => {
    const mailer = new TestMailer();
    mailer.refusals.push(new JobFailure('SMTP: 550 5.1.1 in answer to RCPT TO', { permanent: true }));
    await start(mailer);
    const id = await send();
    await ended(id, 'failed');
    expect(await notification(id)).toMatchObject({
      attempts: 1,
      sealed_body: null,
      sent_at: null,
      last_error: 'SMTP: 550 5.1.1 in answer to RCPT TO',
    });
    await waitFor('the job to be given up', async () => (await jobs())[0]?.status === 'failed');
  });

  it('are finished by a shutdown that finds them under way', async () => {
    let finish!: () => void;
    const mailer = new TestMailer();
    const taking = jest
      .spyOn(mailer, 'send')
      .mockImplementation(() => new Promise(resolve => (finish = resolve)));
    await start(mailer);
    const id = await send();
    await waitFor('the delivery to begin', () => taking.mock.calls.length === 1);
    const closed = app.close();
    finish();
    await closed;

    await start(new TestMailer());
    expect(await notification(id)).toMatchObject({ status: 'sent' });
    expect(await jobs()).toEqual([]);
  });
});
