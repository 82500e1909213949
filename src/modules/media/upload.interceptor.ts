import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { Upload } from './upload.js';
import { UploadService } from './upload.service.js';

/**
 * Stands around the mutation of an upload: announces the body, which the mutation then receives outside its unit of work,
 * and sees to it that nothing is left of what did not become a file.
 */
@Injectable()
export class UploadInterceptor implements NestInterceptor {
  constructor(private readonly uploads: UploadService) {}

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = execution.switchToHttp().getRequest<FastifyRequest>();
    return from(this.run(request, () => lastValueFrom(next.handle())));
  }

  /** @throws AppError `multipart_required` */
  private async run(request: FastifyRequest, handle: () => Promise<unknown>): Promise<unknown> {
    const { id } = request.params as { id: string };
    const upload = this.uploads.announced(request.ctx!, id, request.raw);
    request.streamedBody = request.upload = upload;
    try {
      return await handle();
    } finally {
      await this.uploads.settle(upload);
    }
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    upload?: Upload;
  }
}
