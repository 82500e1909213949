import { StandardSchemaValidationPipe } from '@nestjs/common';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { AppError } from '../errors/app-error.js';

/** One thing wrong with the input, as on the wire. */
export interface FieldError {
  param: string;
  message: string;
  fix: string;
}

/** The parts of a zod issue beyond the Standard Schema that help to say how to mend it. */
interface Issue extends StandardSchemaV1.Issue {
  code?: string;
  expected?: string;
  keys?: string[];
  values?: unknown[];
}

/** The one validation pipe: parses input with the schema its parameter declares. */
export const validationPipe = new StandardSchemaValidationPipe({
  exceptionFactory: issues => {
    const errors = issues.flatMap(issue => toFieldErrors(issue as Issue)).slice(0, 50);
    return new AppError('validation_failed', { param: errors[0]?.param, details: { errors } });
  },
});

function toFieldErrors(issue: Issue): FieldError[] {
  const path = (issue.path ?? []).map(part => String(typeof part === 'object' ? part.key : part));
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map(key => ({
      param: [...path, key].join('.'),
      message: 'is not a known field',
      fix: 'Remove it, or check its spelling.',
    }));
  }
  const message = lowerFirst(issue.message);
  return [{ param: path.join('.') || 'body', message, fix: fixFor(issue, message) }];
}

function fixFor(issue: Issue, message: string): string {
  if (issue.code === 'invalid_type') return `Send ${article(issue.expected ?? 'value')}.`;
  if (issue.code === 'invalid_value') return `Send one of: ${(issue.values ?? []).join(', ')}.`;
  return message.startsWith('must ')
    ? `Send a value that ${message
        .slice(5)
        .replace(/^have /, 'has ')
        .replace(/^not be /, 'is not ')
        .replace(/^be /, 'is ')}.`
    : 'Correct the value.';
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
