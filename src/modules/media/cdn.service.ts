import { Injectable, Logger } from '@nestjs/common';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { type AnsweredBlob, answerWithBlob } from '../../kernel/storage/blob-answer.js';
import { BlobStorage } from '../../kernel/storage/blob-storage.js';
import type { CdnPath, SignedQuery } from './media.dto.js';
import { blobKey, type MediaFileEntity } from './media-file.entity.js';
import { ServedFiles } from './served-files.js';
import { SignedUrls } from './signed-urls.js';

/** What browsers show themselves without running anything of it. Everything else is to be saved. */
const SHOWN =
  /^(?:image\/(?!svg)[a-z0-9.+-]+|audio\/[a-z0-9.+-]+|video\/[a-z0-9.+-]+|text\/plain|application\/pdf)$/;
/** Should a browser show what it was told to save, it runs nothing of it and knows it as nobody's page. */
const SANDBOX = "sandbox; default-src 'none'";
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Serves files at their public or signed addresses, after RFC 9110, 9111 and 6266. */
@Injectable()
export class CdnService {
  private readonly logger = new Logger('Media');

  constructor(
    private readonly served: ServedFiles,
    private readonly signatures: SignedUrls,
    private readonly storage: BlobStorage,
  ) {}

  /**
   * Answers a GET or HEAD.
   * @throws AppError `not_found`, `signed_url_expired`, `range_not_satisfiable`, `storage_unavailable`
   */
  async serve(asked: CdnPath & SignedQuery, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const file = await this.admitted(asked);
    if (await answerWithBlob(this.storage, blobOf(file), request, reply)) return;
    this.logger.error({ media: file.id }, 'the bytes of a media file are missing from the storage');
    throw new AppError('not_found');
  }

  private async admitted({ prj, med, expires, signature }: CdnPath & SignedQuery): Promise<MediaFileEntity> {
    if (!isId(prj, 'prj') || !isId(med, 'med')) throw new AppError('not_found');
    const file = this.served.remembered(prj, med) ?? (await this.served.find(prj, med));
    if (!file) throw new AppError('not_found');
    if (file.visibility === 'public') return file;
    const verdict = this.signatures.check(prj, med, expires, signature);
    if (verdict === 'wrong') throw new AppError('not_found');
    if (verdict === 'expired') throw new AppError('signed_url_expired');
    return file;
  }
}

function blobOf(file: MediaFileEntity): AnsweredBlob {
  const { content_type: type, name, size, sha256 } = file;
  const shown = SHOWN.test(type);
  return {
    key: blobKey(file),
    size,
    sha256: sha256!,
    cacheControl: file.visibility === 'public' ? FOR_EVER : 'private',
    headers: {
      'content-type': type.startsWith('text/') ? `${type}; charset=utf-8` : type,
      'content-disposition': contentDisposition(name, { type: shown ? 'inline' : 'attachment' }),
      // Pages anywhere may show it: that is what it is served for.
      'cross-origin-resource-policy': 'cross-origin',
      ...(shown && type !== 'text/plain' ? {} : { 'content-security-policy': SANDBOX }),
    },
  };
}
