import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Injectable, Logger } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { invalidInput } from '../../kernel/http/validation.js';
import { BlobStorage } from '../../kernel/storage/blob-storage.js';
import { searchedText } from '../../kernel/text/search.js';
import { contentTypeOf, UNKNOWN } from './content-type.js';
import { DiscardedMedia, LEASE_MS } from './discarded-media.service.js';
import { dimensionsOf } from './image-size.js';
import { Intake } from './intake.js';
import { type Media, toMedia, UploadFields } from './media.dto.js';
import { mediaTarget } from './media.service.js';
import { blobKey, type MediaFileEntity } from './media-file.entity.js';
import { MediaFileRepository } from './media-file.repository.js';
import { MediaQuota } from './media-quota.service.js';
import { isMultipart, readForm } from './multipart-form.js';
import { type TakenFile, Upload } from './upload.js';

const RENEW_MS = LEASE_MS / 4;
/** What a form has beside the file at most: boundaries, headers, the other fields. */
const FORM_BYTES = 65_536;

/** Whether what was uploaded is a new file, or one that the project had already. */
export interface Uploaded {
  readonly media: Media;
  readonly isNew: boolean;
}

/**
 * Takes files from the wire to the storage. The row comes first, as `processing` and under a lease, then the bytes, and
 * only once they are stored the unit of work that makes it a file of the project. Until then it is shown nowhere, and
 * whatever ends the upload, row and bytes go.
 */
@Injectable()
export class UploadService {
  private readonly logger = new Logger('Media');

  constructor(
    private readonly files: MediaFileRepository,
    private readonly quota: MediaQuota,
    private readonly discarded: DiscardedMedia,
    private readonly storage: BlobStorage,
    private readonly units: UnitOfWork,
    private readonly config: Config,
  ) {}

  /** The upload that a request announces; nothing of its body is read yet. @throws AppError `multipart_required` */
  announced(ctx: RequestContext, projectId: string, request: IncomingMessage): Upload {
    if (!isMultipart(request)) throw new AppError('multipart_required');
    return new Upload(ctx, projectId, request, upload => this.receive(upload));
  }

  /**
   * Makes a received upload a file of the project, in the caller's unit of work; of bytes that the project has already,
   * answers the file that has them.
   * @throws AppError `media_quota_exceeded`, `server_busy` when the upload was taken for dead
   */
  async keep(ctx: RequestContext, upload: Upload): Promise<Uploaded> {
    const { projectId, fields } = upload;
    const file = upload.file!;
    const same = await this.files.findSame(ctx, projectId, file.sha256);
    if (same) {
      ctx.audit.nothing();
      return { media: toMedia(same, this.config.publicUrl), isNew: false };
    }
    const row = { ...this.rowOf(upload), ...contentOf(file), status: 'active' as const, lease_until: null };
    const { id, ...values } = row;
    if (!(await this.files.updateWhile(ctx, id, ['processing'], values)))
      throw new AppError('server_busy', { retryAfter: 1 });
    await this.quota.add(ctx, projectId, { active: 1, live_bytes: file.size });
    const { name, size, content_type, sha256 } = file;
    const created = { name, size, content_type, sha256, visibility: fields.visibility };
    ctx.audit.change(mediaTarget(row), null, created);
    ctx.unit!.onCommit(() => (upload.kept = true));
    return { media: toMedia(row, this.config.publicUrl), isNew: true };
  }

  /** Leaves nothing of an upload that did not become a file. */
  async settle(upload: Upload): Promise<void> {
    clearInterval(upload.heartbeat);
    if (upload.kept || !upload.begun) return;
    try {
      await this.discarded.discard(systemContext(upload), upload.id, upload.projectId);
    } catch (error) {
      this.logger.warn(
        { err: error, media: upload.id },
        'what is left of an upload is removed by the next sweep',
      );
    }
  }

  private async receive(upload: Upload): Promise<void> {
    const { ctx, request, projectId } = upload;
    const most = await this.quota.largestAdmitted(ctx, projectId);
    const announced = Number(request.headers['content-length'] ?? 0) - FORM_BYTES;
    const refused = this.refusalOf(most, announced);
    if (refused) throw refused;
    await readForm(request, {
      field: (name, value) => takeField(upload, name, value),
      file: (name, fileName, bytes) => this.takeFile(upload, name, fileName, bytes, most),
    });
    const { file } = upload;
    if (!file) throw new AppError('file_required', { param: 'file' });
    const fields = UploadFields.safeParse({ ...upload.fields, name: upload.fields.name ?? file.name });
    if (!fields.success) throw invalidInput(fields.error.issues);
    upload.fields = fields.data;
    upload.file = { ...file, name: fields.data.name! };
  }

