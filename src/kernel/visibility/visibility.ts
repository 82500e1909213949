import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type HiddenAttributes, isTouched, REDACTED } from '../context/hidden-attributes.js';
import type { RequestContext } from '../context/request-context.js';
import { AppError, invalidField } from '../errors/app-error.js';
import { answerOf, attributesOf, DOCS, type RouteDocs } from '../routes/docs.decorator.js';
import { AttributeCatalog } from './attribute-catalog.js';

/** Query parameters that say how much to answer, or how, not what about. */
const PLAIN = new Set(['limit', 'cursor', 'dry_run']);
const TIMES = new Set(['from', 'to', 'since', 'until', 'at']);
const ORDERS = new Set(['sort', 'order', 'sort_by', 'order_by']);

/**
 * Keeps hidden attributes from whoever they are hidden from, on every route there is: what is answered
 * (also a replay, also an error's details) and what can be found out by filtering. It hangs on Fastify's
 * `preSerialization` rather than on an interceptor: outside everything that may answer, and a single
 * comparison for the many requests that have nothing hidden.
 */
@Injectable()
export class Visibility {
  constructor(
    private readonly catalog: AttributeCatalog,
    private readonly reflector: Reflector,
  ) {}

  /** Hooks into every answer. */
  attach(fastify: FastifyInstance): void {
    fastify.addHook('preSerialization', (request, reply, payload, done) => {
      const { hiding } = request;
      if (hiding === undefined) return done(null, payload);
      try {
        done(null, reply.statusCode < 400 ? hiding.answer(payload) : hiding.error(payload));
      } catch (error) {
        done(error as Error);
      }
    });
  }

  /**
   * Prepares a request whose caller has something hidden; called by the access guard once it is admitted.
   * @throws AppError `attribute_hidden` when it filters or sorts by something hidden, `validation_failed`
   *   when it would write the stand-in of a hidden value over the value
   */
  prepare(request: FastifyRequest, ctx: RequestContext, handler: (...parameters: never[]) => unknown): void {
    const docs = this.reflector.get<RouteDocs | undefined>(DOCS, handler);
    const redaction = this.catalog.redaction(ctx.hidden);
    const schema = docs && answerOf(docs);
    const redact = schema ? redaction.of(schema) : (value: unknown) => redaction.byPropertyName(value);
    request.hiding = {
      answer: value => (redact ? redact(value) : value),
      error: value => hideInError(value, details => redaction.byPropertyName(details)),
    };
    if (docs) this.refuseFilters(request.query as Record<string, unknown>, docs, ctx.hidden);
    const param = request.body === undefined ? null : findRedacted(request.body, []);
    if (param !== null) {
      throw invalidField(param, `is ${REDACTED}, which stands for a hidden value`, 'Leave the field out.');
    }
  }

  private refuseFilters(query: Record<string, unknown>, docs: RouteDocs, hidden: HiddenAttributes): void {
    for (const [param, value] of Object.entries(query)) {
      if (PLAIN.has(param)) continue;
      const attribute = this.attributesBehind(param, String(value), docs).find(name =>
        isTouched(hidden, name),
      );
      if (attribute === undefined) continue;
      throw new AppError('attribute_hidden', { param, details: { attribute } });
    }
  }

  /** What a query parameter filters or sorts by: as the route declares it, else the attribute of its name. */
  private attributesBehind(param: string, value: string, docs: RouteDocs): readonly string[] {
    const declared = docs.filters?.[param];
    if (declared) return attributesOf(declared, value);
    return this.catalog.subjectsOf(docs).map(subject => {
      // A search that does not say what it looks through may look through anything.
      if (param === 'q') return subject;
      if (TIMES.has(param)) return `${subject}.created_at`;
      if (ORDERS.has(param)) return `${subject}.${/[a-z][a-z0-9_.]*/i.exec(value)?.[0] ?? ''}`;
      return `${subject}.${param}`;
    });
  }
}

/** An error says in `details` what it is about: values, apart from what was wrong with the input. */
function hideInError(body: unknown, hide: (details: unknown) => unknown): unknown {
  const { error } = body as { error?: { details?: Record<string, unknown> } };
  if (!error?.details) return body;
  const { errors, ...details } = error.details;
  const hidden = hide(details) as Record<string, unknown>;
  return { error: { ...error, details: errors === undefined ? hidden : { ...hidden, errors } } };
}

/** Where a body holds the stand-in of a hidden value, or null. */
function findRedacted(value: unknown, path: string[]): string | null {
  if (value === REDACTED) return path.join('.') || 'body';
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = findRedacted(inner, [...path, key]);
    if (found !== null) return found;
  }
  return null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** How to hide what is hidden from the caller; absent for those who see everything. */
    hiding?: { answer(value: unknown): unknown; error(value: unknown): unknown };
  }
}
