import { z } from 'zod';
import { listQuery } from './pagination.js';
import { anyInstant, country, email, instant, text } from './schemas.js';
import { invalidInput, ValidationPipe } from './validation.js';
import { mustBe, phrase } from './validation-phrases.js';

/** What a caller is told, one line for each mistake. */
function told(schema: z.ZodType, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  const { details } = invalidInput(error?.issues ?? []);
  const errors = details!.errors as { param: string; message: string; fix: string }[];
  return errors.map(({ param, message, fix }) => `${param} ${message}. ${fix}`);
}

const field = (schema: z.ZodType, ...value: unknown[]) =>
  told(z.strictObject({ field: schema }), value.length ? { field: value[0] } : {});

it.each<[string, string[], string]>([
  ['a missing field', field(z.string()), 'field is missing. Send a string.'],
  ['a missing choice', field(z.enum(['a', 'b'])), 'field is missing. Send one of a, b.'],
  ['null', field(z.string(), null), 'field must be a string. Send a string.'],
  ['a string for a number', field(z.number(), '7'), 'field must be a number. Send a number.'],
  ['a fraction', field(z.number().int(), 1.5), 'field must be a whole number. Send a whole number.'],
  ['a string for a flag', field(z.boolean(), 'yes'), 'field must be true or false. Send true or false.'],
  ['an object for a list', field(z.array(z.string()), {}), 'field must be a list. Send a list.'],
  ['a list for an object', field(z.object({}), []), 'field must be a JSON object. Send a JSON object.'],
  ['an unknown choice', field(z.enum(['a', 'b']), 'c'), 'field must be one of a, b. Send one of a, b.'],
  ['what must be true', field(z.literal(true), false), 'field must be true. Send true.'],
  ['too small', field(z.number().min(1), 0), 'field must be at least 1. Send a value that is at least 1.'],
  ['too large', field(z.number().max(9), 10), 'field must be at most 9. Send a value that is at most 9.'],
  [
    'not above',
    field(z.number().positive(), 0),
    'field must be more than 0. Send a value that is more than 0.',
  ],
  [
    'too short',
    field(z.string().min(3), 'ab'),
    'field must have at least 3 characters. Send a value that has at least 3 characters.',
  ],
  ['empty', field(z.string().min(1), ''), 'field must not be empty. Send a value that is not empty.'],
  ['white space', field(text(9), ' '), 'field must not be empty. Send a value that is not empty.'],
  [
    'too long',
    field(text(1), 'ab'),
    'field must have at most 1 character. Send a value that has at most 1 character.',
  ],
  [
    'too many',
    field(z.array(z.string()).max(1), ['a', 'b']),
    'field must have at most 1 item. Send a value that has at most 1 item.',
  ],
  ['no e-mail address', field(email, 'ada'), 'field must be an e-mail address. Send an e-mail address.'],
  [
    'no country',
    field(country, 'XX'),
    'field must be an ISO 3166-1 alpha-2 country code, such as DE. Send an ISO 3166-1 alpha-2 country code, such as DE.',
  ],
  [
    'no instant',
    field(instant, 'noon'),
    'field must be an instant in UTC such as 2026-01-31T12:00:00.000Z. Send an instant in UTC such as 2026-01-31T12:00:00.000Z.',
  ],
  [
    'an instant out of reach',
    field(anyInstant, '9999-12-31T23:59:59-01:00'),
    'field must be in the years 0000 to 9999. Send an instant in the years 0000 to 9999.',
  ],
  [
    'no alternative',
    field(z.union([z.string(), z.literal(true)]), 7),
    'field has none of the documented forms. Send it in one of the documented forms.',
  ],
  [
    'no fixed form',
    field(z.string().regex(/^x/), 'y'),
    'field has the wrong form. Send it in the documented form.',
  ],
  [
    'a rule of the schema',
    field(
      z.string().refine(() => false, { error: mustBe('a host name') }),
      '',
    ),
    'field must be a host name. Send a host name.',
  ],
  [
    'a rule with a fix of its own',
    field(
      z.string().refine(() => false, { error: phrase('must be in the future', 'Send a later instant.') }),
      '',
    ),
    'field must be in the future. Send a later instant.',
  ],
])('of %s', (_, lines, line) => expect(lines).toEqual([line]));

