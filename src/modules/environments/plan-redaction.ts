import { REDACTED } from '../../kernel/context/hidden-attributes.js';
import { targetDefinition } from '../../kernel/event-log/targets.js';
import type { Hiding } from '../../kernel/visibility/shape.js';

/** What visibility rules call the items of a part, where that is not its name without the plural's s. */
const RESOURCES: Readonly<Record<string, string>> = { '': 'project', visibility: 'visibility_rule' };

/** The attribute that a path of a configuration shows, and what stands between it and its part. */
function readPath(path: string): { part: string; name: string; field: string; resource: string } {
  const segments = path.split('.');
  const field = segments.pop()!;
  const [part = '', ...names] = segments;
  return { part, name: names.join('.'), field, resource: RESOURCES[part] ?? part.replace(/s$/, '') };
}

/** A change or difference at a path, without the values that are hidden and without an item's name that is. */
export function redactAtPath<T extends { readonly path: string }>(
  shown: T,
  values: readonly (keyof T)[],
  hiding: Hiding,
): T {
  const { part, name, field, resource } = readPath(shown.path);
  const label = name && hiding.label(targetDefinition(resource)?.name, name);
  const path = [part, label, field].filter(piece => piece !== '').join('.');
  const hidden = hiding.label([`${resource}.${field}`], '') === REDACTED;
  const redacted = Object.fromEntries(values.map(value => [value, REDACTED]));
  return { ...shown, path, ...(hidden ? redacted : {}) };
}
