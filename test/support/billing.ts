import { ExpiryService } from '../../src/modules/ledger/expiry.service.js';
import { SettlementService } from '../../src/modules/ledger/settlement.service.js';
import type { Answer } from './client.js';
import { expectStatus, type Key, type Project, type Scene, write } from './scene.js';

/** A project's servers, calling the billing routes with a key. */
export class BillingClient {
  private static customers = 0;

  constructor(
    readonly scene: Scene,
    readonly project: Project,
    readonly key: Key,
  ) {}

  /** A new project with a key for it. */
  static async open(scene: Scene): Promise<BillingClient> {
    const project = await scene.project();
    return new BillingClient(scene, project, await scene.key(project, 'administrator'));
  }

  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.scene.api.post(`/v1/${path}`, body, { auth: this.key.auth, headers });
  }

  get(path: string, query?: Record<string, string | number>): Promise<Answer> {
    return this.scene.api.get(`/v1/${path}`, { auth: this.key.auth, query });
  }

  /** Deposits; answers what was answered. */
  async deposit(customer_id: string, amount: number, more: object = {}): Promise<any> {
    return expectStatus(200, await this.post('customers/deposit', { customer_id, amount, ...more })).body;
  }

  /** A new customer with so much credit; answers its id. */
  async customer(amount = 100, more: object = {}): Promise<string> {
    const id = `customer ${++BillingClient.customers}`;
    await this.deposit(id, amount, more);
    return id;
  }

  async read(customer: string): Promise<any> {
    return expectStatus(200, await this.get(`customers/${encodeURIComponent(customer)}`)).body;
  }

  async available(customer: string): Promise<number> {
    return (await this.read(customer)).balance.available;
  }

  /** The customer's entries as `[type, amount]`, oldest first. */
  async entries(customer: string, query: Record<string, string | number> = {}): Promise<[string, number][]> {
    const path = `customers/${encodeURIComponent(customer)}/ledger`;
    const { items } = expectStatus(200, await this.get(path, { limit: 100, ...query })).body;
    return items.map((item: any) => [item.operation_type, item.amount]).reverse();
  }
}

/** The next millisecond, so that nothing that was done before was done at the same time. */
function now(): string {
  const before = Date.now();
  while (Date.now() === before);
  return new Date().toISOString().replace('T', ' ').slice(0, -1);
}

/** Lets the time of a freeze be over at this moment. */
export function overdue(scene: Scene, transactionId: string): Promise<void> {
  const sql = 'UPDATE ledger_freezes SET due_at = ? WHERE transaction_id = ?';
  return write(scene.server, manager => manager.query(sql, [now(), transactionId]));
}

/** Lets an account come to its end at this moment. */
export function ended(scene: Scene, accountId: string): Promise<void> {
  const sql = 'UPDATE wallet_accounts SET expires_at = ? WHERE id = ?';
  return write(scene.server, manager => manager.query(sql, [now(), accountId]));
}

/** The jobs that otherwise come round, held still for the file; they run when the test says so. */
export function holdJobs(scene: Scene): { settle(): Promise<void>; expire(): Promise<void> } {
  const settlement = scene.server.app.get(SettlementService, { strict: false });
  const expiry = scene.server.app.get(ExpiryService, { strict: false });
  const [settle, expire] = [settlement.settleAll.bind(settlement), expiry.expireAll.bind(expiry)];
  settlement.settleAll = () => Promise.resolve();
  expiry.expireAll = () => Promise.resolve();
  return { settle: () => settle(new Date()), expire: () => expire(new Date()) };
}
