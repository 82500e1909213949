import { type Caller, type Principal, PRINCIPALS, type Stage } from './cast.js';

/** What to put in place of path parameters. Others may be among them, for the body. */
export type PathValues = Readonly<Record<string, string>>;

/** How the operation of a row is tried, beyond its method and path. */
export interface Trial {
  /** The body, or what makes a new one for each try; it is given what the path was given. */
  readonly body?: object | ((values: PathValues) => object);
  /** Values for the path; `{id}` of a project route is the stage's project unless said here. */
  readonly path?: PathValues | ((stage: Stage, caller: Caller) => PathValues | Promise<PathValues>);
  readonly query?: Record<string, string>;
  /** Whether the operation ends the session it is made with: everybody signs in again for it. */
  readonly endsSession?: boolean;
}

export interface Row extends Trial {
  readonly statuses: Readonly<Record<Principal, number>>;
}

/** A row of the table: one status for each of {@link PRINCIPALS}, in their order. */
export function row(statuses: string, trial: Trial = {}): Row {
  const numbers = statuses.trim().split(/\s+/).map(Number);
  if (numbers.length !== PRINCIPALS.length) {
    throw new Error(`"${statuses}" has ${numbers.length} statuses, not ${PRINCIPALS.length}`);
  }
  const entries = PRINCIPALS.map((principal, column) => [principal, numbers[column]]);
  return { ...trial, statuses: Object.fromEntries(entries) as Row['statuses'] };
}
