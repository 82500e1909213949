import { findKeys } from './key-scan.js';
import { newKeySecret } from './key-secret.js';

async function found(text: string, pieceLength = 64): Promise<{ line: number; secret: string }[]> {
  const bytes = Buffer.from(text);
  const pieces = async function* () {
    for (let at = 0; at < bytes.length; at += pieceLength) yield bytes.subarray(at, at + pieceLength);
  };
  const all = [];
  for await (const key of findKeys(pieces())) all.push(key);
  return all;
}

const ONE = newKeySecret('sandbox');
const OTHER = newKeySecret('production');

it.each([1, 7, 45, 46, 47, 1_000])('finds every key, with its line, in pieces of %i bytes', async length => {
  const text = `${ONE}\nZoë 🗝️\r\n\nkey=${OTHER};"${ONE}"${OTHER}\n${'x'.repeat(300)}\n${OTHER}`;
  expect(await found(text, length)).toEqual([
    { line: 1, secret: ONE },
    { line: 4, secret: OTHER },
    { line: 4, secret: ONE },
    { line: 4, secret: OTHER },
    { line: 6, secret: OTHER },
  ]);
});

it('leaves out what only looks like one', async () => {
  const wrong = ONE.slice(0, -1) + (ONE.endsWith('x') ? 'y' : 'x');
  expect(await found(`${wrong} bw_live_… ${ONE.slice(0, 45)}\n bw_test_${'a'.repeat(38)}`)).toEqual([]);
});
