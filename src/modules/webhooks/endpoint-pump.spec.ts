import { Gate } from '../../../test/support/gate.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { EndpointPump, type PumpParts } from './endpoint-pump.js';

const OWNER = 'this process';

it('makes no second attempt at what ended while the database was asked what is due', async () => {
  const [attempt, answer] = [new Gate(), new Gate()];
  const delivery = { id: 'whd_1', project_id: 'prj_1', in_order: false };
  let [made, asked, ended] = [0, 0, false];
  const parts = {
    endpoints: { findAnywhere: async () => ({ project_id: 'prj_1', status: 'enabled' }) },
    projects: { findForAccess: async () => ({ status: 'activated' }) },
    queues: {
      lease: async () => true,
      find: async () => ({ last_success_at: new Date(), failing_since: null }),
      lock: async () => ({ leased_by: OWNER }),
      release: async () => undefined,
    },
    deliveries: {
      due: async () => {
        const found = ended ? [] : [delivery];
        if (++asked === 2) await answer.opened;
        return found;
      },
      nextDue: async () => (ended ? null : new Date(0)),
    },
    attempts: {
      make: async () => {
        made++;
        await attempt.opened;
        ended = true;
      },
    },
    slots: { run: (_project: string, work: () => Promise<void>) => work() },
    units: { bookkeeping: (_ctx: unknown, work: () => unknown) => work() },
  } as unknown as PumpParts;
  const pump = new EndpointPump(parts, 'whk_1', OWNER);
  const running = pump.run();
  await waitFor('the attempt', () => made === 1);
  pump.nudge();
  await waitFor('the question', () => asked === 2);
  attempt.open();
  await waitFor('its end', () => ended);
  answer.open();
  expect(await running).toBe(true);
  expect(made).toBe(1);
});
