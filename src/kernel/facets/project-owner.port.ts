import type { RequestContext } from '../context/request-context.js';

/** What teams need to know of who owns a project; the `projects` module answers it. */
export abstract class ProjectOwner {
  /** The user who owns the project; null when there is no such project. */
  abstract of(ctx: RequestContext, projectId: string): Promise<string | null>;

  /**
   * Whether somebody other than this user owns the project. When so, nobody can transfer the project, or do
   * the same, before the caller's unit of work ends.
   */
  abstract lockOwnedByOther(ctx: RequestContext, projectId: string, userId: string): Promise<boolean>;
}
