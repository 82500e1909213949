import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../errors/app-error.js';

/** A path that is served: its template's segments, and the methods it takes. */
interface KnownRoute {
  readonly template: string;
  readonly segments: readonly string[];
  readonly methods: Set<string>;
}

/** Every route that Fastify serves, to tell whoever matches none of them what is wrong. */
export class KnownRoutes {
  private readonly routes = new Map<string, KnownRoute>();

  /** Learns of the routes that are added from now on. */
  observe(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ url, method }) => {
      const known = this.routes.get(url) ?? { template: url, segments: segmentsOf(url), methods: new Set() };
      for (const one of [method].flat()) known.methods.add(one);
      this.routes.set(url, known);
    });
  }

  /**
   * Why no route matches: `method_not_allowed` (405, with `Allow`; RFC 9110, section 15.5.6), or `route_not_found`,
   * with the template that was probably meant. What the client sent is never repeated.
   */
  trouble({ url }: FastifyRequest): AppError {
    const path = url.split('?', 1)[0]!;
    const here = this.at(path, same);
    if (here.length) {
      const allow = [...new Set(here.flatMap(({ methods }) => [...methods]))].sort();
      const message = `This route takes ${listOf(allow)}.`;
      return new AppError('method_not_allowed', { message, allow });
    }
    const tidy = `/${segmentsOf(path).join('/')}`;
    const [meant] = [...this.at(tidy, sameInAnyCase), ...this.at(`/v1${tidy}`, sameInAnyCase)];
    if (!meant) return new AppError('route_not_found');
    const template = meant.template.replace(/:(\w+)/g, '{$1}');
    return new AppError('route_not_found', { message: `There is no such route. Did you mean ${template}?` });
  }

  /** The routes that match `path` with one method or another; those with fewer parameters first. */
  private at(path: string, equal: (one: string, other: string) => boolean): KnownRoute[] {
    const asked = path.split('/').slice(1);
    return [...this.routes.values()]
      .filter(
        ({ segments }) =>
          segments.length === asked.length &&
          segments.every((segment, at) =>
            segment.startsWith(':') ? asked[at] !== '' : equal(segment, asked[at]!),
          ),
      )
      .sort((one, other) => parametersOf(one) - parametersOf(other));
  }
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter(Boolean);
}

function parametersOf({ segments }: KnownRoute): number {
  return segments.filter(segment => segment.startsWith(':')).length;
}

function same(one: string, other: string): boolean {
  return one === other;
}

function sameInAnyCase(one: string, other: string): boolean {
  return one === other.toLowerCase();
}

/** `GET`, `GET and HEAD`, `GET, HEAD and POST`. */
function listOf(words: readonly string[]): string {
  const last = words.at(-1)!;
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${last}` : last;
}
