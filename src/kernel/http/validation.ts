import { type ArgumentMetadata, Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import { AppError, type FieldError, invalidFields } from '../errors/app-error.js';
import { codedIssue, isCoded } from './coded.js';
import { fixOf, messageOf, phrase } from './validation-phrases.js';

const MOST_ERRORS = 50;

// For every message that a schema does not bring itself.
z.config({ localeError: messageOf });

/** The one validation pipe: parses input with the schema its parameter declares. */
@Injectable()
export class ValidationPipe extends StandardSchemaValidationPipe {
  /** @throws AppError `validation_failed`, or the code of the field that is wrong; see `coded` */
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema } = metadata;
    if (!schema || !this.toValidate(metadata)) return value;
    // No body lacks the same fields as an empty one.
    const result = await this.validate(value === undefined && isCoded(schema) ? {} : value, schema);
    if (!result.issues) return result.value as T;
    const found = ofWhole(result.issues);
    const issues = metadata.type === 'query' ? found.map(ofRepeated(value)) : found;
    const coded = codedIssue(schema, issues);
    if (coded) {
      const errors = toFieldErrors(coded.issue as z.core.$ZodIssue, 'body');
      throw new AppError(coded.code, { param: errors[0]?.param, details: { errors } });
    }
    // A path parameter is validated by itself and has no path within itself.
    const root = metadata.type === 'param' ? (metadata.data as string | undefined) : undefined;
    throw invalidInput(issues, root);
  }
}

/** Of what is no object at all, nothing is said but that: rules about its fields mean nothing then. */
function ofWhole(issues: readonly StandardSchemaV1.Issue[]): readonly StandardSchemaV1.Issue[] {
  const whole = issues.find(
    issue => !issue.path?.length && (issue as z.core.$ZodIssue).code === 'invalid_type',
  );
  return whole ? [whole] : issues;
}

const ONCE = phrase('must be given once', 'Send the parameter once.');

/** Says of a parameter that a query string gives several times that this is what is wrong with it. */
function ofRepeated(query: unknown) {
  return (issue: StandardSchemaV1.Issue): StandardSchemaV1.Issue => {
    const [param] = issue.path ?? [];
    const repeated = param !== undefined && Array.isArray((query as Record<string, unknown>)[String(param)]);
    return repeated ? { ...issue, message: ONCE } : issue;
  };
}

/** The error that says everything that is wrong; `root` names what has no path of its own. */
export function invalidInput(issues: readonly StandardSchemaV1.Issue[], root = 'body'): AppError {
  const errors = issues
    .flatMap(issue => toFieldErrors(issue as z.core.$ZodIssue, root))
    .slice(0, MOST_ERRORS);
  return invalidFields(errors);
}

function toFieldErrors(issue: z.core.$ZodIssue, root: string): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({
      param: [...path, key].join('.'),
      message: 'is not a known field',
      fix: 'Remove it, or check its spelling.',
    }));
  }
  return [{ param: path.join('.') || root, message: issue.message, fix: fixOf(issue) }];
}
