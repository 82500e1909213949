import '../users/user.events.js';
import { Buffers } from '../../kernel/buffers/buffers.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { AuditRecord } from '../../kernel/event-log/audit-record.js';
import { FailedSignIns } from './failed-sign-ins.service.js';

/** Counts the entries that failures leave: at once, and once what was gathered is written. */
class Log {
  readonly buffers = new Buffers();
  readonly later: AuditRecord[] = [];
  private readonly failures = new FailedSignIns(
    {
      run: async (ctx: RequestContext, _options: unknown, work: () => Promise<unknown>) => {
        const audit = new AuditRecord(['user.sign_in_failed']);
        await work.call(Object.assign(ctx, { audit }));
        this.later.push(audit);
      },
    } as unknown as UnitOfWork,
    this.buffers,
  );

  /** Whether the failure leaves an entry at once. */
  fails(account: string | null, ip: string): boolean {
    const ctx = { ip, audit: new AuditRecord(['user.sign_in_failed']) } as unknown as RequestContext;
    const error = this.failures.note(
      ctx,
      `${account}@people.example`,
      account,
      new AppError('invalid_credentials'),
    );
    return error.recorded;
  }
}

const noted = (log: Log, times: number, failure: (n: number) => [string | null, string]) =>
  Array.from({ length: times }, (_, n) => log.fails(...failure(n))).filter(Boolean).length;

describe('failed sign-ins', () => {
  it.each<[string, (n: number) => [string | null, string]]>([
    ['one account', () => ['usr_1', '192.0.2.1']],
    ['unknown accounts from one address', () => [null, '192.0.2.1']],
    ['unknown accounts from one /64', n => [null, `2001:db8::${n.toString(16)}`]],
  ])('on %s leave one entry at once and one for the rest', async (_what, failure) => {
    const log = new Log();
    expect(noted(log, 500, failure)).toBe(1);
    await log.buffers.flushAll();
    expect(log.later.map(({ reason }) => reason)).toEqual(['499 further failed sign-ins within a minute']);
  });

  it.each<[string, (n: number) => [string | null, string]]>([
    ['on ever other accounts', n => [`usr_${n}`, '192.0.2.1']],
    ['from ever other addresses', n => [null, `2001:db8:${n.toString(16)}::1`]],
  ])('%s leave a hundred entries of their own and share the others', async (_what, failure) => {
    const log = new Log();
    expect(noted(log, 5_000, failure)).toBe(101);
    await log.buffers.flushAll();
    expect(log.later.map(({ reason }) => reason)).toEqual(['4899 further failed sign-ins within a minute']);
  });
});
