import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { Vault } from '../../kernel/crypto/vault.js';
import type { SignedMediaUrl } from './media.dto.js';
import type { MediaFileEntity } from './media-file.entity.js';
import { cdnPath } from './media-url.js';

const PURPOSE = 'media.signed-url';

/** Signs addresses of private files: HMAC-SHA256 over project, file and expiry, under a key of its own of `APP_SECRET`. */
@Injectable()
export class SignedUrls {
  constructor(
    private readonly vault: Vault,
    private readonly config: Config,
  ) {}

  /** An address that works for so many seconds. */
  sign(file: MediaFileEntity, seconds: number): SignedMediaUrl {
    const expires = Math.ceil(Date.now() / 1_000) + seconds;
    const signature = this.vault.sign(PURPOSE, signed(file.project_id, file.id, String(expires)));
    return {
      url: `${this.config.publicUrl}${cdnPath(file)}?expires=${expires}&signature=${signature}`,
      expires_at: new Date(expires * 1_000).toISOString(),
    };
  }

  /** Whether a signature is ours and still holds. */
  check(projectId: string, id: string, expires: unknown, signature: unknown): 'valid' | 'expired' | 'wrong' {
    if (typeof expires !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(expires))
      return 'wrong';
    if (!this.vault.verify(PURPOSE, signed(projectId, id, expires), signature)) return 'wrong';
    return Number(expires) * 1_000 > Date.now() ? 'valid' : 'expired';
  }
}

function signed(projectId: string, id: string, expires: string): string {
  return `${projectId}\n${id}\n${expires}`;
}
