import {
  applyDecorators,
  Controller,
  type ExceptionFilter,
  Get,
  Header,
  HttpCode,
  Post,
  type Type,
  UseFilters,
} from '@nestjs/common';
import { Public } from '../access/access.decorator.js';
import type { EventType } from '../event-log/event-types.js';
import { Mutation } from '../mutations/mutation.decorator.js';
import { Docs } from '../routes/docs.decorator.js';
import { OutsideV1 } from '../routes/outside-v1.decorator.js';
import { PAGE_CSP } from './form-page.js';

/** A controller of pages that people reach by a mail, at a path of their own; `errors` shows them what went wrong. */
export const PageController = (path: string, errors: Type<ExceptionFilter>) =>
  applyDecorators(Controller(path), OutsideV1(), Docs.hidden(), UseFilters(errors));

/** Answers a page to anybody who opens it. It consumes nothing. */
export const ShowPage = () => applyDecorators(Get(), Public(), ...PAGE_HEADERS);

/** Does what the form of a page asks for, which leaves one of `events`, and answers a page. */
export const SubmitPage = (events: readonly EventType[], path = '') =>
  applyDecorators(
    Post(path),
    HttpCode(200),
    Public(),
    Mutation(events, { idempotent: false }),
    ...PAGE_HEADERS,
  );

const PAGE_HEADERS = [
  Header('Content-Type', 'text/html; charset=utf-8'),
  Header('Content-Security-Policy', PAGE_CSP),
  Header('Cache-Control', 'no-store'),
];
