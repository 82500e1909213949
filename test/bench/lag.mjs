import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;

/** Answers every message `lag` with the 99th percentile of this process's event loop lag since the last, in milliseconds. */
export function tellLag() {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('message', message => {
    if (message !== 'lag') return;
    process.send({ lag: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS) });
    delay.reset();
  });
}
