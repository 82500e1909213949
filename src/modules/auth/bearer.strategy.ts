import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-http-bearer';
import { hashToken } from '../../kernel/crypto/tokens.js';
import { SESSION_PREFIX } from '../users/session.service.js';
import { Callers } from './callers.service.js';

/**
 * `Authorization: Bearer <key or session token>`. The guard has checked the header's form before. Passport runs the
 * strategy to find out who calls, and nothing else; `AccessGuard` decides what the caller may do.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor(private readonly callers: Callers) {
    super();
  }

  validate(token: string) {
    const hash = hashToken(token);
    return token.startsWith(SESSION_PREFIX) ? this.callers.ofSession(hash) : this.callers.ofKey(hash);
  }
}
