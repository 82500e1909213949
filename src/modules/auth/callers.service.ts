import { Injectable } from '@nestjs/common';
import { AccessCache } from '../../kernel/access-cache/access-cache.js';
import { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { KeyLookup } from '../api-keys/key-lookup.service.js';
import { SessionService } from '../users/session.service.js';
import { type Caller, type KeyCaller, keyCaller, type UserCaller, userCaller } from './caller.js';
import type { Credentials } from './credentials.js';

const CTX = RequestContext.reading('authentication');

/** Finds out who a credential belongs to. */
@Injectable()
export class Callers {
  constructor(
    private readonly keys: KeyLookup,
    private readonly sessions: SessionService,
    private readonly cache: AccessCache,
  ) {}

  /** Who these credentials belong to, when it is remembered. */
  remembered({ kind, hash }: Credentials): Caller | undefined {
    if (kind === 'session') return this.cache.get<UserCaller>(hash);
    const key = this.keys.remembered(hash);
    return key && keyCaller(key);
  }

  /** The key with this hash. @throws AppError `invalid_api_key` */
  async ofKey(hash: string): Promise<KeyCaller> {
    const key = await this.keys.find(hash);
    if (!key) throw new AppError('invalid_api_key');
    return keyCaller(key);
  }

  /** The live session with this hash. @throws AppError `invalid_session` */
  async ofSession(hash: string): Promise<UserCaller> {
    const caller = await this.cache.getOrLoad(hash, async () => {
      const found = await this.sessions.resolve(CTX, hash);
      return found && userCaller(found);
    });
    if (!caller || caller.user.status !== 'activated') throw new AppError('invalid_session');
    return caller;
  }
}
