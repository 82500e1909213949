// npm run bench [whoami] [verify] [mutation] [deduct] [ledger] [request-log] [lists] [media] [reports] [retention] [webhooks] [audit] [start]: ratios, each measured side by side in this one run. Needs `npm run build`.
import { audit } from './audit.mjs';
import { deduct } from './deduct.mjs';
import { ledger } from './ledger.mjs';
import { lists } from './lists.mjs';
import { media } from './media.mjs';
import { mutation } from './mutation.mjs';
import { reports } from './reports.mjs';
import { requestLog } from './request-log.mjs';
import { retention } from './retention.mjs';
import { pin } from './servers.mjs';
import { start } from './start.mjs';
import { verify } from './verify.mjs';
import { webhooks } from './webhooks.mjs';
import { whoami } from './whoami.mjs';

const BENCHMARKS = {
  whoami,
  verify,
  mutation,
  deduct,
  ledger,
  'request-log': requestLog,
  lists,
  media,
  reports,
  retention,
  webhooks,
  audit,
  start,
};

pin(process.pid, 1);
const asked = process.argv.slice(2);
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (asked.length === 0 || asked.includes(name)) await run();
}
