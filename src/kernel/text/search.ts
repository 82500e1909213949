/**
 * The condition that folded text stands somewhere in a column, and its parameter. Not `LIKE`, whose pattern would
 * have wildcards to escape, and which takes twice as long.
 */
export function contains(column: string, search: string): { sql: string; parameters: string[] } {
  return { sql: `INSTR(${column}, ?) > 0`, parameters: [fold(search)] };
}

/**
 * Text as searches compare it, the same on every database: case and compatibility forms folded. Up and down
 * again, so that `ß` meets `SS`; and a sigma is a sigma wherever it stands in a word.
 */
export function fold(value: string): string {
  return value.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
