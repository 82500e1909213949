/** A statement that writes, and the values of its places for each time it is done. */
export interface RepeatedStatement {
  readonly sql: string;
  readonly times: (readonly unknown[])[];
}

/** What takes statements of whose answers nothing is needed: an open transaction, or a batch. */
export interface TakesStatements {
  /** How many rows one statement should write at most; as many as it can unless told. */
  readonly rowsPerStatement?: number;
  query(sql: string, values: unknown[]): Promise<unknown>;
}

/** Statements that are gathered first, then done in one go; see `UnitOfWork.writeBehind`. */
export class Batch implements TakesStatements {
  readonly statements: RepeatedStatement[] = [];

  constructor(readonly rowsPerStatement?: number) {}

  query(sql: string, values: unknown[]): Promise<void> {
    const last = this.statements.at(-1);
    if (last?.sql === sql) last.times.push(values);
    else this.statements.push({ sql, times: [values] });
    return Promise.resolve();
  }
}
