import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../errors/app-error.js';
import type { FieldError } from '../errors/app-error.js';
import { toAppError } from '../http/error.filter.js';
import { formPage, messagePage, PAGE_CSP, type PageForm } from './form-page.js';

/** Shows an error to the person in front of a page, where an API client would get JSON. */
@Catch()
@Injectable()
export class PageErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Error');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const error = toAppError(thrown);
    if (error.entry.status >= 500) this.logger.error({ request_id: request.id, err: error.cause ?? error });
    request.errorCode = error.code;
    void http
      .getResponse<FastifyReply>()
      .status(error.entry.status)
      .header('Content-Security-Policy', PAGE_CSP)
      .header('Cache-Control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(this.page(error, request));
  }

  /** The page for an error that the form's next try can mend, or one that only says what happened. */
  protected page(error: AppError, request: FastifyRequest): string {
    return messagePage('That did not work', `${textOf(error)} (${request.id})`);
  }
}

/** Shows a form again, with what was wrong, so that a mistake in it does not cost the mailed link. */
export abstract class FormErrorFilter extends PageErrorFilter {
  /** The form, with what was posted where it may be shown again. */
  protected abstract form(posted: Record<string, unknown>): PageForm;

  protected override page(error: AppError, request: FastifyRequest): string {
    const posted = (request.body ?? {}) as Record<string, unknown>;
    const { token } = posted;
    if (error.code !== 'validation_failed' || typeof token !== 'string' || isAboutToken(error)) {
      return super.page(error, request);
    }
    const errors = (error.details?.errors ?? []) as FieldError[];
    return formPage(this.form(posted), { token, problem: errors.map(({ fix }) => fix).join(' ') });
  }
}

/** A field that is not valid means nothing to somebody who has filled in no form. */
function textOf(error: AppError): string {
  return isAboutToken(error)
    ? 'The link is incomplete. Open it exactly as it appears in the e-mail.'
    : error.message;
}

function isAboutToken({ code, details }: AppError): boolean {
  const errors = (details?.errors ?? []) as FieldError[];
  return code === 'validation_failed' && errors.some(({ param }) => param === 'token');
}
