import { type MigrationInterface, type QueryRunner, Table, type TableIndexOptions } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { createTables, references } from '../kernel/database/create-tables.js';

const index = (name: string, ...columnNames: string[]): TableIndexOptions => ({ name, columnNames });
const unique = (name: string, ...columnNames: string[]): TableIndexOptions => ({
  name,
  columnNames,
  isUnique: true,
});

/**
 * Accounts, the entries that explain them, what is frozen, and what was done under which id. Entries can be neither
 * changed nor deleted.
 *
 * What refers to accounts has no foreign key: it would lock the account's row for reading, and two deductions that both
 * had it so would wait for each other to change it.
 */
export class Ledger1764900000110 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [accounts(c), entries(c), freezes(c), operations(c), proofs(c)]);
    await protectEntries(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'ledger_proofs',
      'ledger_operations',
      'ledger_freezes',
      'ledger_entries',
      'wallet_accounts',
    ])
      await runner.dropTable(table, true);
  }
}

function accounts(c: Columns): Table {
  return new Table({
    name: 'wallet_accounts',
    columns: [
      c.primaryId(),
      c.id('project_id'),
      c.id('customer_row_id'),
      c.string('wallet', 100),
      c.string('source', 100),
      // Start and end in one: two that have none are the same to a unique key only so.
      c.string('window_key', 60),
      c.instant('starts_at', NULLABLE),
      c.instant('expires_at', NULLABLE),
      c.bigint('total'),
      c.bigint('used'),
      c.bigint('frozen'),
      c.bigint('expired'),
      c.boolean('swept'),
      c.instant('created_at'),
    ],
    indices: [
      unique('wallet_accounts_key', 'customer_row_id', 'wallet', 'source', 'window_key'),
      index('wallet_accounts_customer', 'customer_row_id', 'swept'),
      index('wallet_accounts_project', 'project_id', 'id'),
      index('wallet_accounts_expiry', 'swept', 'expires_at'),
    ],
    foreignKeys: [
      references('wallet_accounts', 'project_id', 'projects'),
      references('wallet_accounts', 'customer_row_id', 'customers'),
    ],
  });
}

function entries(c: Columns): Table {
  return new Table({
    name: 'ledger_entries',
    columns: [
      c.primaryId(),
      c.id('project_id'),
      c.id('customer_row_id'),
      c.id('account_id'),
      c.string('operation_type', 10),
      c.bigint('amount'),
      c.bigint('total_change'),
      c.bigint('used_change'),
      c.bigint('frozen_change'),
      c.bigint('expired_change'),
      c.string('wallet', 100),
      c.string('source', 100),
      c.string('transaction_id', 255, NULLABLE),
      c.string('business_type', 20),
      c.text('description', NULLABLE),
      c.id('reverses_id', NULLABLE),
      c.instant('created_at'),
    ],
    indices: [
      index('ledger_entries_customer', 'customer_row_id', 'id'),
      index('ledger_entries_customer_type', 'customer_row_id', 'operation_type', 'id'),
      index('ledger_entries_project', 'project_id', 'id'),
      index('ledger_entries_type', 'project_id', 'operation_type', 'id'),
      index('ledger_entries_wallet', 'project_id', 'wallet', 'id'),
      index('ledger_entries_transaction', 'project_id', 'transaction_id', 'id'),
      index('ledger_entries_account', 'account_id', 'id'),
      unique('ledger_entries_reversal', 'reverses_id'),
    ],
  });
}

function freezes(c: Columns): Table {
  return new Table({
    name: 'ledger_freezes',
    columns: [
      c.primaryId(),
      c.id('project_id'),
      c.string('transaction_id', 255),
      c.id('customer_row_id'),
      c.bigint('amount'),
      c.json('selector'),
      c.json('parts'),
      c.string('business_type', 20),
      c.text('description', NULLABLE),
      c.string('status', 20),
      c.string('due_action', 10, NULLABLE),
      // Null as soon as it is settled.
      c.instant('due_at', NULLABLE),
      c.json('answer'),
      c.json('settlement', NULLABLE),
      c.instant('created_at'),
    ],
    indices: [
      unique('ledger_freezes_transaction', 'project_id', 'transaction_id'),
      index('ledger_freezes_due', 'due_at'),
      index('ledger_freezes_customer', 'customer_row_id', 'due_at'),
      index('ledger_freezes_project', 'project_id', 'status', 'amount'),
    ],
  });
}

function operations(c: Columns): Table {
  return new Table({
    name: 'ledger_operations',
    columns: [
      c.id('project_id', { isPrimary: true }),
      c.string('kind', 10, { isPrimary: true }),
      c.string('reference', 255, { isPrimary: true }),
      c.string('fingerprint', 64),
      c.json('answer'),
      c.instant('created_at'),
    ],
  });
}

function proofs(c: Columns): Table {
  return new Table({
    name: 'ledger_proofs',
    columns: [
      c.id('project_id', { isPrimary: true }),
      c.integer('mismatches'),
      c.string('fingerprint', 64),
      c.instant('checked_at'),
    ],
    foreignKeys: [references('ledger_proofs', 'project_id', 'projects')],
  });
}

/** Whoever reaches the database cannot rewrite what happened, either, short of removing the triggers. */
async function protectEntries(runner: QueryRunner): Promise<void> {
  const sqlite = runner.dataSource.options.type === 'better-sqlite3';
  const message = 'ledger entries are neither changed nor deleted';
  for (const action of ['UPDATE', 'DELETE']) {
    const name = `ledger_entries_no_${action.toLowerCase()}`;
    await runner.query(`DROP TRIGGER IF EXISTS ${name}`);
    await runner.query(
      sqlite
        ? `CREATE TRIGGER ${name} BEFORE ${action} ON ledger_entries BEGIN SELECT RAISE(ABORT, '${message}'); END`
        : `CREATE TRIGGER ${name} BEFORE ${action} ON ledger_entries FOR EACH ROW ` +
            `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${message}'`,
    );
  }
}
