const STORED_LENGTH = 200;

/** A job's failure in words that may be stored and shown to admins: they hold no secret. */
export class JobFailure extends Error {
  /** True when another run cannot succeed either. */
  readonly permanent: boolean;

  constructor(message: string, options: { permanent?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'JobFailure';
    this.permanent = options.permanent ?? false;
  }
}

/**
 * What is stored of a failure. Messages of errors not made for it may quote what was being worked
 * on, so of those only name and code are kept.
 */
export function describeFailure(error: unknown): string {
  if (error instanceof JobFailure) return error.message.slice(0, STORED_LENGTH);
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  const kind = typeof name === 'string' ? name : 'Error';
  return (typeof code === 'string' ? `${kind} (${code})` : kind).slice(0, STORED_LENGTH);
}
