import {
  Body,
  Controller,
  Delete,
  Get,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { StreamedRoute } from '../../kernel/http/streamed-route.js';
import { Mutation, Read } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import {
  DeletedMedia,
  ListMedia,
  Media,
  MediaPage,
  SignedMediaUrl,
  SignMediaUrl,
  UpdateMedia,
  UPLOAD_FORM,
} from './media.dto.js';
import { MediaService } from './media.service.js';
import { MEDIA } from './media.tag.js';
import { UploadInterceptor } from './upload.interceptor.js';
import { UploadService } from './upload.service.js';

@Docs.tag(MEDIA)
@Controller('projects/:id/media')
export class MediaController {
  constructor(
    private readonly media: MediaService,
    private readonly uploads: UploadService,
  ) {}

  @Get()
  @Access('media:read')
  @Docs({
    summary: "A project's files",
    ok: MediaPage,
    errors: ['invalid_cursor'],
    filters: { type: ['media.content_type'], q: ['media.name'] },
  })
  list(@Ctx() ctx: RequestContext, @Param('id') id: string, @Query({ schema: ListMedia }) query: ListMedia) {
    return this.media.list(ctx, id, query);
  }

  @Post()
  @Access('media:write')
  @Mutation(['media.created'])
  @UseInterceptors(UploadInterceptor)
  @StreamedRoute()
  @Docs({
    summary: 'Upload a file',
    description:
      'One file, up to `MEDIA_MAX_BYTES`; the fields may come before or after it. What it is, is told by its bytes. ' +
      'Bytes that an active or suspended file of the project has already are not stored again: the answer is then 200 ' +
      'with that file, and no event is left.',
    form: UPLOAD_FORM,
    created: Media,
    notCreated: 'The file that has these bytes already.',
    errors: [
      ...(['file_required', 'malformed_request', 'invalid_encoding', 'media_quota_exceeded'] as const),
      ...([
        'file_too_large',
        'multipart_required',
        'storage_full',
        'storage_unavailable',
        'server_busy',
      ] as const),
    ],
  })
  async upload(
    @Ctx() ctx: RequestContext,
    @Req() { upload }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { media, isNew } = await this.uploads.keep(ctx, upload!);
    if (!isNew) void reply.status(200);
    return media;
  }

  @Get(':med')
  @Access('media:read')
  @Docs({ summary: 'One file', ok: Media })
  get(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('med') med: string) {
    return this.media.get(ctx, id, med);
  }

  @Patch(':med')
  @Access('media:write')
  @Mutation(['media.updated'])
  @Docs({
    summary: 'Rename, suspend or restore a file, or make it public or private',
    description:
      '`active` also restores a deleted file, until retention purges it. Its address stays the same whatever it is called.',
    ok: Media,
    errors: ['invalid_transition', 'media_exists', 'media_quota_exceeded'],
  })
  update(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('med') med: string,
    @Body({ schema: UpdateMedia }) body: UpdateMedia,
  ) {
    return this.media.update(ctx, id, med, body);
  }

  @Delete(':med')
  @Access('media:write')
  @Mutation(['media.deleted'])
  @Docs({
    summary: 'Delete a file',
    description:
      'It is served no more. Its bytes stay until retention purges them; until then it can be restored.',
    ok: DeletedMedia,
    errors: ['invalid_transition'],
  })
  delete(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('med') med: string) {
    return this.media.delete(ctx, id, med);
  }

  @Post(':med/signed-url')
  @Access('media:read')
  @Read()
  @Docs({
    summary: 'An address at which a private file is served for a while',
    description:
      'Whoever has it may fetch the file until it expires. Suspending or deleting the file ends it.',
    ok: SignedMediaUrl,
    errors: ['invalid_transition'],
  })
  sign(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('med') med: string,
    @Body({ schema: SignMediaUrl }) body: SignMediaUrl,
  ) {
    return this.media.sign(ctx, id, med, body);
  }
}
