import { invalidField } from '../errors/app-error.js';

/**
 * The values of a parameter that are separated by commas, each once; undefined when there are none.
 * @throws AppError `validation_failed` for more than `most`, and for one that is not among `known`
 */
export function commaSeparated(
  param: string,
  value: string | undefined,
  { most, known }: { most: number; known?: readonly string[] },
): string[] | undefined {
  const values = [...new Set((value ?? '').split(',').map(one => one.trim()))].filter(Boolean);
  if (values.length > most)
    throw invalidField(param, `has more than ${most} values`, `Send at most ${most}.`);
  if (known && values.some(one => !known.includes(one)))
    throw invalidField(param, 'has a value that is unknown', `Choose among ${known.join(', ')}.`);
  return values.length ? values : undefined;
}
