import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import type { z } from 'zod';
import type { ErrorCode } from '../errors/error-codes.js';

export const DOCS = 'bailiwick:docs';
export const TAG = 'bailiwick:tag';
export const HIDDEN = 'bailiwick:hidden';

/** A heading of the Swagger page. */
export interface Tag {
  readonly name: string;
  readonly description: string;
  /** Headings stand in the order of their places. */
  readonly place: number;
}

/** What the Swagger page says of a route, beyond what its access rule and events already tell. */
export interface RouteDocs {
  summary: string;
  description?: string;
  /** The operation's id, where `Controller_handler` would mislead: `Session_list`. */
  name?: string;
  /** Operations with a place stand before the others under their heading, in the order of their places. */
  place?: number;
  /** Schema of the answer when it is 200, 201 or 202; exactly one of them. */
  ok?: z.ZodType;
  created?: z.ZodType;
  accepted?: z.ZodType;
  /** When the answer can be 200 instead of 201, of the same form: what happened then. */
  notCreated?: string;
  /** When the answer can be 503 instead of 200, of the same form: what is the matter then. */
  unavailable?: string;
  /** What the answer is, when it is a file instead, whole or in part. */
  bytes?: string;
  /** Schema of the form with a file that the route takes, as the page shows it. */
  form?: object;
  /** Codes the route can answer beside those every route of its kind can. */
  errors?: readonly ErrorCode[];
  /** What parameters of the path mean, where they are not the id that the collection before them says. */
  params?: Readonly<Record<string, string>>;
  /** Codes that the route answers with 403 instead of their usual status. */
  forbidden?: readonly ErrorCode[];
  /**
   * The attributes that query parameters filter, search or sort by, where their names do not say it
   * (`ip` filters by the `ip` of what is listed): refused when one is hidden from the caller.
   */
  filters?: Readonly<Record<string, FilteredBy>>;
}

/** Attributes, or what tells them from the parameter's value, and only once all modules are there. */
export type FilteredBy = readonly string[] | ((value: string) => readonly string[]);

/** The attributes that a parameter with this value filters by. */
export function attributesOf(filter: FilteredBy, value: string): readonly string[] {
  return typeof filter === 'function' ? filter(value) : filter;
}

/** The schema of a route's answer. */
export function answerOf(docs: RouteDocs): z.ZodType | undefined {
  return docs.created ?? docs.accepted ?? docs.ok;
}

/** The status of a route's answer: 200 for `ok` and for a file, 201 for `created`, 202 for `accepted`. */
export function statusOf({ created, accepted }: RouteDocs): number {
  return created ? 201 : accepted ? 202 : 200;
}

/**
 * Documents a route, and sets its success status. Swagger is told only when the document is made: it is large, and few
 * ever ask for the document.
 */
export function Docs(docs: RouteDocs): MethodDecorator {
  return applyDecorators(SetMetadata(DOCS, docs), HttpCode(statusOf(docs)));
}

/** The heading a controller's routes stand under. */
Docs.tag = (tag: Tag): ClassDecorator => SetMetadata(TAG, tag);

/** Leaves a route, or all of a controller, out of the document. */
Docs.hidden = (): ClassDecorator & MethodDecorator => SetMetadata(HIDDEN, true);
