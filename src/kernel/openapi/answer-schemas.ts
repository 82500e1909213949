import type { OpenAPIObject } from '@nestjs/swagger';
import { REDACTED } from '../context/hidden-attributes.js';
import { type Property, type Shape } from '../visibility/shape.js';
import {
  componentOf,
  inside,
  type Operation,
  refTo,
  resolve,
  type Schema,
  schemasOf,
} from './document-parts.js';

const REDACTED_NAME = 'Redacted';

/** What a value that may be hidden from the caller's role can be instead. */
export const REDACTED_SCHEMA: Record<string, Schema> = {
  [REDACTED_NAME]: {
    type: 'string',
    const: REDACTED,
    description: "Stands for a value that a visibility rule hides from the caller's role.",
  },
};

/** Every schema below these, the components that they refer to included, each once. */
export function* reachable(document: OpenAPIObject, roots: Iterable<Schema>): Generator<Schema> {
  const waiting = [...roots];
  const seen = new Set<Schema>();
  for (let schema = waiting.pop(); schema; schema = waiting.pop()) {
    if (seen.has(schema)) continue;
    seen.add(schema);
    yield schema;
    const component = componentOf(schema);
    waiting.push(...(component === undefined ? inside(schema) : [schemasOf(document)[component]!]));
  }
}

/** Leaves the objects of answers open: a later version may add to them, and a client must not mind. */
export function openAnswers(schemas: Iterable<Schema>): void {
  for (const schema of schemas) if (schema.additionalProperties === false) delete schema.additionalProperties;
}

/** Says that the repeated answer to a repeated `Idempotency-Key` has no secrets. */
export function leaveOutSecrets(
  document: OpenAPIObject,
  { responses }: Operation,
  secrets: readonly string[],
): void {
  for (const answer of Object.values(responses)) {
    if (!answer || !('content' in answer)) continue;
    const schema = resolve(document, answer.content?.['application/json']?.schema as Schema);
    for (const secret of secrets) {
      const property = schema.properties?.[secret];
      if (!property || !schema.required?.includes(secret)) continue;
      schema.required = schema.required.filter(name => name !== secret);
      property.description += ' A repetition with the same `Idempotency-Key` leaves it out.';
    }
  }
}

/**
 * Turns defaults into words. Generators take a property with a default for one that is always there, which holds for what
 * the server reads, but not for what a client must send.
 */
export function wordDefaults(schemas: Iterable<Schema>): void {
  for (const schema of schemas) {
    if (!('default' in schema)) continue;
    const { default: value, description } = schema;
    delete schema.default;
    if (value !== null && typeof value === 'object' && Object.keys(value).length === 0) continue;
    schema.description = [description, `Default: \`${JSON.stringify(value)}\`.`].filter(Boolean).join(' ');
  }
}

/** Says in the schemas of answers which values a visibility rule may replace, as far as their type forbids it. */
export class RedactableAnswers {
  private readonly done = new Set<Schema>();

  /** `isAttribute` tells what a rule may name; see `AttributeCatalog`. */
  constructor(
    private readonly document: OpenAPIObject,
    private readonly isAttribute: (name: string) => boolean,
  ) {}

  /** Marks the schema of an answer of this shape. */
  mark(shape: Shape, node: Schema): void {
    const schema = resolve(this.document, node);
    for (const option of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])])
      this.mark(shape, option);
    if (shape.kind === 'several') shape.of.forEach(one => this.mark(one, schema));
    else if (shape.kind === 'list') [schema.items].forEach(item => item && this.mark(shape.item, item));
    else if (shape.kind === 'record' && typeof schema.additionalProperties === 'object')
      this.mark(shape.item, schema.additionalProperties);
    else if (shape.kind === 'object') this.markProperties(shape.properties, schema);
  }

  private markProperties(properties: ReadonlyMap<string, Property>, schema: Schema): void {
    if (!schema.properties || this.done.has(schema)) return;
    this.done.add(schema);
    for (const [key, property] of properties) {
      const inner = schema.properties[key];
      if (!inner) continue;
      this.mark(property.shape, inner);
      if (!property.structural && property.names.some(this.isAttribute))
        schema.properties[key] = orRedacted(inner);
    }
  }
}

/** The schema, or the word for what is hidden; text of any kind may be that word already. */
function orRedacted(schema: Schema): Schema {
  const types = [schema.type].flat();
  const anyText =
    types.includes('string') &&
    !schema.enum &&
    !('const' in schema) &&
    schema.format === undefined &&
    schema.pattern === undefined;
  // What is said about the value stays where readers of the document look for it.
  const entries = Object.entries(schema);
  const isAbout = ([key]: [string, unknown]) => key === 'description' || key.startsWith('x-');
  const type = Object.fromEntries(entries.filter(entry => !isAbout(entry)));
  if (anyText || Object.keys(type).length === 0) return schema;
  const options = Object.keys(type).join() === 'anyOf' ? schema.anyOf! : [type];
  return { ...Object.fromEntries(entries.filter(isAbout)), anyOf: [...options, refTo(REDACTED_NAME)] };
}
