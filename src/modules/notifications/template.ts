import type { Letter } from './letter.js';

/** A kind of mail. It stands with the code that sends it. */
export interface Template<Data> {
  /** As notifications show it. */
  readonly name: string;
  readonly write: (data: Data) => Letter;
}

const names = new Set<string>();

/**
 * Defines a kind of mail: what it needs to know, and what it says with that. Values from users go through `inline`.
 * @throws Error when the name is taken.
 */
export function defineTemplate<Data>(name: string, write: (data: Data) => Letter): Template<Data> {
  if (names.has(name)) throw new Error(`the mail template "${name}" is defined twice`);
  names.add(name);
  return { name, write };
}
