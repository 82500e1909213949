import fc, { type Arbitrary } from 'fast-check';
import { BillingClient } from '../support/billing.js';
import type { Answer } from '../support/client.js';
import { expectStatus, Scene } from '../support/scene.js';
import { LedgerModel, type Move, type Outcome, type Wallet, WALLETS } from './ledger-model.js';

const CUSTOMERS = 3;
const ENDS: Record<Wallet, string | undefined> = {
  soon: new Date(Date.now() + 86_400_000).toISOString(),
  later: new Date(Date.now() + 2 * 86_400_000).toISOString(),
  never: undefined,
};

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene?.close());

const customer = fc.nat(CUSTOMERS - 1);
const transaction = fc.nat(11);
const amount = fc.integer({ min: 1, max: 60 });
const wallets = fc.subarray([...WALLETS], { maxLength: 2 });
const move: Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant('deposit' as const), customer, wallet: fc.constantFrom(...WALLETS), amount }),
  fc.record({ kind: fc.constant('deduct' as const), customer, wallets, amount, transaction }),
  fc.record({ kind: fc.constant('freeze' as const), customer, wallets, amount, transaction }),
  fc.record({ kind: fc.constant('consume' as const), transaction, actual: fc.option(fc.nat(80)) }),
  fc.record({ kind: fc.constant('unfreeze' as const), transaction }),
);

const nameOf = (number: number) => `customer ${number}`;

function send(billing: BillingClient, made: Move): Promise<Answer> {
  switch (made.kind) {
    case 'deposit': {
      const { wallet, amount: added } = made;
      const body = { customer_id: nameOf(made.customer), amount: added, wallet, expires_at: ENDS[wallet] };
      return billing.post('customers/deposit', body);
    }
    case 'deduct':
    case 'freeze': {
      const credit_types = made.wallets.length ? made.wallets : undefined;
      const body = { customer_id: nameOf(made.customer), amount: made.amount, credit_types };
      return billing.post(`billing/${made.kind}`, { ...body, transaction_id: `t${made.transaction}` });
    }
    case 'consume': {
      const actual = made.actual === null ? {} : { actual_amount: made.actual };
      return billing.post('billing/consume', { transaction_id: `t${made.transaction}`, ...actual });
    }
    case 'unfreeze':
      return billing.post('billing/unfreeze', { transaction_id: `t${made.transaction}` });
  }
}

function outcomeOf({ status, body }: Answer): Outcome {
  if (status !== 200) return body.error.code;
  const moved = ['added_amount', 'deducted_amount', 'frozen_amount', 'consumed_amount', 'unfrozen_amount'];
  return { amount: body[moved.find(name => name in body)!], replay: body.is_idempotent_replay };
}

async function balances(billing: BillingClient): Promise<unknown[]> {
  return Promise.all(
    Array.from({ length: CUSTOMERS }, async (_, number) => {
      const { status, body } = await billing.get(`customers/${nameOf(number)}`);
      return status === 404 ? null : body.balance;
    }),
  );
}

/** The proof holds, and each customer's entries tell the balance of this moment. */
async function expectProof(billing: BillingClient): Promise<void> {
  const { auth } = await scene.owner();
  const path = `/v1/projects/${billing.project.id}`;
  expect(expectStatus(200, await scene.api.get(`${path}/ledger/proof`, { auth })).body.mismatches).toEqual(
    [],
  );
  for (const [number, balance] of (await balances(billing)).entries()) {
    if (!balance) continue;
    const past = await scene.api.get(`${path}/customers/${nameOf(number)}/balance`, { auth });
    expect(expectStatus(200, past).body.balance).toEqual(balance);
  }
}

it('does what a simple model does, request by request', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 10, maxLength: 60 }), async moves => {
      const billing = await BillingClient.open(scene);
      const model = new LedgerModel();
      for (const made of moves) {
        const expected = model.apply(made);
        seen.add(typeof expected === 'string' ? expected : `${made.kind} ${expected.replay}`);
        expect([made, outcomeOf(await send(billing, made))]).toEqual([made, expected]);
      }
      expect(await balances(billing)).toEqual(
        Array.from({ length: CUSTOMERS }, (_, number) => model.balance(number)),
      );
      await expectProof(billing);
    }),
    { numRuns: 12 },
  );
  // Moves chosen at random must not have missed all that matters; usually there are ten outcomes and more.
  expect(seen.size).toBeGreaterThan(4);
}, 240_000);

it('does what the model does in some order, when several clients send at once', async () => {
  const rounds = fc.array(fc.array(move, { minLength: 2, maxLength: 4 }), { minLength: 4, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(rounds, async made => {
      const billing = await BillingClient.open(scene);
      // Every state that the ledger may be in, by the moves that lead there.
      let histories: Move[][] = [[]];
      for (const moves of made) {
        const answers = await Promise.all(moves.map(one => send(billing, one)));
        const outcomes = answers.map(outcomeOf);
        const state = JSON.stringify(await balances(billing));
        const possible = new Map<string, Move[]>();
        for (const history of histories)
          for (const order of ordersOf(moves.length)) {
            const next = [...history, ...order.map(at => moves[at]!)];
            if (isPossible(history, moves, order, outcomes, state))
              possible.set(JSON.stringify(stateOf(next)), next);
          }
        if (possible.size === 0)
          throw new Error(`in no order: ${JSON.stringify({ moves, outcomes, state })}`);
        histories = [...possible.values()];
      }
      await expectProof(billing);
    }),
    { numRuns: 12 },
  );
}, 240_000);

/** Whether the moves, in this order after a history, end as they were answered, and lead to the state that was read. */
function isPossible(
  history: Move[],
  moves: Move[],
  order: number[],
  outcomes: Outcome[],
  state: string,
): boolean {
  const model = new LedgerModel();
  for (const one of history) model.apply(one);
  for (const at of order)
    if (JSON.stringify(model.apply(moves[at]!)) !== JSON.stringify(outcomes[at])) return false;
  const reached = Array.from({ length: CUSTOMERS }, (_, number) => model.balance(number));
  return JSON.stringify(reached) === state;
}

function stateOf(history: Move[]): unknown {
  const model = new LedgerModel();
  for (const one of history) model.apply(one);
  return model.state();
}

function ordersOf(length: number): number[][] {
  if (length === 0) return [[]];
  return ordersOf(length - 1).flatMap(order =>
    Array.from({ length }, (_, at) => [...order.slice(0, at), length - 1, ...order.slice(at)]),
  );
}
