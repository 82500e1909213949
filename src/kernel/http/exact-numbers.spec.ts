import fc from 'fast-check';
import { refuseInexact } from './exact-numbers.js';

const read = (number: string) => JSON.parse(refuseInexact(`{"amount":${number}}`)).amount;

it.each([
  ['1', 1],
  ['1.0', 1],
  ['10e-1', 1],
  ['1e3', 1000],
  ['-0', -0],
  ['0e-999999999', 0],
  ['9007199254740991', 9007199254740991],
  ['9007199254740991.000000', 9007199254740991],
  ['1e22', 1e22],
  ['0.1', 0.1],
  ['1.5', 1.5],
  ['9007199254740993', 9007199254740992],
  ['0.30000000000000000001', 0.3],
])('reads %s as it is', (number, value) => expect(read(number)).toBe(value));

it.each([
  '9007199254740991.4',
  '-1.0000000000000000001',
  '1.00000000000000000001',
  '0.99999999999999999999',
  '1e-400',
  '1e-999999999',
  '1e400',
])('reads %s as no number that anybody takes', number => expect(Number.isFinite(read(number))).toBe(false));

it('leaves strings alone, whatever they hold', () => {
  const text = JSON.stringify({ a: '9007199254740993', 'b\\"': '\\" 1e-400 "', c: [9007199254740991] });
  expect(refuseInexact(text)).toBe(text);
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), json => {
      expect(JSON.parse(refuseInexact(json))).toEqual(JSON.parse(json));
    }),
  );
});
