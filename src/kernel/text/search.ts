/** How much of a text searches look at, in UTF-16 units: no more would fit into an index on MySQL and MariaDB. */
export const SEARCHED = 600;

/** Folded text, cut to what searches look at. */
export function searchedText(value: string): string {
  return fold(value).slice(0, SEARCHED).toWellFormed();
}

/**
 * The condition that folded text stands somewhere in a column, and its parameter. Not `LIKE`, whose pattern would
 * have wildcards to escape, and which takes twice as long.
 */
export function contains(column: string, search: string): { sql: string; parameters: string[] } {
  return { sql: `INSTR(${column}, ?) > 0`, parameters: [searchedText(search)] };
}

/**
 * Text as searches compare it, the same on every database: case and compatibility forms folded. Up and down
 * again, so that `ß` meets `SS`; and a sigma is a sigma wherever it stands in a word.
 */
export function fold(value: string): string {
  return value.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
