import fc, { type Arbitrary } from 'fast-check';

/** As much of a JSON schema as is needed to make up values. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  examples?: unknown[];
  format?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  schema?: Schema;
}

/** One operation of an OpenAPI document. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: Parameter[];
  readonly body: Schema | null;
}

export interface OpenApi {
  paths: Record<string, Record<string, any>>;
  components: { schemas: Record<string, Schema> };
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** Every operation of the document. */
export function operationsOf(document: OpenApi): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter(method => item[method]).map(method => ({
      method: method.toUpperCase(),
      path,
      parameters: item[method].parameters ?? [],
      body: item[method].requestBody?.content?.['application/json']?.schema ?? null,
    })),
  );
}

/** What people, and those who mean harm, put into any field. */
const NASTY = fc.constantFrom<unknown>(
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1e400',
    'null',
    'true',
    '%',
    '_',
    '\\',
    "'",
    '"',
    "' OR '1'='1",
    '{{7*7}}',
    '../../etc/passwd',
  ],
  ...[
    '\u0000',
    '\ud800',
    '\u202e',
    '🦊',
    'ﷺ'.repeat(100),
    'x'.repeat(5_000),
    '9999-12-31T23:59:59.999Z',
    '0000-01-01T00:00:00Z',
  ],
  ...[0, -0, -1, 1.5, 1e308, 2 ** 53, 2 ** 63, -(2 ** 31), true, false, null],
  ...[
    [],
    {},
    [[]],
    [null],
    { length: 1e9 },
    { toString: 1 },
    { then: 1 },
    Array(500).fill(''),
    'prj_01kaj0v7w3m6tn5x9q2e8rfyzd',
  ],
);
const ANYTHING = fc.oneof({ weight: 2, arbitrary: NASTY }, fc.jsonValue({ maxDepth: 4 }));

/** Values that follow `schema` for the most part. */
export function valuesOf(document: OpenApi, schema: Schema, depth = 0): Arbitrary<unknown> {
  if (depth > 6) return NASTY;
  const inner = (part: Schema) => valuesOf(document, part, depth + 1);
  if (schema.$ref) return inner(document.components.schemas[schema.$ref.split('/').at(-1)!] ?? {});
  const alternatives = schema.anyOf ?? schema.oneOf;
  return fc.oneof(
    { weight: 12, arbitrary: alternatives ? fc.oneof(...alternatives.map(inner)) : plain(schema, inner) },
    { weight: 1, arbitrary: ANYTHING },
  );
}

function plain(schema: Schema, inner: (part: Schema) => Arbitrary<unknown>): Arbitrary<unknown> {
  if (schema.examples?.length && schema.type !== 'object') return fc.constantFrom(...schema.examples);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum?.length) return fc.constantFrom(...schema.enum);
  switch ([schema.type ?? 'anything'].flat()[0]) {
    case 'string':
      if (schema.format === 'date-time')
        return fc.date({ noInvalidDate: true }).map(date => date.toISOString());
      if (schema.format === 'email') return fc.nat(1_000_000).map(number => `p${number}@people.example`);
      return fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    case 'integer':
      return fc.oneof(fc.nat(200), fc.maxSafeInteger());
    case 'number':
      return fc.oneof(fc.nat(200), fc.double({ noNaN: true, noDefaultInfinity: true }));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(inner(schema.items ?? {}), { maxLength: 5 });
    case 'object':
      return fc.oneof(
        { weight: 12, arbitrary: documented(schema, inner) },
        { weight: 1, arbitrary: fc.dictionary(fc.string({ maxLength: 20 }), ANYTHING, { maxKeys: 5 }) },
      );
    default:
      return ANYTHING;
  }
}

/** All required fields and at most two others: the more fields, the likelier that one spoils the rest. */
export function documented(
  { properties = {}, required = [] }: Schema,
  inner: (part: Schema) => Arbitrary<unknown>,
): Arbitrary<unknown> {
  const optional = Object.keys(properties).filter(name => !required.includes(name));
  return fc
    .subarray(optional, { maxLength: Math.min(2, optional.length) })
    .chain(some =>
      fc.record(
        Object.fromEntries([...required, ...some].map(name => [name, inner(properties[name] ?? {})])),
      ),
    );
}