  private async takeFile(
    upload: Upload,
    field: string,
    fileName: string,
    bytes: Readable,
    most: { bytes: number; refusal: AppError },
  ): Promise<void> {
    if (field !== 'file') throw unknownField(field);
    if (upload.begun) throw invalidField('file', 'is sent more than once', 'Send one file at a time.');
    upload.begun = true;
    const intake = new Intake(size => this.refusalOf(most, size));
    bytes.on('error', error => intake.destroy(error));
    const system = systemContext(upload);
    const row = this.rowOf(upload, fileName);
    await this.units.bookkeeping(system, () => this.files.insert(system, row));
    upload.heartbeat = setInterval(() => void this.renew(upload, intake), RENEW_MS);
    bytes.pipe(intake);
    await this.storage.put(blobKey(row), intake);
    // What browsers send for a field without a chosen file.
    if (fileName === '' && intake.count === 0) throw new AppError('file_required', { param: 'file' });
    const { head, count: size } = intake;
    const content_type = await contentTypeOf(head, upload.fields.name ?? fileName);
    upload.file = {
      name: fileName || 'file',
      size,
      sha256: intake.digest(),
      content_type,
      ...dimensionsOf(head, content_type),
    };
  }

  /** Why no more bytes may come, given how many there are at least. */
  private refusalOf(most: { bytes: number; refusal: AppError }, size: number): AppError | null {
    const { mediaMaxBytes } = this.config;
    if (size > mediaMaxBytes)
      return new AppError('file_too_large', { param: 'file', details: { max_bytes: mediaMaxBytes } });
    return size > most.bytes ? most.refusal : null;
  }

  /** Tells the sweeps of all processes that the upload is alive. */
  private async renew(upload: Upload, intake: Intake): Promise<void> {
    const ctx = systemContext(upload);
    const lease = { lease_until: new Date(Date.now() + LEASE_MS) };
    try {
      const alive = await this.units.bookkeeping(ctx, () =>
        this.files.updateWhile(ctx, upload.id, ['processing'], lease),
      );
      if (!alive && !upload.kept) intake.destroy(new AppError('server_busy', { retryAfter: 1 }));
    } catch (error) {
      // The next time may still be soon enough.
      this.logger.warn({ err: error, media: upload.id }, 'the lease of an upload could not be renewed');
    }
  }

  /** The row of an upload whose bytes are not there yet. */
  private rowOf({ ctx, id, projectId, fields, file }: Upload, fileName = ''): MediaFileEntity {
    const principal = ctx.principal!;
    const name = fields.name ?? file?.name ?? (fileName.slice(0, 200).toWellFormed() || 'file');
    return {
      id,
      project_id: projectId,
      name,
      search_text: searchedText(name),
      size: 0,
      content_type: UNKNOWN,
      kind: kindOf(UNKNOWN),
      sha256: null,
      live_sha256: null,
      width: null,
      height: null,
      status: 'processing',
      visibility: fields.visibility ?? 'private',
      uploader_type: principal.type === 'api_key' ? 'api_key' : 'user',
      uploader_id: principal.id,
      uploader_name: principal.name.slice(0, 255).toWellFormed(),
      lease_until: new Date(Date.now() + LEASE_MS),
      created_at: new Date(),
      deleted_at: null,
    };
  }
}

/** Of work beside the request's own unit, which must not join it. */
function systemContext({ ctx }: Upload): RequestContext {
  return RequestContext.system('media.upload', ctx.requestId);
}

function takeField(upload: Upload, name: string, value: string): void {
  if (name === 'file') throw new AppError('file_required', { param: 'file' });
  if (name !== 'name' && name !== 'visibility') throw unknownField(name);
  // What people leave empty in a form, browsers send all the same.
  if (value === '') return;
  if (name in upload.fields) throw invalidField(name, 'is sent more than once', 'Send it once.');
  const checked = UploadFields.partial().safeParse({ [name]: value });
  if (!checked.success) throw invalidInput(checked.error.issues);
  Object.assign(upload.fields, { [name]: checked.data[name] });
}

function unknownField(name: string): AppError {
  return invalidField(
    name.slice(0, 100) || 'body',
    'is not a known field',
    'Remove it, or check its spelling.',
  );
}

function contentOf(file: TakenFile) {
  const { name: _name, ...content } = file;
  return { ...content, live_sha256: file.sha256, kind: kindOf(file.content_type) };
}

function kindOf(contentType: string): string {
  return contentType.split('/', 1)[0]!.slice(0, 20);
}
