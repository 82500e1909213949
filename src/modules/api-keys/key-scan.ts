import { isKeySecret } from './key-secret.js';

/** A key secret in a text. */
export interface FoundKey {
  /** From 1. */
  readonly line: number;
  readonly secret: string;
}

const FORM = /bw_(?:test|live)_[0-9A-Za-z]{38}/g;
const LENGTH = 'bw_test_'.length + 38;

/**
 * Finds this platform's key secrets in a text of any length, by their form and checksum: what only looks like one is left
 * out. No more of the text is held than a piece at a time, however long its lines are.
 */
export async function* findKeys(pieces: AsyncIterable<Buffer>): AsyncGenerator<FoundKey> {
  let rest = '';
  let line = 1;
  for await (const piece of pieces) {
    // A byte is a character: whatever the encoding, secrets are ASCII.
    const text = rest + piece.toString('latin1');
    let end = 0;
    for (const { 0: secret, index } of text.matchAll(FORM)) {
      line += lineEnds(text, end, index);
      end = index;
      if (isKeySecret(secret)) yield { line, secret };
      end = index + secret.length;
    }
    // The beginning of a secret may be at the end.
    const kept = Math.max(end, text.length - LENGTH + 1);
    line += lineEnds(text, end, kept);
    rest = text.slice(kept);
  }
}

function lineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
