import { Catch, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../errors/app-error.js';
import { toAppError } from './error.filter.js';
import { messagePage, PAGE_CSP } from './page.js';

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
      .type('text/html; charset=utf-8')
      .send(messagePage('That did not work', `${textOf(error)} (${request.id})`));
  }
}

/** A field that is not valid means nothing to somebody who has filled in no form. */
function textOf(error: AppError): string {
  if (error.code !== 'validation_failed' || error.param !== 'token') return error.message;
  return 'The link is not complete. Open it as it stands in the e-mail.';
}
