/** So many bytes at the beginning of a file tell what it is. */
export const HEAD_BYTES = 256 * 1024;
/** As much is looked at to tell text from other bytes, and markup from other text. */
const TEXT_BYTES = 4_096;

export const UNKNOWN = 'application/octet-stream';

/** Text that its bytes do not tell from other text; the ending of its name may, since none of it does harm as any other. */
const TEXT_ENDINGS: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  md: 'text/markdown',
  ics: 'text/calendar',
  vtt: 'text/vtt',
  json: 'application/json',
  css: 'text/css',
  js: 'text/javascript',
  mjs: 'text/javascript',
};

/** How files begin that are no text to anybody, though all their bytes may be text's: https://mimesniff.spec.whatwg.org/ */
const TEXT_SIGNATURES: readonly (readonly [signature: string, type: string])[] = [
  ['%PDF-', 'application/pdf'],
  ['%!PS-Adobe-', 'application/postscript'],
  ['{\\rtf', 'application/rtf'],
];

/**
 * What the bytes are, by the bytes: never what the uploader says, and by the ending of the name only which kind of plain
 * text. Whatever begins like markup is taken for markup, which browsers could run.
 */
export async function contentTypeOf(head: Buffer, name: string): Promise<string> {
  if (head.length === 0) return UNKNOWN;
  const signed = TEXT_SIGNATURES.find(
    ([signature]) => head.toString('latin1', 0, signature.length) === signature,
  );
  if (signed) return signed[1];
  const text = textOf(head.subarray(0, TEXT_BYTES));
  if (text !== null) return markupType(text) ?? TEXT_ENDINGS[endingOf(name)] ?? 'text/plain';
  // Loaded with the first such file. It knows no text but XML, and could take some for something else.
  const { fileTypeFromBuffer } = await import('file-type/core');
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  return found?.mime.split(';', 1)[0]!.trim().toLowerCase().slice(0, 100) ?? UNKNOWN;
}

function endingOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase();
}

/** Characters that no text has: https://mimesniff.spec.whatwg.org/#binary-data-byte */

const BINARY = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/;

/** The bytes as text, as far as ASCII goes; null when they are none. */
function textOf(bytes: Buffer): string | null {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : null;
  const text = wide
    ? new TextDecoder(wide).decode(bytes)
    : bytes.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  return BINARY.test(text) ? null : text;
}

/** What may stand before the root element: white space, comments, a declaration, a document type, instructions. */
const PROLOG = /^(?:\s+|<!--[^]*?-->|<\?[^]*?\?>)*/;

function markupType(text: string): string | null {
  const declared = /^\s*<\?xml/i.test(text);
  const rest = text.slice(PROLOG.exec(text)![0].length);
  if (/^<svg[\s>]/i.test(rest) || /^<!doctype\s+svg/i.test(rest)) return 'image/svg+xml';
  if (declared)
    return /^<(?:!doctype\s+)?html[\s>]/i.test(rest) ? 'application/xhtml+xml' : 'application/xml';
  return /^<[a-z!/?]/i.test(rest) || /^\s*<[a-z!/?]/i.test(text) ? 'text/html' : null;
}