it('a missing body is called a body', () => {
  expect(told(z.strictObject({}), undefined)).toEqual(['body is missing. Send a JSON object.']);
});

it('unknown fields are named one by one, with their whole path', () => {
  expect(told(z.strictObject({ a: z.strictObject({}) }), { a: { x: 1 }, y: 2, z: 3 })).toEqual([
    'a.x is not a known field. Remove it, or check its spelling.',
    'y is not a known field. Remove it, or check its spelling.',
    'z is not a known field. Remove it, or check its spelling.',
  ]);
});

it('everything is told at once, each thing once', () => {
  const inTheFuture = instant.refine(value => Date.parse(value) > Date.now(), {
    error: 'must be in the future',
  });
  const schema = z.strictObject({
    name: text(9),
    addresses: z.array(email),
    expires_at: inTheFuture,
    member: z.boolean(),
  });
  const body = { name: '', addresses: ['ada@people.example', 'here'], expires_at: 'noon', member: 1 };
  expect(told(schema, body).map(line => line.split(' ')[0])).toEqual([
    'name',
    'addresses.1',
    'expires_at',
    'member',
  ]);
});

it('at most fifty mistakes are told', () => {
  const value = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x${index}`, 1]));
  expect(told(z.strictObject({}), value)).toHaveLength(50);
});

it('no message repeats the value, which may be a secret', () => {
  for (const schema of [
    z.number(),
    z.enum(['a']),
    email,
    country,
    instant,
    z.literal(true),
    z.array(z.string()),
  ]) {
    expect(field(schema, 'marmalade-glacier-7').join()).not.toContain('marmalade');
  }
});

describe('the pipe', () => {
  const pipe = new ValidationPipe();
  it('answers what the schema made of the value', async () => {
    const schema = z.strictObject(listQuery());
    expect(await pipe.transform<unknown>({ limit: '7' }, { type: 'query', schema })).toEqual({ limit: 7 });
    expect(await pipe.transform('as it is', { type: 'body' })).toBe('as it is');
  });

  it('takes whole numbers of a query in decimal digits only', async () => {
    const schema = z.strictObject(listQuery());
    const limitOf = (limit: unknown) => pipe.transform<unknown>({ limit }, { type: 'query', schema });
    expect(await limitOf('007')).toEqual({ limit: 7 });
    expect(await limitOf(undefined)).toEqual({ limit: 50 });
    for (const limit of ['0x10', '1e1', '1.0', ' 5', '', 'x'])
      await expect(limitOf(limit)).rejects.toMatchObject({
        details: {
          errors: [{ param: 'limit', message: 'must be a whole number', fix: 'Send a whole number.' }],
        },
      });
    await expect(limitOf('-1')).rejects.toMatchObject({
      details: { errors: [{ message: 'must be at least 1' }] },
    });
  });

  it('says of repeated parameters of a query that they are, and of fields of a body what they must be', async () => {
    const schema = z.strictObject({ ...listQuery(), order: z.enum(['up', 'down']), name: z.string() });
    const value = { limit: ['1', '2'], cursor: ['a', 'b'], order: ['up', 'up'], name: 'x' };
    const once = (param: string) => ({
      param,
      message: 'must be given once',
      fix: 'Send the parameter once.',
    });
    await expect(pipe.transform(value, { type: 'query', schema })).rejects.toMatchObject({
      details: { errors: ['limit', 'cursor', 'order'].map(once) },
    });
    await expect(pipe.transform({ ...value, limit: 1 }, { type: 'body', schema })).rejects.toMatchObject({
      details: { errors: [{ message: 'must be a string' }, { message: 'must be one of up, down' }] },
    });
  });

  it('names a path parameter by its name', async () => {
    const schema = z.enum(['suspend', 'delete']);
    await expect(pipe.transform('explode', { type: 'param', data: 'action', schema })).rejects.toMatchObject({
      code: 'validation_failed',
      param: 'action',
    });
  });
});
