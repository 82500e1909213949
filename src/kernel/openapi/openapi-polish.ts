import { definedIds, ID_PATTERN } from '../database/ids.js';
import type { Operation } from './document-parts.js';

/**
 * Completes the parameters of an operation: adds those of the path that only the access guard reads, says what
 * the ids in the path stand for, and takes away examples, which Swagger UI would fill in and send.
 * `described` has what the route itself says of its path parameters.
 */
export function polishParameters(
  operation: Operation,
  path: string,
  described: Readonly<Record<string, string>> = {},
): void {
  const declared = (operation.parameters ?? []).map(parameter => 'name' in parameter && parameter.name);
  const missing = [...path.matchAll(/\{(\w+)\}/g)]
    .map(([, name]) => name!)
    .filter(name => !declared.includes(name));
  operation.parameters = [
    ...missing.map(name => ({
      name,
      in: 'path' as const,
      required: true,
      schema: { type: 'string' as const },
    })),
    ...(operation.parameters ?? []),
  ];
  for (const parameter of operation.parameters) {
    if (!('in' in parameter)) continue;
    delete parameter.example;
    delete parameter.examples;
    // Nest takes every header that a handler reads for required.
    if (parameter.in === 'header') {
      parameter.required = false;
      parameter.description ??= 'What happens once only, as `idempotency_key` in the body.';
    }
    if (parameter.in === 'path')
      parameter.description ??= described[parameter.name] ?? idAt(path, parameter.name);
    if (isObject(parameter.schema)) {
      if (parameter.in === 'path' && /^Id of .*`[a-z]{3}_…`\.$/.test(parameter.description ?? ''))
        parameter.schema.pattern = ID_PATTERN;
      delete parameter.schema.example;
      delete parameter.schema.examples;
    }
  }
}

/** What the id in a path stands for, by the collection before it. */
function idAt(path: string, name: string): string | undefined {
  const collection = path
    .slice(0, path.indexOf(`{${name}}`))
    .split('/')
    .at(-2);
  const found = [...definedIds()].find(
    ([, kind]) => collection !== undefined && kind.collection === collection,
  );
  return found && `Id of ${found[1].of}, \`${found[0]}_…\`.`;
}

/**
 * Removes what says nothing: Zod bounds every integer by what a double can count exactly, and adds to each `date-time` an
 * expression that spells out the calendar.
 */
export function removeNoise(node: unknown): void {
  if (Array.isArray(node)) node.forEach(removeNoise);
  if (!isObject(node)) return;
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
  if (node.format === 'date-time') delete node.pattern;
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
  for (const [key, child] of Object.entries(node)) {
    if (!VALUES.has(key)) removeNoise(child);
  }
}

const VALUES = new Set(['example', 'examples', 'default', 'enum', 'const']);

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
