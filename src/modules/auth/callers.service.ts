import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { KeyLookup } from '../api-keys/key-lookup.service.js';
import { SessionService } from '../users/session.service.js';
import { AccessCache } from '../../kernel/access-cache/access-cache.js';
import { keyCaller, userCaller, type KeyCaller, type UserCaller } from './caller.js';

const CTX = RequestContext.reading('authentication');

/** Finds out who a credential belongs to. */
@Injectable()
export class Callers {
  constructor(
    private readonly keys: KeyLookup,
    private readonly sessions: SessionService,
    private readonly cache: AccessCache,
  ) {}

  /** The key with this hash. @throws AppError `invalid_api_key` */
  async ofKey(hash: string): Promise<KeyCaller> {
    const caller = await this.cache.getOrLoad(hash, async () => {
      const key = await this.keys.find(CTX, hash);
      return key && keyCaller(key);
    });
    if (!caller) throw new AppError('invalid_api_key');
    return caller;
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
