import fc from 'fast-check';
import { z } from 'zod';
import {
  hiddenAttributes,
  isHidden,
  isTouched,
  NOTHING_HIDDEN,
  REDACTED,
} from '../context/hidden-attributes.js';
import { Redaction } from './redaction.js';
import { type ObjectShape, redactedBy, Shapes, snakeCase } from './shape.js';

const Wallet = z.object({ id: z.string(), balance: z.string() }).meta({ id: 'Wallet' });
const Customer = z
  .object({
    id: z.string(),
    email: z.string().nullable().meta({ 'x-also-attribute': 'contact.mail' }),
    metadata: z.record(z.string(), z.unknown()),
    address: z.object({ city: z.string(), lines: z.array(z.string()) }).optional(),
    wallets: z.array(Wallet),
    contact: z.union([z.object({ phone: z.string() }), z.object({ fax: z.string() })]),
    owner: z.object({ email: z.string().meta({ 'x-also-attribute': 'member.email' }) }),
  })
  .meta({ id: 'CustomerAccount', 'x-resource': 'customer' });
const CustomerPage = z
  .object({ items: z.array(Customer.describe('One of many.')), has_more: z.boolean() })
  .meta({ id: 'CustomerPage' });

function redaction(...attributes: string[]): Redaction {
  const shapes = new Shapes();
  const customer = shapes.of(Customer) as ObjectShape;
  return new Redaction(hiddenAttributes(attributes), shapes, new Map([['customer', [customer]]]));
}

const customer: z.infer<typeof Customer> = {
  id: 'cus_1',
  email: 'ada@example.com',
  metadata: { plan: 'gold', nested: { plan: 'silver' }, list: [{ plan: 'bronze' }] },
  address: { city: 'London', lines: ['St James’s Square'] },
  wallets: [{ id: 'wal_1', balance: '12' }],
  contact: { phone: '123' },
  owner: { email: 'owner@example.com' },
};

describe('what is hidden', () => {
  it('includes everything below it', () => {
    const hidden = hiddenAttributes(['customer.metadata', 'member.last_sign_in.ip']);
    expect(isHidden(hidden, 'customer.metadata.plan')).toBe(true);
    expect(isHidden(hidden, 'customer.meta')).toBe(false);
    expect(isHidden(hidden, 'member.last_sign_in')).toBe(false);
    expect(isTouched(hidden, 'member.last_sign_in')).toBe(true);
    expect(isTouched(hidden, 'member.last')).toBe(false);
  });

  it('is one set for the same attributes, whatever their order', () => {
    expect(hiddenAttributes(['b', 'a', 'b'])).toBe(hiddenAttributes(['a', 'b']));
    expect(hiddenAttributes([])).toBe(NOTHING_HIDDEN);
  });
});

describe('names', () => {
  it.each([
    ['ApiKey', 'api_key'],
    ['RequestLog', 'request_log'],
    ['URLCheck', 'url_check'],
    ['Project', 'project'],
  ])('%s is %s', (id, name) => expect(snakeCase(id)).toBe(name));
});

describe('an answer', () => {
  it('is left alone when it shows nothing hidden', () => {
    expect(redaction('api_key.name').of(CustomerPage)).toBeNull();
    const page = { items: [customer], has_more: false };
    expect(redaction('api_key.name').apply(CustomerPage, page)).toBe(page);
  });

  it('shows the stand-in wherever an attribute stands, null and absent ones told apart', () => {
    const page = { items: [customer, { ...customer, email: null }], has_more: false };
    const redacted = redaction('customer.email').apply(CustomerPage, page);
    expect(redacted.items.map(item => item.email)).toEqual([REDACTED, REDACTED]);
    expect(redacted.items[0]).toEqual({ ...customer, email: REDACTED });
    expect(page.items[0]!.email).toBe('ada@example.com');
    const { address: _, ...homeless } = customer;
    expect(redaction('customer.address').apply(Customer, homeless)).toEqual(homeless);
  });

  it('hides parts of open records, through lists', () => {
    const { metadata } = redaction('customer.metadata.plan', 'customer.metadata.list.plan').apply(
      Customer,
      customer,
    );
    expect(metadata).toEqual({ plan: REDACTED, nested: { plan: 'silver' }, list: [{ plan: REDACTED }] });
  });

  it('hides a value that stands where something with hidden parts was expected', () => {
    const odd = {
      ...customer,
      address: 'London, St James’s Square',
      metadata: { nested: 'silver' },
    } as never;
    const redacted = redaction('customer.address.city', 'customer.metadata.nested.plan').apply(Customer, odd);
    expect(redacted).toMatchObject({ address: REDACTED, metadata: { nested: REDACTED } });
  });

  it('hides what belongs to other resources by their own names', () => {
    expect(redaction('wallet.balance').apply(Customer, customer).wallets).toEqual([
      { id: 'wal_1', balance: REDACTED },
    ]);
    expect(redaction('member.email').apply(Customer, customer).owner.email).toBe(REDACTED);
    expect(redaction('customer.owner.email').apply(Customer, customer).owner.email).toBe(REDACTED);
  });

  it('hides what the schema does not know', () => {
    const more = { ...customer, shoe_size: 38 };
    expect(redaction('customer.shoe_size').apply(Customer, more)).toMatchObject({ shoe_size: REDACTED });
  });

  it('hides in either of several shapes', () => {
    const hide = redaction('customer.contact.phone', 'customer.contact.fax');
    expect(hide.apply(Customer, customer).contact).toEqual({ phone: REDACTED });
    expect(hide.apply(Customer, { ...customer, contact: { fax: '9' } }).contact).toEqual({ fax: REDACTED });
  });

  it('may contain itself', () => {
    type Tree = { name: string; children: Tree[] };
    const Tree: z.ZodType<Tree> = z
      .object({ name: z.string(), children: z.array(z.lazy(() => Tree)) })
      .meta({ id: 'Tree' });
    const tree = { name: 'a', children: [{ name: 'b', children: [{ name: 'c', children: [] }] }] };
    expect(JSON.stringify(redaction('tree.name').apply(Tree, tree))).not.toMatch(/"[abc]"/);
  });

  it('is given to what knows more than the schema first', () => {
    const Note = redactedBy(
      z.object({ about: z.string(), text: z.string() }).meta({ id: 'Note' }),
      (note, { hidden }) => (hidden.has(note.about) ? { ...note, text: REDACTED } : note),
    );
    const note = { about: 'customer.email', text: 'ada@example.com' };
    expect(redaction('customer.email', 'note.about').apply(Note, note)).toEqual({
      about: REDACTED,
      text: REDACTED,
    });
  });
});

