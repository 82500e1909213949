import { z } from 'zod';
import { writerOf } from './report-formats.js';

const Row = z.object({
  id: z.string(),
  size: z.number().nullable(),
  on: z.boolean(),
  place: z.object({ city: z.string(), tags: z.array(z.string()) }).nullable(),
  metadata: z.record(z.string(), z.unknown()),
});
const whole = (format: 'csv' | 'jsonl' | 'json', rows: object[], bom = false) => {
  const writer = writerOf({ format, bom }, Row);
  return writer.begin() + (rows.length > 0 ? writer.rows(rows, true) : '') + writer.end();
};
const row = { id: 'a', size: -5, on: true, place: { city: 'Bonn', tags: ['x'] }, metadata: { plan: '=1' } };

describe('csv', () => {
  it('has a column for each field, and JSON for what has no columns', () => {
    expect(whole('csv', [row])).toBe(
      'id,size,on,place.city,place.tags,metadata\r\na,-5,true,Bonn,"[""x""]","{""plan"":""=1""}"\r\n',
    );
  });

  it('leaves what is not there empty, and says of what is hidden that it is', () => {
    const without = { ...row, size: null, place: null };
    expect(whole('csv', [without]).split('\r\n')[1]).toBe('a,,true,,,"{""plan"":""=1""}"');
    const hidden = { ...row, place: '[REDACTED]', metadata: '[REDACTED]' };
    expect(whole('csv', [hidden]).split('\r\n')[1]).toBe('a,-5,true,[REDACTED],[REDACTED],[REDACTED]');
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@x', "'@x"],
    ['\tx', "'\tx"],
    ['\rx', '"\'\rx"'],
    ['＝1', "'＝1"],
    ['a=1', 'a=1'],
    ['', ''],
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['a\nb', '"a\nb"'],
    ['a\rb', '"a\rb"'],
    ['=a"b', '"\'=a""b"'],
  ])('writes %j as %j', (value, cell) => {
    const line = whole('csv', [{ ...row, id: value }]).slice(
      'id,size,on,place.city,place.tags,metadata\r\n'.length,
    );
    expect(line.startsWith(`${cell},-5,true`)).toBe(true);
  });

  it('begins with a byte order mark when asked for', () => {
    expect(whole('csv', [], true)).toBe('\ufeffid,size,on,place.city,place.tags,metadata\r\n');
  });
});

it('jsonl has a line for each row, json one array', () => {
  expect(whole('jsonl', [row, row])).toBe(`${JSON.stringify(row)}\n`.repeat(2));
  expect(JSON.parse(whole('json', [row, row]))).toEqual([row, row]);
  expect(JSON.parse(whole('json', []))).toEqual([]);
  expect(whole('jsonl', [])).toBe('');
});
