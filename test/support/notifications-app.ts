import { Global, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { AttemptsModule } from '../../src/kernel/attempts/attempts.module.js';
import { Config } from '../../src/kernel/config/config.js';
import { ConfigModule } from '../../src/kernel/config/config.module.js';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { CryptoModule } from '../../src/kernel/crypto/crypto.module.js';
import { DatabaseModule } from '../../src/kernel/database/database.module.js';
import { EventLog } from '../../src/kernel/database/event-log.port.js';
import { UnitOfWork } from '../../src/kernel/database/unit-of-work.js';
import type { JobFailure } from '../../src/kernel/jobs/job-failure.js';
import { JobsModule } from '../../src/kernel/jobs/jobs.module.js';
import { Meters } from '../../src/kernel/metrics/meters.js';
import { OutboxModule } from '../../src/kernel/outbox/outbox.module.js';
import { OutboxAndNotifications1763700002000 } from '../../src/migrations/1763700002000-outbox-and-notifications.js';
import { NotificationSearch1763700003020 } from '../../src/migrations/1763700003020-notification-search.js';
import { JobProcesses1765200000500 } from '../../src/migrations/1765200000500-job-processes.js';
import { type Mail, Mailer } from '../../src/modules/notifications/mailer.js';
import { NotificationService } from '../../src/modules/notifications/notification.service.js';
import { NotificationsModule } from '../../src/modules/notifications/notifications.module.js';
import { ACTIVATION_MAIL } from '../../src/modules/users/account.mails.js';
import { laneSettings } from './lane.js';

export const ACTIVATION_LINK = `https://bailiwick.example.com/activate#token=${'aB3_-'.repeat(8)}`;

/** A mailer that has its refusals told, and otherwise keeps what it is given. */
export class TestMailer extends Mailer {
  readonly refusals: JobFailure[] = [];
  readonly sent: Mail[] = [];

  override async send(mail: Mail): Promise<void> {
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    this.sent.push(mail);
  }
}

@Global()
@Module({
  providers: [{ provide: EventLog, useValue: { append: async () => undefined } }, Meters],
  exports: [EventLog, Meters],
})
class RestOfTheKernelModule {}

/** One instance of the modules that send mail, and nothing else of the application. */
export async function startNotifications(
  environment: Record<string, string>,
  mailer?: Mailer,
): Promise<TestingModule> {
  const config = Config.from({ ...laneSettings, ...environment });
  const builder = Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(config),
      CryptoModule,
      RestOfTheKernelModule,
      DatabaseModule.forRoot([
        OutboxAndNotifications1763700002000,
        NotificationSearch1763700003020,
        JobProcesses1765200000500,
      ]),
      JobsModule.forRoot(config),
      AttemptsModule,
      OutboxModule,
      NotificationsModule,
    ],
  });
  if (mailer) builder.overrideProvider(Mailer).useValue(mailer);
  const app = await builder.compile();
  app.useLogger(false);
  return app.init();
}

/** Sends an activation mail in a unit of work that ends with `after`; answers its id. */
export function sendActivation(app: TestingModule, after: () => void = () => undefined): Promise<string> {
  const ctx = RequestContext.system('test', 'req_test');
  return app.get(UnitOfWork).bookkeeping(ctx, async () => {
    const id = await app.get(NotificationService).send(ctx, {
      to: 'ada@example.com',
      toName: 'Ada',
      userId: 'usr_1',
      template: ACTIVATION_MAIL,
      data: { name: 'Ada', link: ACTIVATION_LINK },
    });
    after();
    return id;
  });
}
