import type { z } from 'zod';
import { type HiddenAttributes, isHidden, isTouched, REDACTED } from '../context/hidden-attributes.js';
import { type Hiding, type ObjectShape, type Shape, Shapes } from './shape.js';

type Redact = (value: unknown) => unknown;

/** Replaces what is hidden from one caller. Compiled once for each schema; values are copied, not changed. */
export class Redaction implements Hiding {
  private readonly compiled = new Map<Shape, Redact | null>();
  private readonly answers = new Map<z.core.$ZodType, Redact | null>();

  /** `resources` are the known shapes by the name of what they show; see `AttributeCatalog`. */
  constructor(
    readonly hidden: HiddenAttributes,
    private readonly shapes: Shapes,
    private readonly resources: ReadonlyMap<string, readonly ObjectShape[]>,
  ) {}

  /** What hides in an answer of this schema; null when it shows nothing hidden. */
  of(schema: z.core.$ZodType): Redact | null {
    const known = this.answers.get(schema);
    if (known !== undefined) return known;
    const redact = this.compile(this.shapes.of(schema), []);
    this.answers.set(schema, redact);
    return redact;
  }

  /** An answer of this schema without what is hidden. */
  apply<T>(schema: z.core.$ZodType, value: T): T {
    const redact = this.of(schema);
    return redact ? (redact(value) as T) : value;
  }

  /** One field of a resource, as a diff shows it; a value that is not of the field's shape is hidden whole. */
  field(resource: string, field: string, value: unknown): unknown {
    if (isHidden(this.hidden, `${resource}.${field}`)) return REDACTED;
    const below = this.below([`${resource}.${field}`]);
    let redacted = below ? below(value) : value;
    for (const { properties } of this.resources.get(resource) ?? []) {
      const property = properties.get(field);
      if (property?.names.some(name => isHidden(this.hidden, name))) return REDACTED;
      const redact = property && this.compile(property.shape, property.names);
      if (redact) redacted = redact(redacted);
    }
    return redacted;
  }

  /**
   * A name put together from attributes, hidden when one of them is. Nobody knows what a name without `madeOf` is made
   * of: it is hidden when anything is.
   */
  label<T extends string | null>(madeOf: readonly string[] | undefined, label: T): T | typeof REDACTED {
    if (label === null) return label;
    const hides = madeOf ? madeOf.some(attribute => isTouched(this.hidden, attribute)) : this.hidden.size > 0;
    return hides ? REDACTED : label;
  }

  /** For what has no schema (details of errors): hides every property that is called like a hidden one. */
  byPropertyName(value: unknown): unknown {
    const names = new Set([...this.hidden].map(attribute => attribute.slice(attribute.lastIndexOf('.') + 1)));
    return hideNamed(value, names);
  }

  private compile(shape: Shape, names: readonly string[]): Redact | null {
    switch (shape.kind) {
      case 'leaf':
        return null;
      case 'open':
        return this.below(names);
      case 'list': {
        const item = this.compile(shape.item, names);
        return item && (value => (Array.isArray(value) ? value.map(item) : scalarHidden(value)));
      }
      case 'record': {
        // Paths below a record begin with its keys, which stand between its name and its items.
        const item = this.compile(shape.item, []);
        return both(this.below(names), item && (value => mapValues(value, item)));
      }
      case 'several':
        return shape.of.map(one => this.compile(one, names)).reduce(both, null);
      case 'object':
        return this.object(shape);
    }
  }

  private object(shape: ObjectShape): Redact | null {
    const known = this.compiled.get(shape);
    if (known !== undefined) return known;
    // A schema that contains itself meets this while it is being compiled.
    this.compiled.set(shape, value => {
      const redact = this.compiled.get(shape);
      return redact ? redact(value) : value;
    });
    const redact = both(this.properties(shape), this.below(shape.names, shape));
    const first = shape.redact;
    const whole = both(first ? value => (isObject(value) ? first(value, this) : value) : null, redact);
    this.compiled.set(shape, whole);
    return whole;
  }

  /** Hides properties the schema knows. */
  private properties(shape: ObjectShape): Redact | null {
    const steps: [string, Redact][] = [];
    for (const [key, property] of shape.properties) {
      if (property.names.some(name => isHidden(this.hidden, name))) steps.push([key, () => REDACTED]);
      else {
        const redact = this.compile(property.shape, property.names);
        if (redact) steps.push([key, redact]);
      }
    }
    if (steps.length === 0) return null;
    return value => {
      if (!isObject(value)) return scalarHidden(value);
      const copy = { ...value };
      for (const [key, redact] of steps) if (copy[key] !== undefined) copy[key] = redact(copy[key]);
      return copy;
    };
  }

  /** Hides by path what is below `names` and not `known` to a schema. */
  private below(names: readonly string[], known?: ObjectShape): Redact | null {
    let all: Redact | null = null;
    for (const name of names) {
      const prefix = `${name}.`;
      for (const attribute of this.hidden) {
        if (!attribute.startsWith(prefix)) continue;
        const rest = attribute.slice(prefix.length).split('.');
        if (!known?.properties.has(rest[0]!)) all = both(all, value => hidePath(value, rest, 0));
      }
    }
    return all;
  }
}

function both(one: Redact | null, other: Redact | null): Redact | null {
  if (!one || !other) return one ?? other;
  return value => other(one(value));
}

/** What stands where something with hidden parts was expected: it may be made of them. */
function scalarHidden(value: unknown): unknown {
  return value === null || value === undefined ? value : REDACTED;
}

function hidePath(value: unknown, path: readonly string[], depth: number): unknown {
  if (Array.isArray(value)) return value.map(item => hidePath(item, path, depth));
  if (!isObject(value)) return scalarHidden(value);
  const key = path[depth]!;
  if (!Object.hasOwn(value, key)) return value;
  const last = depth === path.length - 1;
  return { ...value, [key]: last ? REDACTED : hidePath(value[key], path, depth + 1) };
}

function hideNamed(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map(item => hideNamed(item, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, names.has(key) ? REDACTED : hideNamed(inner, names)]),
  );
}

function mapValues(value: unknown, redact: Redact): unknown {
  if (!isObject(value)) return scalarHidden(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redact(inner)]));
}

/** An object that will be written as a JSON object: a `Date` and its like write themselves as something else. */
function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    typeof (value as { toJSON?: unknown }).toJSON !== 'function'
  );
}
