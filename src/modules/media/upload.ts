import type { IncomingMessage } from 'node:http';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import type { StreamedBody } from '../../kernel/mutations/streamed-body.js';
import type { UploadFields } from './media.dto.js';

/** What the bytes turned out to be. */
export interface TakenFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  readonly content_type: string;
  readonly width: number | null;
  readonly height: number | null;
}

/** One file on its way into a project. */
export class Upload implements StreamedBody {
  /** Of the file that it becomes, unless its bytes are known. */
  readonly id = newId('med');
  /** Whether there is a row, and perhaps bytes. */
  begun = false;
  /** Whether the file has become one of the project's: everything is committed. */
  kept = false;
  fields: Partial<UploadFields> = {};
  file: TakenFile | null = null;
  /** Renews the lease of the row. */
  heartbeat: NodeJS.Timeout | undefined;
  private receiving: Promise<unknown> | null = null;

  constructor(
    readonly ctx: RequestContext,
    readonly projectId: string,
    readonly request: IncomingMessage,
    private readonly take: (upload: Upload) => Promise<void>,
  ) {}

  receive(): Promise<unknown> {
    this.receiving ??= this.take(this).then(() => {
      const { size, sha256, name } = this.file!;
      return { name, visibility: this.fields.visibility, size, sha256 };
    });
    return this.receiving;
  }
}
