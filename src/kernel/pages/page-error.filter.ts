import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../errors/app-error.js';
import type { FieldError } from '../errors/app-error.js';
import { toAppError } from '../http/error.filter.js';
import {
  formPage,
  INCOMPLETE_LINK,
  messagePage,
  PAGE_CSP,
  type PageForm,
  type PageLink,
} from './form-page.js';

/** What to do about a link that is used up or too old. */
export interface Remedy {
  readonly text: string;
  readonly link?: PageLink;
}

/** What pages offer whose link, to activate an account or to set a password, is good no longer; for pages at the root. */
export const NEW_LINK: Remedy = {
  text: 'If your account is active, sign in. Otherwise ask for a new link.',
  link: { label: 'Ask for a new link', href: 'new-link' },
};

/** Shows an error to the person in front of a page, where an API client would get JSON. */
@Catch()
@Injectable()
export class PageErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Error');
  /** Said of a token that is not good, or no longer. */
  protected readonly remedy: Remedy | null = null;

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
    const remedy = error.code === 'invalid_token' ? this.remedy : null;
    const text = remedy ? `The link is unknown, already used or expired. ${remedy.text}` : textOf(error);
    return messagePage('That did not work', `${text} (${request.id})`, remedy?.link);
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
  return isAboutToken(error) ? INCOMPLETE_LINK : error.message;
}

function isAboutToken({ code, details }: AppError): boolean {
  const errors = (details?.errors ?? []) as FieldError[];
  return code === 'validation_failed' && errors.some(({ param }) => param === 'token');
}
