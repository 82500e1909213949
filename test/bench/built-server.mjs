// The built server. With `WITHOUT_AUDIT`, one that leaves neither an event-log entry nor a mail: what they cost
// is the difference.
import { Config } from '../../dist/kernel/config/config.js';
import { EventLog } from '../../dist/kernel/database/event-log.port.js';
import { FirstAdmin } from '../../dist/modules/auth/first-admin.service.js';
import { NotificationService } from '../../dist/modules/notifications/notification.service.js';
import { createServer } from '../../dist/server.js';
import { tellLag } from './lag.mjs';

const app = await createServer(Config.from(process.env));
await app.get(FirstAdmin).ensure();
if (process.env.WITHOUT_AUDIT) {
  app.get(EventLog).append = async () => undefined;
  app.get(NotificationService, { strict: false }).send = async () => '';
}
await app.listen(0, '127.0.0.1');
tellLag();
process.send({ port: app.getHttpServer().address().port });
