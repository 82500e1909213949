import { z } from 'zod';
import type { HiddenAttributes } from '../context/hidden-attributes.js';

/**
 * What a response schema shows, as far as attributes are concerned. Attributes are named after the
 * component the schema is published as (`.meta({ id: 'ApiKey' })` → `api_key.name`); further keys
 * of `.meta()` say otherwise, and stand in the OpenAPI document too:
 * - `x-resource: 'project'` on an object: it shows a part of a project; its properties are `project.*`
 * - `x-also-attribute: 'member.email'` on a property: it shows that too, and is hidden under either name
 * - `x-structural: true` on an object or a property: no rule can hide it, nor anything below it; it says what one
 *   works in, what one may do, or is a rule itself
 */
export type Shape =
  | ObjectShape
  | { readonly kind: 'list'; readonly item: Shape }
  /** Keys that the schema does not know: anything below can be named. */
  | { readonly kind: 'record'; readonly item: Shape }
  | { readonly kind: 'several'; readonly of: readonly Shape[] }
  | { readonly kind: 'open' }
  | { readonly kind: 'leaf' };

export interface ObjectShape {
  readonly kind: 'object';
  /** What its properties are called: `api_key`, or `member.last_sign_in` for an object inside another. */
  readonly names: readonly string[];
  /** Whether it is a resource, or a view of one, rather than an attribute of what it stands in. */
  readonly named: boolean;
  /** Whether no rule can hide anything of it. */
  readonly structural: boolean;
  readonly properties: ReadonlyMap<string, Property>;
  readonly redact: CustomRedaction | undefined;
}

export interface Property {
  readonly names: readonly string[];
  /** The one of its names that another property has by itself. */
  readonly also: string | undefined;
  readonly shape: Shape;
  readonly description: string | undefined;
  /** Whether no rule can hide it. */
  readonly structural: boolean;
}

/** What is hidden from one caller, as a schema's own redaction may ask it; see `Redaction`. */
export interface Hiding {
  readonly hidden: HiddenAttributes;
  field(resource: string, field: string, value: unknown): unknown;
  label<T extends string | null>(madeOf: readonly string[] | undefined, label: T): T | '[REDACTED]';
}

/** Hides in one object what its schema alone cannot tell. */
export type CustomRedaction = (value: Record<string, unknown>, hiding: Hiding) => object;

const custom = new WeakMap<z.core.$ZodType, CustomRedaction>();

/** Lets `redact` hide first, in every object of this schema, what the schema alone cannot tell. */
export function redactedBy<T extends z.ZodType>(
  schema: T,
  redact: (value: z.output<T>, hiding: Hiding) => object,
): T {
  custom.set(schema, redact as CustomRedaction);
  return schema;
}

const LEAF: Shape = { kind: 'leaf' };
const OPEN: Shape = { kind: 'open' };

/** Reads the shape of schemas, each once. */
export class Shapes {
  private readonly known = new Map<z.core.$ZodType, Map<string, Shape>>();

  of(schema: z.core.$ZodType, names: readonly string[] = []): Shape {
    const { def } = (schema as z.core.$ZodTypes)._zod;
    switch (def.type) {
      case 'optional':
      case 'nullable':
      case 'nonoptional':
      case 'default':
      case 'prefault':
      case 'readonly':
      case 'catch':
      case 'promise':
      case 'success':
        return this.of(def.innerType, names);
      case 'lazy':
        return this.of(def.getter(), names);
      case 'pipe':
        return this.of(def.out, names);
      case 'array':
        return { kind: 'list', item: this.of(def.element, names) };
      case 'set':
        return { kind: 'list', item: this.of(def.valueType, names) };
      case 'tuple':
        return { kind: 'list', item: several(def.items.map(item => this.of(item, names))) };
      case 'record':
      case 'map':
        return { kind: 'record', item: this.of(def.valueType, names) };
      case 'union':
        return several(def.options.map(option => this.of(option, names)));
      case 'intersection':
        return several([this.of(def.left, names), this.of(def.right, names)]);
      case 'object':
        return this.object(schema as z.core.$ZodObject, names);
      case 'any':
      case 'unknown':
      case 'custom':
      case 'transform':
        return OPEN;
      case 'string':
      case 'number':
      case 'bigint':
      case 'boolean':
      case 'date':
      case 'symbol':
      case 'enum':
      case 'literal':
      case 'template_literal':
      case 'file':
      case 'null':
      case 'nan':
      case 'undefined':
      case 'void':
      case 'never':
      case 'function':
        return LEAF;
    }
  }

  private object(schema: z.core.$ZodObject, at: readonly string[]): Shape {
    const { names, named } = namesOf(schema, at);
    const key = names.join();
    const known = this.known.get(schema) ?? new Map<string, Shape>();
    this.known.set(schema, known);
    const before = known.get(key);
    if (before) return before;
    const properties = new Map<string, Property>();
    // Known before its properties are read: a schema may contain itself.
    known.set(key, {
      kind: 'object',
      names,
      named,
      structural: isStructural(schema),
      properties,
      redact: ancestors(schema, custom.get.bind(custom)),
    });
    for (const [property, inner] of Object.entries(schema._zod.def.shape)) {
      const { description, 'x-also-attribute': also } = metaOf(inner);
      const own = names.map(name => `${name}.${property}`);
      if (also) own.push(also);
      properties.set(property, {
        names: own,
        also,
        shape: this.of(inner, own),
        description,
        structural: isStructural(inner),
      });
    }
    return known.get(key)!;
  }
}

interface Meta {
  description?: string;
  'x-resource'?: string;
  'x-also-attribute'?: string;
  'x-structural'?: true;
}

function metaOf(schema: z.core.$ZodType): Meta {
  return (z.globalRegistry.get(schema) ?? {}) as Meta;
}

function isStructural(schema: z.core.$ZodType): boolean {
  return metaOf(schema)['x-structural'] === true;
}

function namesOf(
  schema: z.core.$ZodType,
  at: readonly string[],
): { names: readonly string[]; named: boolean } {
  const id = ancestors(schema, one => z.globalRegistry._map.get(one)?.id as string | undefined);
  const resource = metaOf(schema)['x-resource'] ?? (id && snakeCase(id));
  return resource ? { names: [resource], named: true } : { names: at, named: false };
}

/** What `of` finds for the schema or the one it is a copy of: `.describe()` makes copies without an id. */
function ancestors<T>(
  schema: z.core.$ZodType,
  of: (schema: z.core.$ZodType) => T | undefined,
): T | undefined {
  for (let one: z.core.$ZodType | undefined = schema; one; one = one._zod.parent) {
    const found = of(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

function several(shapes: Shape[]): Shape {
  const telling = shapes.filter(shape => shape.kind !== 'leaf');
  if (telling.length === 0) return LEAF;
  return telling.length === 1 ? telling[0]! : { kind: 'several', of: telling };
}

/** `ApiKey` → `api_key`. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_').toLowerCase();
}

/** What a page lists, when the shape is that of a page. */
export function itemsOf(shape: Shape): Shape | null {
  if (shape.kind !== 'object' || !shape.properties.has('has_more')) return null;
  const items = shape.properties.get('items')?.shape;
  return items?.kind === 'list' ? items.item : null;
}
