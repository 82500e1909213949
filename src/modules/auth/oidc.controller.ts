import { Controller, Get, Header, HttpCode, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../kernel/access/access.decorator.js';
import { Config } from '../../kernel/config/config.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { PageErrorFilter } from '../../kernel/pages/page-error.filter.js';
import { TOKEN_CSP, tokenPage } from '../../kernel/pages/token-page.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { OutsideV1 } from '../../kernel/routes/outside-v1.decorator.js';
import { OidcSignIn } from './oidc-sign-in.service.js';

const COOKIE = 'bailiwick_oidc';
const MAX_AGE_S = 600;

/** The way to the identity provider and back. It ends on a page that hands the session token to whoever opened it. */
@Docs.hidden()
@OutsideV1()
@Controller('auth/oidc')
@UseFilters(PageErrorFilter)
export class OidcController {
  constructor(
    private readonly signIn: OidcSignIn,
    private readonly config: Config,
  ) {}

  @Get('start')
  @Public()
  @HttpCode(302)
  @Header('Cache-Control', 'no-store')
  async start(@Res({ passthrough: true }) reply: FastifyReply) {
    const { url, kept } = await this.signIn.start();
    reply.header('set-cookie', this.cookie(kept, MAX_AGE_S)).header('location', url);
    return '';
  }

  @Get('callback')
  @Public()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', TOKEN_CSP)
  @Header('Cache-Control', 'no-store')
  async callback(
    @Ctx() ctx: RequestContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    // Good for one try, whatever comes of it.
    reply.header('set-cookie', this.cookie('', 0));
    const start = request.url.indexOf('?');
    const { token } = await this.signIn.finish(
      ctx,
      start < 0 ? '' : request.url.slice(start),
      cookieIn(request),
    );
    return tokenPage('You are signed in', token);
  }

  private cookie(value: string, maxAge: number): string {
    const { protocol, pathname } = new URL(`${this.config.publicUrl}/auth/oidc`);
    const secure = protocol === 'https:' ? '; Secure' : '';
    // Lax: it comes along when the provider sends the browser back.
    return `${COOKIE}=${value}; Path=${pathname}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`;
  }
}

function cookieIn({ headers }: FastifyRequest): string | null {
  const pairs = (headers.cookie ?? '').split(';').map(pair => pair.trim());
  return pairs.find(pair => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? null;
}
