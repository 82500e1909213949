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

/** Accents and other marks that a letter is written with or without. */
const MARKS = /[\u0300-\u036f]/g;
/** Letters that Unicode does not take apart, and what people type for them. */
const PLAIN: Readonly<Record<string, string>> = { ł: 'l', ø: 'o', đ: 'd', ħ: 'h', ı: 'i', æ: 'ae', œ: 'oe' };

/**
 * Text as searches compare it, the same on every database: blind to case, accents and compatibility forms, so that
 * `lowenthal` finds `Löwenthal` and `istanbul` finds `İstanbul`.
 */
export function fold(value: string): string {
  return foldCase(value)
    .normalize('NFKD')
    .replace(MARKS, '')
    .normalize('NFKC')
    .replace(/[łøđħıæœ]/g, letter => PLAIN[letter]!);
}

/**
 * Text without regard to case and compatibility forms, for what must not exist twice. Up and down again, so that
 * `ß` meets `SS`; and a sigma is a sigma wherever it stands in a word.
 */
export function foldCase(value: string): string {
  return value.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
