/** Properties of these names, in whatever object: identity, references, envelopes. */
const PROPERTIES = new Set(['id', 'object', 'deleted', 'counts']);

/**
 * Whether an attribute is structural by its name alone: it holds answers together, and no rule can hide it. What
 * is so for another reason says `x-structural` in its schema.
 */
export function isStructuralName(attribute: string): boolean {
  const property = attribute.split('.').slice(1).at(-1);
  return property === undefined || PROPERTIES.has(property) || property.endsWith('_id');
}