describe('a diff', () => {
  it('hides fields, parts of fields and what fields were put into words as', () => {
    const hide = redaction('customer.email', 'customer.metadata.plan', 'member.email', 'customer.unknown');
    expect(hide.field('customer', 'email', null)).toBe(REDACTED);
    expect(hide.field('customer', 'unknown', 1)).toBe(REDACTED);
    expect(hide.field('customer', 'metadata', { plan: 'gold', seats: 3 })).toEqual({
      plan: REDACTED,
      seats: 3,
    });
    expect(hide.field('customer', 'owner', 'owner@example.com')).toBe(REDACTED);
    expect(hide.field('customer', 'id', 'cus_1')).toBe('cus_1');
    expect(hide.field('other', 'email', 'x')).toBe('x');
  });

  it('hides names that may be made of something hidden', () => {
    const madeOf = ['customer.name', 'customer.email'];
    expect(redaction('customer.email').label(madeOf, 'Ada')).toBe(REDACTED);
    expect(redaction('customer').label(madeOf, 'Ada')).toBe(REDACTED);
    expect(redaction('customer.email.domain').label(madeOf, 'Ada')).toBe(REDACTED);
    expect(redaction('customer.email').label(madeOf, null)).toBeNull();
    expect(redaction('customer.metadata').label(madeOf, 'Ada')).toBe('Ada');
    expect(redaction('customer.email').label([], 'Ada')).toBe('Ada');
  });

  it('hides names of which nobody says what they are made of, as soon as anything is hidden', () => {
    expect(redaction('customer.email').label(undefined, 'Ada')).toBe(REDACTED);
    expect(redaction().label(undefined, 'Ada')).toBe('Ada');
  });
});

describe('whatever is hidden', () => {
  const ATTRIBUTES = [
    'customer.email',
    'customer.metadata',
    'customer.metadata.plan',
    'customer.metadata.deep.plan',
    'customer.address',
    'customer.address.city',
    'customer.address.lines',
    'customer.contact',
    'customer.contact.phone',
    'customer.contact.fax',
    'customer.owner',
    'contact.mail',
    'customer.owner.email',
    'member.email',
    'wallet.balance',
  ];
  let serial = 0;
  const secret = fc.constant(null).map(() => `secret-${++serial}-`);
  const open = fc.letrec(tie => ({
    value: fc.oneof({ maxDepth: 4 }, secret, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
    object: fc.dictionary(fc.constantFrom('plan', 'deep', 'other', 'toString'), tie('value'), { maxKeys: 3 }),
  }));
  const customers = fc.record({
    id: secret,
    email: fc.option(secret),
    metadata: open.object as fc.Arbitrary<Record<string, unknown>>,
    address: fc.oneof(
      fc.record({ city: secret, lines: fc.array(secret, { maxLength: 2 }) }),
      fc.constant(undefined),
    ),
    wallets: fc.array(fc.record({ id: secret, balance: secret }), { maxLength: 3 }),
    contact: fc.oneof(fc.record({ phone: secret }), fc.record({ fax: secret })),
    owner: fc.record({ email: secret }),
  });

  it('never occurs in what is answered, and everything else does', () => {
    fc.assert(
      fc.property(fc.array(customers, { maxLength: 4 }), fc.subarray(ATTRIBUTES), (items, attributes) => {
        const before = JSON.stringify(items);
        const answer = JSON.stringify(
          redaction(...attributes).apply(CustomerPage, { items, has_more: false }),
        );
        expect(JSON.stringify(items)).toBe(before);
        for (const { text, names } of items.flatMap(item => secretsOf(item, ['customer']))) {
          const hidden = names.some(name =>
            attributes.some(one => name === one || name.startsWith(`${one}.`)),
          );
          // A plain value on the way to a hidden part is hidden too; it may be made of it.
          const onTheWay = names.some(name => attributes.some(one => one.startsWith(`${name}.`)));
          if (hidden) expect(answer).not.toContain(text);
          else if (!onTheWay) expect(answer).toContain(text);
        }
      }),
      { numRuns: 500 },
    );
  });

  /** Every secret of a value with the names of its attribute: the test's own reading of the names. */
  function secretsOf(value: unknown, names: string[]): { text: string; names: string[] }[] {
    if (typeof value === 'string') return [{ text: value, names }];
    if (Array.isArray(value)) return value.flatMap(item => secretsOf(item, names));
    return Object.entries(value ?? {}).flatMap(([key, inner]) => {
      if (key === 'wallets') {
        return (inner as object[]).flatMap(wallet => secretsOf(wallet, ['wallet']));
      }
      const own = names.map(name => `${name}.${key}`);
      if (own.join() === 'customer.owner.email') own.push('member.email');
      if (own.join() === 'customer.email') own.push('contact.mail');
      return secretsOf(inner, own);
    });
  }
});
