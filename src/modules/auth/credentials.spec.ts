import { hashToken } from '../../kernel/crypto/tokens.js';
import { newKeySecret } from '../api-keys/key-secret.js';
import { readCredentials } from './credentials.js';

const secret = newKeySecret('sandbox');
const token = `bws_${'x'.repeat(43)}`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

it.each(['Basic', 'basic', 'BASIC', 'bAsIc'])('%s takes the user api-key and a secret', scheme => {
  expect(readCredentials(`${scheme} ${base64(`api-key:${secret}`)}`)).toEqual({
    kind: 'api_key',
    hash: hashToken(secret),
  });
});

it('Bearer takes a secret or a session token, told apart by their prefix', () => {
  expect(readCredentials(`Bearer ${secret}`)).toEqual({ kind: 'api_key', hash: hashToken(secret) });
  expect(readCredentials(`bearer ${token} `)).toEqual({ kind: 'session', hash: hashToken(token) });
});

it.each([
  [undefined, 'missing_api_key'],
  [`Bearer  ${token}`, 'invalid_api_key'],
  ['', 'invalid_api_key'],
  ['Basic', 'invalid_api_key'],
  ['Basic ', 'invalid_api_key'],
  [secret, 'invalid_api_key'],
  [`Token ${secret}`, 'invalid_api_key'],
  [`XBasic ${base64(`api-key:${secret}`)}`, 'invalid_api_key'],
  [`Basic ${base64(`api-key:${secret}`)} x`, 'invalid_api_key'],
  [`Basic ${base64(`api-key:${secret}:junk`)}`, 'invalid_api_key'],
  [`Basic ${base64(`Api-Key:${secret}`)}`, 'invalid_api_key'],
  [`Basic ${base64(secret)}`, 'invalid_api_key'],
  [`Basic ${base64(`api-key:${token}`)}`, 'invalid_api_key'],
  [`Basic ${base64(`api-key:${secret}`)}*`, 'invalid_api_key'],
  [`Bearer ${secret.slice(0, -1)}`, 'invalid_api_key'],
  [`Bearer ${secret}, Bearer ${secret}`, 'invalid_api_key'],
  ['Bearer abc', 'invalid_api_key'],
])('%s: %s', (header, code) => {
  expect(() => readCredentials(header)).toThrow(expect.objectContaining({ code }));
});

it('a long header costs no more than reading it', () => {
  expect(() => readCredentials(`Basic ${' '.repeat(8_000)}x y`)).toThrow();
  expect(() => readCredentials(`Bearer ${'='.repeat(8_000)}`)).toThrow();
});
