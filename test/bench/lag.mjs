import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;

/** Answers every message `lag` with this process's event loop lag since the last, in milliseconds: 99th percentile and longest. */
export function tellLag() {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('message', message => {
    if (message !== 'lag') return;
    const lag = nanoseconds => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    process.send({ p99: lag(delay.percentile(99)), longest: lag(delay.max) });
    delay.reset();
  });
}
