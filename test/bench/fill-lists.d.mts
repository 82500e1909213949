/** Who and what the filled database holds; the same whatever its size. */
export const FILLED: {
  readonly owner: { id: string; token: string };
  readonly member: { id: string; token: string };
  readonly organization: string;
  readonly project: string;
  readonly key: string;
  readonly teamMember: string;
  readonly endpoint: string;
  readonly customer: string;
  readonly events: { from: string; to: string };
};

/** Fills a database whose tables are there. */
export function fillLists(databaseUrl: string, sizes: { projects: number; events: number }): Promise<void>;

/** Fills a database with one project's ledger. */
export function fillLedger(databaseUrl: string, sizes: { events: number }): Promise<void>;
