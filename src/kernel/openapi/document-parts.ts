import type { OpenAPIObject } from '@nestjs/swagger';

export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
export type Method = (typeof METHODS)[number];

/** A schema of JSON Schema 2020-12, as far as it is looked at here. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  title?: string;
  description?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  propertyNames?: Schema;
  items?: Schema;
  prefixItems?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  minimum?: number;
  maximum?: number;
  [further: string]: unknown;
}

const COMPONENT = '#/components/schemas/';

/** The name of the component that a schema refers to. */
export function componentOf(schema: Schema): string | undefined {
  return schema.$ref?.startsWith(COMPONENT) ? schema.$ref.slice(COMPONENT.length) : undefined;
}

/** A reference to a component. */
export function refTo(component: string): Schema {
  return { $ref: COMPONENT + component };
}

/** The schemas among the components. */
export function schemasOf(document: OpenAPIObject): Record<string, Schema> {
  return (document.components?.schemas ?? {}) as Record<string, Schema>;
}

/** The schema itself, or the component it refers to. */
export function resolve(document: OpenAPIObject, schema: Schema): Schema {
  const name = componentOf(schema);
  return name === undefined ? schema : resolve(document, schemasOf(document)[name]!);
}

/** The schemas directly inside a schema. */
export function inside(schema: Schema): Schema[] {
  const { properties, additionalProperties, propertyNames, items, prefixItems, anyOf, oneOf, allOf } = schema;
  return [
    ...Object.values(properties ?? {}),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
    ...[propertyNames, items].filter(one => one !== undefined),
    ...[prefixItems, anyOf, oneOf, allOf].flatMap(some => some ?? []),
  ];
}

/** Every operation of the document. */
export function* operationsOf(document: OpenAPIObject): Generator<[path: string, Method, Operation]> {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) yield [path, method, operation];
    }
  }
}
