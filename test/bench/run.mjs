// npm run bench [whoami] [verify] [mutation] [request-log] [lists] [media] [reports]: ratios, each measured side by side in this one run. Needs `npm run build`.
import { lists } from './lists.mjs';
import { media } from './media.mjs';
import { mutation } from './mutation.mjs';
import { reports } from './reports.mjs';
import { requestLog } from './request-log.mjs';
import { pin } from './servers.mjs';
import { verify } from './verify.mjs';
import { whoami } from './whoami.mjs';

const BENCHMARKS = { whoami, verify, mutation, 'request-log': requestLog, lists, media, reports };

pin(process.pid, 1);
const asked = process.argv.slice(2);
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (asked.length === 0 || asked.includes(name)) await run();
}
