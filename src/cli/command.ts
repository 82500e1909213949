/** How a command ends. Anything else that a shell shows comes from a signal. */
export const EXIT = {
  /** It did what it was asked, and found nothing wrong. */
  done: 0,
  /** It ran, and what it looked at is not as it should be. */
  found: 1,
  /** It was called wrongly, was refused or failed. */
  failed: 2,
  /** The configuration is wrong (`EX_CONFIG` of sysexits.h). */
  config: 78,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a command takes besides its name: `--name <value>`, or `--name` alone when it has no `value`. */
export interface CommandOption {
  /** What stands for the value in the help; none for a switch. */
  readonly value?: string;
  readonly what: string;
  readonly required?: boolean;
}

/** What somebody typed, checked against the command's options. */
export interface Given {
  /** Of options that take one. */
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Of options that take none. */
  readonly switches: ReadonlySet<string>;
  /** What stands beside the options. */
  readonly operands: readonly string[];
}

/** How a command ended: a sentence or two for people, and the same for programs. */
export interface Outcome {
  readonly exit: ExitCode;
  readonly text: string;
  readonly json: object;
}

/** Where a command says something before it ends. */
export interface Terminal {
  /** Says how far it is, on standard error; nothing with `--json`. */
  progress(text: string): void;
  /** Writes one of many results to standard output: a line of text, or with `--json` a line of JSON. */
  item(text: string, json: object): void;
}

/** One command of the command line. */
export interface Command {
  /** One word or two: `admin create`. */
  readonly name: string;
  /** Names it had before, which still work. */
  readonly formerly?: readonly string[];
  /** One sentence for the list of all commands. */
  readonly summary: string;
  /** What else its help says: what must run or be stopped, and what its exit code 1 means. */
  readonly details: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** What stands for operands in the help; without it, none are taken. */
  readonly operands?: string;
  run(given: Given, terminal: Terminal): Promise<Outcome>;
}

/** A command was called in a way it does not know, or none of some was called; `about` is what to show the help of. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly about: Command | readonly Command[],
  ) {
    super(message);
    this.name = 'UsageError';
  }
}
