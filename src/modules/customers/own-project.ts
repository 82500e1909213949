import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';

/**
 * The project that a route without one in its path means: the key's own.
 * @throws AppError `api_key_required` for people, whom such a route names no project
 */
export function ownProject(ctx: RequestContext): string {
  if (!ctx.project) throw new AppError('api_key_required');
  return ctx.project.id;
}
