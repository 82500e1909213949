import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { ErrorCode } from '../errors/error-codes.js';

export const DOCS = 'bailiwick:docs';
export const TAG = 'bailiwick:tag';

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
  /** What the answer is, when it is a file instead, whole or in part. */
  bytes?: string;
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

const DONE: Record<number, string> = { 200: 'Done.', 201: 'Created.', 202: 'Accepted; it follows.' };

const BYTES = { '*/*': { schema: { type: 'string', format: 'binary' } } };

/** Documents a route, and sets its success status: 200 for `ok`, 201 for `created`, 202 for `accepted`. */
export function Docs(docs: RouteDocs): MethodDecorator {
  const [status, schema] = docs.created
    ? [201, docs.created]
    : docs.accepted
      ? [202, docs.accepted]
      : [200, docs.ok];
  const answer = schema
    ? { standardSchema: schema, description: DONE[status] }
    : { content: BYTES, description: docs.bytes };
  return applyDecorators(
    SetMetadata(DOCS, docs),
    HttpCode(status),
    ApiOperation({ summary: docs.summary, description: docs.description }),
    ApiResponse({ status, ...answer }),
    ...otherAnswers(docs),
  );
}

/** Successes with another status than the route's own. */
function otherAnswers({ created, notCreated, bytes }: RouteDocs): MethodDecorator[] {
  if (notCreated) return [ApiResponse({ status: 200, standardSchema: created!, description: notCreated })];
  if (!bytes) return [];
  return [
    ApiResponse({ status: 206, content: BYTES, description: 'The part that `Range` asks for.' }),
    ApiResponse({ status: 304, description: 'Unchanged: `If-None-Match` names the present ETag.' }),
  ];
}

/** The heading a controller's routes stand under. */
Docs.tag = (tag: Tag): ClassDecorator => applyDecorators(SetMetadata(TAG, tag), ApiTags(tag.name));
