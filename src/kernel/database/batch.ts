/** A statement that writes, with the values of its places. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** What takes statements of whose answers nothing is needed: an open transaction, or a batch. */
export interface TakesStatements {
  query(sql: string, values: unknown[]): Promise<unknown>;
}

/** Statements that are gathered first, then done in one go; see `UnitOfWork.writeBehind`. */
export class Batch implements TakesStatements {
  readonly statements: Statement[] = [];

  query(sql: string, values: unknown[]): Promise<void> {
    this.statements.push({ sql, values });
    return Promise.resolve();
  }
}
