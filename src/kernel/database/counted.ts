/** Up to here a list says exactly how long it is. A count that goes through more rows may be five seconds old. */
export const COUNTED = 10_000;
