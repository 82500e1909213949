import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import type { EventType } from '../event-log/event-types.js';
import { MutationInterceptor } from './mutation.interceptor.js';
import { MUTATION, type MutationOptions } from './mutation-options.js';

export const READ = 'bailiwick:read';

/** A POST that changes nothing. Start-up fails for one with neither this nor {@link Mutation}. */
export const Read = () => SetMetadata(READ, true);

/**
 * Runs the handler in a unit of work that leaves exactly one entry of one of `events` in the
 * event log, and honours `Idempotency-Key` on POST.
 */
export const Mutation = (
  events: readonly EventType[],
  options: Partial<Omit<MutationOptions, 'events'>> = {},
) =>
  applyDecorators(
    SetMetadata(MUTATION, {
      events,
      secrets: [],
      idempotent: true,
      givesUpRight: false,
      whileSuspended: false,
      dryRun: false,
      ...options,
    } satisfies MutationOptions),
    UseInterceptors(MutationInterceptor),
  );
