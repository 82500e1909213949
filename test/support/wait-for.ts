import { setTimeout as sleep } from 'node:timers/promises';

const DEADLINE_MS = 25_000;
const LONGEST_PAUSE_MS = 100;

/**
 * Asks `probe` again and again until it answers something true, and returns that.
 * @throws Error naming `what` when it does not happen before the deadline.
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<Exclude<Awaited<T>, false | 0 | '' | null | undefined>> {
  const end = Date.now() + deadlineMs;
  for (let pause = 5; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const answer = await probe();
    if (answer) return answer as Exclude<Awaited<T>, false | 0 | '' | null | undefined>;
    if (Date.now() >= end) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
    await sleep(pause);
  }
}

/** An instant after all that happened so far, to the millisecond; what follows is not before it. */
export async function instantBetween(): Promise<string> {
  const before = Date.now();
  await waitFor('the next millisecond', () => Date.now() > before);
  return new Date().toISOString();
}
