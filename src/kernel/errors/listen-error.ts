/** A server cannot listen where its setting says: the system's own words tell the address and what is wrong. */
export class ListenError extends Error {
  constructor(setting: 'PORT' | 'METRICS_PORT', cause: Error) {
    super(`${setting}: ${cause.message}`, { cause });
    this.name = 'ListenError';
  }
}
