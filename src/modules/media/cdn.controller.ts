import { Controller, Get, Head, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../kernel/access/access.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { OutsideV1 } from '../../kernel/routes/outside-v1.decorator.js';
import { CdnService } from './cdn.service.js';
import { CdnPath, SignedQuery } from './media.dto.js';
import { MEDIA } from './media.tag.js';

@Docs.tag(MEDIA)
@OutsideV1()
@Controller('cdn/:prj/:med/:name')
export class CdnController {
  constructor(private readonly cdn: CdnService) {}

  // Before GET, to which Fastify would otherwise add one that reads the whole file.
  @Head()
  @Public()
  @Docs.hidden()
  head(
    @Param() path: CdnPath,
    @Query() query: SignedQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.cdn.serve({ ...path, ...query }, request, reply);
  }

  @Get()
  @Public()
  @Docs({
    summary: 'Fetch a file',
    description:
      'The id decides; the last segment is for readers. Honours `Range` (one), `If-Range` and `If-None-Match`; HEAD ' +
      'answers the same without the bytes. Public files may be cached for ever, private ones need a signed address. ' +
      'What browsers could run (HTML, SVG, XML, scripts) is always sent as an attachment.',
    bytes: 'The file.',
    errors: ['not_found', 'signed_url_expired', 'range_not_satisfiable', 'storage_unavailable'],
    params: { prj: 'Id of the project, `prj_…`.', med: 'Id of the media file, `med_…`.', name: 'Any text.' },
  })
  get(
    @Param() path: CdnPath,
    @Query() query: SignedQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.cdn.serve({ ...path, ...query }, request, reply);
  }
}
