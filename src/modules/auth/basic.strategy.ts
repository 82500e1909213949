import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { BasicStrategy as Strategy } from 'passport-http';
import { hashToken } from '../../kernel/crypto/tokens.js';
import { Callers } from './callers.service.js';

/**
 * `Authorization: Basic base64("api-key:" + secret)`. The guard has checked the header's form before. Passport runs the
 * strategy to find out who calls, and nothing else; `AccessGuard` decides what the caller may do.
 */
@Injectable()
export class BasicStrategy extends PassportStrategy(Strategy, 'basic') {
  constructor(private readonly callers: Callers) {
    super();
  }

  validate(_user: string, secret: string) {
    return this.callers.ofKey(hashToken(secret));
  }
}
