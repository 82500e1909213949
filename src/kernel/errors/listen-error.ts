/** The server cannot listen on the port of a setting. The message holds the system's words: the address and what is wrong. */
export class ListenError extends Error {
  constructor(setting: 'PORT' | 'METRICS_PORT', cause: Error) {
    super(`${setting}: ${cause.message}`, { cause });
    this.name = 'ListenError';
  }
}
