/**
 * The condition that `column` is like the parameter of that name, a pattern made here. Its escape character
 * is not the backslash, which MySQL and MariaDB would take for an escape of the closing quote.
 */
export function like(column: string, parameter: string): string {
  return `${column} LIKE :${parameter} ESCAPE '!'`;
}

/** A pattern for {@link like} that finds folded text anywhere; its own wildcards are literal. */
export function containsPattern(search: string): string {
  return `%${prefixPattern(search)}`;
}

/** A pattern for {@link like} that finds what begins with folded text. */
export function prefixPattern(beginning: string): string {
  return `${fold(beginning).replace(/[!%_]/g, '!$&')}%`;
}

/**
 * Text as searches compare it, the same on every database: case and compatibility forms folded. Up and down
 * again, so that `ß` meets `SS`; and a sigma is a sigma wherever it stands in a word.
 */
export function fold(value: string): string {
  return value.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
