import { z } from 'zod';
import { isTouched, REDACTED } from '../../kernel/context/hidden-attributes.js';
import { redactedBy } from '../../kernel/visibility/shape.js';
import { explainedStep, VEIL } from './key-check.dto.js';
import { KEY_CHECKS } from './key-decision.js';
import { LOGGED_CHECKS } from './logged-refusals.js';

const explanation = z
  .object({
    allowed: z.boolean().describe('Whether the key was let in, whatever was answered then.'),
    steps: z
      .array(explainedStep)
      .describe(
        'The checks in the order they were made, up to the one that failed; none where the request was answered before.',
      ),
    answer: z
      .object({
        status: z.number().int().meta({ 'x-also-attribute': 'request_log.status' }),
        error_code: z.string().nullable().meta({ 'x-also-attribute': 'request_log.error_code' }),
      })
      .describe('What was answered.'),
    summary: z.string().describe('The same in a sentence.'),
  })
  .meta({ id: 'RequestExplanation' });
export type RequestExplanation = z.infer<typeof explanation>;

/** What a check tells of beside what it tells of a key: what the log recorded. */
const ALSO_TELLS: Readonly<Record<string, readonly string[]>> = {
  ip_allowed: ['request_log.ip'],
  permission_held: ['request_log.method', 'request_log.route'],
};
/** What every check tells of: how the request ended. */
const ENDINGS = ['request_log.status', 'request_log.error_code'];

/** The checks whose end, or the words for it, tell of something hidden; those with the same refusal among them. */
function veiledFrom(hidden: ReadonlySet<string>): Set<string> {
  const touched = (names: readonly string[]) => names.some(name => isTouched(hidden, name));
  if (touched(ENDINGS)) return new Set(LOGGED_CHECKS);
  const told = KEY_CHECKS.filter(({ check, tells }) => touched([...tells, ...(ALSO_TELLS[check] ?? [])]));
  const refusals = new Set(told.map(({ refusal }) => refusal));
  return new Set(KEY_CHECKS.filter(({ refusal }) => refusals.has(refusal)).map(({ check }) => check));
}

/**
 * As of a key's explanation: a check that tells of something hidden looks the same passed and failed, and so does what
 * came after it, unless a check that may be seen has failed.
 */
export const RequestExplanation = redactedBy(explanation, (whole, { hidden }) => {
  const veiled = veiledFrom(hidden);
  if (veiled.size === 0) return whole;
  const { steps } = whole;
  const veil = (check: string) => ({ check, ...VEIL });
  const shown = steps.map(step => (veiled.has(step.check) ? veil(step.check) : step));
  const failed = steps.find(({ passed }) => !passed);
  if (failed && !veiled.has(failed.check)) return { ...whole, steps: shown };
  const first = LOGGED_CHECKS.findIndex(check => veiled.has(check));
  return {
    allowed: REDACTED,
    steps: LOGGED_CHECKS.map((check, at) => (at < first ? { check, passed: true } : veil(check))),
    answer: whole.answer,
    summary: REDACTED,
  };
});
