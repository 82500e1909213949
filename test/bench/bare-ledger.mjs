// The yardstick of `deduct`: the statements of a deduction by hand, through the bare driver behind a bare Fastify route.
import Fastify from 'fastify';
import { createPool } from 'mysql2/promise';
import { ulid } from 'ulid';
import { tellLag } from './lag.mjs';
import { Sqlite } from './sqlite.mjs';

const ACCOUNTS =
  'SELECT a.id, a.customer_row_id, a.wallet, a.source, a.total, a.used, a.frozen, a.expired FROM wallet_accounts a JOIN customers c ON c.id = a.customer_row_id ' +
  'WHERE c.project_id = ? AND c.customer_id = ? AND a.swept = 0';
const OPERATION =
  'INSERT INTO ledger_operations (project_id, kind, reference, fingerprint, answer, created_at) VALUES (?, ?, ?, ?, ?, ?)';
const ENTRY =
  'INSERT INTO ledger_entries (id, project_id, customer_row_id, account_id, operation_type, amount, total_change, ' +
  'used_change, frozen_change, expired_change, wallet, source, business_type, transaction_id, created_at) ' +
  "VALUES (?, ?, ?, ?, 'CONSUME', 1, 0, 1, 0, 0, ?, ?, 'UNDEFINED', ?, ?)";
const EVENT =
  'INSERT INTO events (id, project_id, type, outcome, category, actor_type, actor_id, actor_name, actor_role, target_type, ' +
  'target_id, search_text, changes, effects, ip, user_agent, request_id, created_at) ' +
  "VALUES (?, ?, 'billing.deducted', 'success', 'project', 'api_key', ?, 'Bench', 'administrator', 'customer', ?, " +
  "'billing.deducted bench', ?, '[]', '127.0.0.1', 'autocannon', ?, ?)";
const ACCOUNT =
  'UPDATE wallet_accounts SET used = used + 1 WHERE id = ? AND total - used - frozen - expired >= 1';

/** Runs statements in one transaction, the contended row last. */
const ways = {
  sqlite(file) {
    const database = new Sqlite(file);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    const [accounts, ...writes] = [ACCOUNTS, OPERATION, ENTRY, EVENT, ACCOUNT].map(sql =>
      database.prepare(sql),
    );
    const write = database.transaction(values =>
      writes.forEach((statement, at) => statement.run(values[at])),
    );
    return async (project, customer, valuesOf) => {
      const [account] = accounts.all(project, customer);
      write.immediate(valuesOf(account));
    };
  },
  mysql(uri) {
    const pool = createPool({ uri, connectionLimit: 10 });
    pool.on('connection', one => one.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'));
    return async (project, customer, valuesOf) => {
      const connection = await pool.getConnection();
      try {
        const [[account]] = await connection.query(ACCOUNTS, [project, customer]);
        const values = valuesOf(account);
        await connection.query('START TRANSACTION');
        for (const [at, sql] of [OPERATION, ENTRY, EVENT, ACCOUNT].entries())
          await connection.query(sql, values[at]);
        await connection.query('COMMIT');
      } finally {
        connection.release();
      }
    };
  },
};

process.once('message', async ({ database, project }) => {
  const deduct = database.file ? ways.sqlite(database.file) : ways.mysql(database.uri);
  const fastify = Fastify();
  fastify.post('/bare', async request => {
    const { customer_id, transaction_id } = request.body;
    const now = new Date().toISOString();
    const at = now.replace('T', ' ').slice(0, -1);
    const id = () => ulid().toLowerCase();
    const answer = { transaction_id, deducted_amount: 1, deducted_at: now, is_idempotent_replay: false };
    const json = JSON.stringify(answer);
    await deduct(project, customer_id, account => [
      [project, 'DEDUCT', transaction_id, 'x'.repeat(43), json, at],
      [
        ...[`led_${id()}`, project, account.customer_row_id, account.id, account.wallet, account.source],
        ...[transaction_id, at],
      ],
      [`evt_${id()}`, project, `key_${id()}`, customer_id, json, `req_${id()}`, at],
      [account.id],
    ]);
    return answer;
  });
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  tellLag();
  process.send({ port: fastify.server.address().port });
});
