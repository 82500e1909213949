import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { RecoveryCodeEntity, TotpEntity } from './totp.entity.js';

@Injectable()
export class TotpRepository {
  constructor(private readonly database: Database) {}

  find(ctx: RequestContext, userId: string): Promise<TotpEntity | null> {
    return this.database.read(ctx).findOneBy(TotpEntity, { user_id: userId });
  }

  hasRecoveryCode(ctx: RequestContext, userId: string, hash: string): Promise<boolean> {
    return this.database.read(ctx).existsBy(RecoveryCodeEntity, { user_id: userId, code_hash: hash });
  }

  countRecoveryCodes(ctx: RequestContext, userId: string): Promise<number> {
    return this.database.read(ctx).countBy(RecoveryCodeEntity, { user_id: userId });
  }

  /** Puts a secret and recovery codes in place of those the user had. The user's row is locked. */
  async replace(ctx: RequestContext, totp: TotpEntity, codeHashes: readonly string[]): Promise<void> {
    await this.delete(ctx, totp.user_id);
    const manager = await this.database.write(ctx);
    await manager.insert(TotpEntity, totp);
    const codes = codeHashes.map(code_hash => ({ code_hash, user_id: totp.user_id }));
    await manager.insert(RecoveryCodeEntity, codes);
  }

  async delete(ctx: RequestContext, userId: string): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.delete(RecoveryCodeEntity, { user_id: userId });
    await manager.delete(TotpEntity, { user_id: userId });
  }

  /** Uses up the codes of a time step and all before; false when somebody else just did, or the secret changed. */
  async useStep(ctx: RequestContext, { user_id, sealed_secret }: TotpEntity, step: number): Promise<boolean> {
    const which = { user_id, sealed_secret, last_step: LessThan(step) };
    const manager = await this.database.write(ctx);
    return (await manager.update(TotpEntity, which, { last_step: step })).affected === 1;
  }

  /** Uses a recovery code up; false when somebody else just did. */
  async useRecoveryCode(ctx: RequestContext, userId: string, hash: string): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { user_id: userId, code_hash: hash };
    return (await manager.delete(RecoveryCodeEntity, which)).affected === 1;
  }
}
