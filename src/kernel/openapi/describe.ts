import type { Operation, Schema } from './document-parts.js';
import { VOCABULARY } from './vocabulary.js';

/** Describes every property that does not describe itself, in the words of the vocabulary. */
export function describeProperties(schemas: Iterable<Schema>): void {
  for (const schema of schemas) {
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const description = VOCABULARY[name];
      if (description !== undefined) property.description ??= description;
    }
  }
}

/** Describes every parameter that does not describe itself. */
export function describeParameters(operation: Operation): void {
  for (const parameter of operation.parameters ?? []) {
    if (!('in' in parameter)) continue;
    // The same words stand in its schema.
    const { description } = (parameter.schema ?? {}) as Schema;
    const words = parameter.description ?? description ?? VOCABULARY[parameter.name];
    if (words !== undefined) parameter.description = words;
    delete (parameter.schema as Schema | undefined)?.description;
  }
}
