/** What no number that a double cannot hold exactly is without: many digits, or a negative exponent. */
const SUSPICIOUS = /[\d.]{16}|\de-/i;
/** Strings, to be passed over, and numbers. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

/**
 * JSON whose every number that would be rounded to a whole one becomes one that no schema takes (`1e999`, which is read
 * as Infinity): `0.99999999999999999999`, `9007199254740991.4`, `1e-400`. Otherwise somebody would be charged another
 * amount than the one on the wire. `text` must be valid JSON. Whole numbers beyond 2^53 − 1 and fractions stay what
 * doubles make of them: those are out of range of every amount already.
 */
export function refuseInexact(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text.replace(TOKENS, token => (token.startsWith('"') || isExact(token) ? token : '1e999'));
}

/** Whether a number of JSON is read as what was written, or as nothing that an amount could be. */
function isExact(token: string): boolean {
  const read = Number(token);
  if (!Number.isSafeInteger(read)) return true;
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(
    token,
  )!;
  const digits = BigInt(`${whole}${fraction}`);
  const scale = Number(exponent) - fraction.length;
  if (digits === 0n) return true;
  if (scale < 0 && -scale > token.length) return false;
  const written =
    scale >= 0
      ? digits * 10n ** BigInt(scale)
      : digits % 10n ** BigInt(-scale) === 0n
        ? digits / 10n ** BigInt(-scale)
        : null;
  return written !== null && (sign ? -written : written) === BigInt(read);
}
