import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { refuseUnstorable } from '../../kernel/http/json-body.js';

/** What takes the parts of a form as they come; what it throws ends the reading. */
export interface TakesParts {
  field(name: string, value: string): void;
  /** Resolves once the file has been taken whole. `fileName` is without any path; empty when the part has none. */
  file(name: string, fileName: string, bytes: Readable): Promise<void>;
}

const LIMITS = {
  fieldNameSize: 100,
  fieldSize: 10_000,
  headerPairs: 20,
  headerSize: 16_384,
  parts: 20,
};

/** Whether a request says that its body is a form with files. */
export function isMultipart({ headers }: IncomingMessage): boolean {
  return /^multipart\/form-data\s*(?:;|$)/i.test(headers['content-type'] ?? '');
}

/**
 * Reads a form with files (RFC 7578), each part as it comes. By the parser of @fastify/multipart, without that plugin: its
 * hooks would run on every request of the API, and it tells of a part too many only after the parts before it.
 * @throws AppError `malformed_request`, `validation_failed`, and whatever `parts` throws
 */
export function readForm(request: IncomingMessage, parts: TakesParts): Promise<void> {
  return new Promise((resolve, reject) => {
    const taken: Promise<void>[] = [];
    let current: Readable | null = null;
    let failed = false;
    const fail = (error: unknown) => {
      failed = true;
      request.unpipe(form);
      request.off('close', onClose);
      // Only who may send the rest reads the answer; whoever takes too long with it is cut off.
      request.resume();
      current?.destroy(error as Error);
      // Whoever takes a file has let go of it when this rejects.
      void Promise.allSettled(taken).then(() => reject(error));
    };
    const attempt = (work: () => void) => {
      // The parser goes on to the end of what it was given.
      if (failed) return;
      try {
        work();
      } catch (error) {
        fail(error);
      }
    };
    const onClose = () => {
      if (!request.complete) fail(broken('The connection ended before the form did.'));
    };
    const form = openForm(request);
    form.on('field', (name: string | undefined, value, _nameCut, valueCut) =>
      attempt(() => {
        if (valueCut) throw invalidField(name ?? 'body', 'is too long', 'Send less.');
        refuseUnstorable(`${name}${value}`);
        parts.field(name ?? '', value);
      }),
    );
    form.on('file', (name: string | undefined, bytes, fileName: string | undefined) =>
      attempt(() => {
        current = bytes;
        bytes.on('error', () => undefined);
        refuseUnstorable(`${name}${fileName}`);
        const file = parts.file(name ?? '', fileName ?? '', bytes);
        file.catch(fail);
        taken.push(file);
      }),
    );
    form.on('partsLimit', () => fail(broken('The form has too many parts.')));
    form.on('error', error => fail(broken('The form could not be read.', error)));
    form.on('finish', () => {
      request.off('close', onClose);
      Promise.all(taken).then(() => resolve(), fail);
    });
    request.on('close', onClose);
    request.pipe(form);
  });
}

function openForm(request: IncomingMessage): BusboyInstance {
  try {
    return new Busboy({ headers: request.headers as BusboyHeaders, limits: LIMITS, fileHwm: 262_144 });
  } catch (error) {
    throw broken('The content type names no boundary.', error);
  }
}

function broken(message: string, cause?: unknown): AppError {
  return new AppError('malformed_request', { message, cause });
}
