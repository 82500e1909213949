/**
 * What no rule can hide: what holds answers together, says what one works in, or is a rule itself.
 * Everything else that a response schema shows is an attribute a rule may name.
 */

/** Properties of these names, in whatever object: identity, references, envelopes. */
const PROPERTIES = new Set(['id', 'object', 'deleted', 'counts']);

/** Whole resources. Who may read roles and rules is a matter of `roles:read` and `visibility:read`. */
const RESOURCES = new Set([
  'who_am_i',
  'lookup',
  'role',
  'visibility_rule',
  'visibility_attribute_list',
  'permission_list',
]);

const ATTRIBUTES = new Set([
  // Without them nobody could tell which project they work in, and why something is refused.
  'project.name',
  'project.status',
  'project.environment',
  // What the caller may do. Values among them are hidden by the settings themselves.
  'project.actions',
  // Shown once to whoever has just made it.
  'issued_api_key.secret',
]);

/** Whether `attribute` is structural: it cannot be hidden, nor can anything below it. */
export function isStructural(attribute: string): boolean {
  const [resource, ...path] = attribute.split('.');
  if (RESOURCES.has(resource!) || ATTRIBUTES.has(attribute)) return true;
  const property = path.at(-1);
  return property === undefined || PROPERTIES.has(property) || property.endsWith('_id');
}
