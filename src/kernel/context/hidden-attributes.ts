/** What stands in an answer instead of an attribute hidden from whoever asks, whatever its type. */
export const REDACTED = '[REDACTED]';

/**
 * The attributes hidden from a caller, such as `customer.email`. An attribute includes everything below
 * it: `customer.metadata` hides `customer.metadata.plan` too.
 */
export type HiddenAttributes = ReadonlySet<string>;

/** What hides nothing: of owners, admins and everybody no rule names. */
export const NOTHING_HIDDEN: HiddenAttributes = new Set();

const MOST = 1_000;
let known = new Map<string, HiddenAttributes>();

/** One and the same set for the same attributes, so that what was compiled for it can be found again. */
export function hiddenAttributes(attributes: Iterable<string>): HiddenAttributes {
  const sorted = [...new Set(attributes)].sort();
  if (sorted.length === 0) return NOTHING_HIDDEN;
  const key = JSON.stringify(sorted);
  let hidden = known.get(key);
  if (!hidden) {
    if (known.size >= MOST) known = new Map();
    known.set(key, (hidden = new Set(sorted)));
  }
  return hidden;
}

/** Whether `attribute`, or something it is part of, is hidden. */
export function isHidden(hidden: HiddenAttributes, attribute: string): boolean {
  if (hidden.size === 0) return false;
  for (let name = attribute; name; name = name.slice(0, Math.max(name.lastIndexOf('.'), 0))) {
    if (hidden.has(name)) return true;
  }
  return false;
}

/** Whether anything of `attribute` is hidden: itself, what it is part of, or a part of it. */
export function isTouched(hidden: HiddenAttributes, attribute: string): boolean {
  if (isHidden(hidden, attribute)) return true;
  for (const name of hidden) if (name.startsWith(`${attribute}.`)) return true;
  return false;
}
