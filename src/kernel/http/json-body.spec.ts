import { decodeBody, parseJsonBody } from './json-body.js';

const refused = (body: string) => {
  try {
    return { value: parseJsonBody(body) };
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const arrays = (depth: number, core = '') => '['.repeat(depth) + core + ']'.repeat(depth);

it('reads JSON of every kind, and an empty body as none', () => {
  expect(parseJsonBody('{"a":[1,"é",null]}')).toEqual({ a: [1, 'é', null] });
  expect(parseJsonBody('7')).toBe(7);
  for (const empty of ['', ' ', '\r\n\t']) expect(parseJsonBody(empty)).toBeUndefined();
});

it.each(['{', '{} {}', "{'a':1}", '{"a":1,}', 'undefined', 'NaN', '\ufeff{}', '{"a":"\n"}'])(
  '%j is no JSON',
  body => expect(refused(body)).toBe('invalid_json'),
);

it('lets twenty levels through, whatever is in the last', () => {
  expect(refused(arrays(20))).toEqual({ value: expect.any(Array) });
  expect(refused(arrays(20, '1,"x"'))).toEqual({ value: expect.any(Array) });
  expect(refused(arrays(21))).toBe('body_too_deep');
  expect(refused(`${'{"a":'.repeat(21)}1${'}'.repeat(21)}`)).toBe('body_too_deep');
  expect(refused(arrays(49_000))).toBe('body_too_deep');
});

it('counts the keys of all objects, and the items of no list', () => {
  const keys = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 0]));
  expect(refused(JSON.stringify(keys(1_000)))).toEqual({ value: keys(1_000) });
  expect(refused(JSON.stringify(keys(1_001)))).toBe('too_many_keys');
  expect(refused(JSON.stringify([keys(500), { a: keys(500) }]))).toBe('too_many_keys');
  expect(refused(JSON.stringify(Array(20_000).fill(0)))).toEqual({ value: expect.any(Array) });
});

it.each(['{"__proto__":1}', '{"a":{"constructor":{}}}', '[[{"prototype":null}]]', '{"\\u005f_proto__":1}'])(
  '%s holds a key that is never accepted',
  body => expect(refused(body)).toBe('forbidden_key'),
);

it.each(['"\\u0000"', '["\\ud800"]', '{"\\udfff":1}', '{"a":{"b":"x\\u0000"}}', '"\\udc00\\ud800"'])(
  '%s holds what cannot be stored',
  body => expect(refused(body)).toBe('invalid_encoding'),
);

it('leaves every other string as it is', () => {
  for (const text of ['\ud83e\udd8a', '\uffff', '\ufeff', 'e\u0301', ' x ', '\u007f\u0001']) {
    expect(parseJsonBody(JSON.stringify(text))).toBe(text);
  }
});

it('reads UTF-8 and nothing else', () => {
  expect(decodeBody(Buffer.from('é🦊'))).toBe('é🦊');
  for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf0, 0x9f]]) {
    expect(() => decodeBody(Buffer.from(bytes))).toThrow(
      expect.objectContaining({ code: 'invalid_encoding' }),
    );
  }
});
