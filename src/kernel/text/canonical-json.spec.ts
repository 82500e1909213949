import fc from 'fast-check';
import { canonicalJson } from './canonical-json.js';

it('sorts keys by code units, however deep, and writes the rest as JSON does', () => {
  expect(canonicalJson({ b: [{ z: 1, a: null }], a: 'é"', 10: 1, 9: 2, c: undefined })).toBe(
    '{"10":1,"9":2,"a":"é\\"","b":[{"a":null,"z":1}]}',
  );
  expect(canonicalJson({ at: new Date(0), n: 1e21, m: -0, list: [undefined, 'x'] })).toBe(
    '{"at":"1970-01-01T00:00:00.000Z","list":[null,"x"],"m":0,"n":1e+21}',
  );
  expect(canonicalJson(null)).toBe('null');
});

it('is the same text for the same value in another order', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), value => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
