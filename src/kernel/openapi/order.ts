import type { OpenAPIObject } from '@nestjs/swagger';
import { METHODS } from './document-parts.js';
import type { Declarations } from './operation.js';

const LAST = Number.MAX_SAFE_INTEGER;

/**
 * The paths in the order in which somebody meets them: by heading; under it, what a route's `place` puts first, then what
 * is about projects, then each collection before its items, and those before what is done to them.
 */
export function inOrderOfWork(
  { paths }: OpenAPIObject,
  declarations: ReadonlyMap<string, Declarations>,
): OpenAPIObject['paths'] {
  const byName = new Map([...declarations].map(([id, declared]) => [declared.docs?.name ?? id, declared]));
  const found = [...Object.keys(paths)].map(path => {
    const declared = METHODS.flatMap(method => {
      const operation = paths[path]![method];
      return operation ? [byName.get(operation.operationId ?? '')] : [];
    });
    const first = (of: (one: Declarations) => number | undefined) =>
      Math.min(...declared.map(one => (one && of(one)) ?? LAST));
    return { path, tag: first(one => one.tag?.place), place: first(one => one.docs?.place) };
  });
  const collections = new Map<string, number>();
  for (const { path } of found) {
    const collection = collectionOf(path);
    if (!collections.has(collection)) collections.set(collection, collections.size);
  }
  const key = ({ path, tag, place }: (typeof found)[number]) => [
    tag,
    place,
    path.startsWith('/v1/projects') ? 0 : 1,
    collections.get(collectionOf(path))!,
    path.split('/').length,
  ];
  const sorted = found.sort((one, other) => compare(key(one), key(other)));
  return Object.fromEntries(sorted.map(({ path }) => [path, paths[path]!]));
}

/** `/v1/projects/{id}/api-keys` of one key and of what is done to it; `/v1/events` of the collection itself. */
function collectionOf(path: string): string {
  return path
    .split('/')
    .slice(0, /^\/v1\/(projects|organizations)\/\{/.test(path) ? 5 : 3)
    .join('/');
}

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? 0 : one[at]! - other[at]!;
}
