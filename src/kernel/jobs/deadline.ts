/** Something did not happen in time; it may still happen later. */
export class DeadlineError extends Error {
  constructor(ms: number) {
    super(`took longer than ${ms} ms`);
    this.name = 'DeadlineError';
  }
}

/**
 * The outcome of `work` if it comes within `ms`.
 * @throws DeadlineError otherwise; what `work` does afterwards is ignored.
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(ms)), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
