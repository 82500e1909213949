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
