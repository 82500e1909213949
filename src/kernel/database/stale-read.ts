/**
 * What a unit of work had read, and decided upon, has changed before it wrote: the unit runs again, from the start.
 * Its next attempts (see {@link OpenUnit.attempt}) had better lock what they read.
 */
export class StaleRead extends Error {
  constructor(what: string) {
    super(`${what} changed between reading and writing`);
    this.name = 'StaleRead';
  }
}
