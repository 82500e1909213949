import { readFile } from 'node:fs/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { VERSION } from '../config/version.js';
import { docsHtml, LOGO, STYLE } from './docs-html.js';
import { SCRIPT } from './docs-script.js';
import { Precompressed } from './precompressed.js';

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const JAVASCRIPT = 'text/javascript; charset=utf-8';
const SVG = 'image/svg+xml';

/**
 * Serves Swagger UI at `/docs`, to which `/` leads, and the document at `/docs/openapi.json` and `.yaml`. Everything is
 * put together and compressed when it is first asked for, and stays in memory.
 */
export function serveDocs(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const document = new Precompressed('application/json; charset=utf-8', () => asJson(app));
  const files: Record<string, Precompressed> = {
    '/docs': new Precompressed(HTML, () => docsHtml('docs/', VERSION)),
    '/docs/': new Precompressed(HTML, () => docsHtml('', VERSION)),
    '/docs/docs.css': new Precompressed(CSS, () => STYLE),
    '/docs/docs.js': new Precompressed(JAVASCRIPT, () => SCRIPT),
    '/docs/logo.svg': new Precompressed(SVG, () => LOGO),
    '/docs/swagger-ui.css': new Precompressed(CSS, () => distributed('swagger-ui.css')),
    '/docs/swagger-ui-bundle.js': new Precompressed(JAVASCRIPT, () => distributed('swagger-ui-bundle.js')),
    '/docs/openapi.json': document,
    '/docs/openapi.yaml': new Precompressed('application/yaml; charset=utf-8', async () =>
      asYaml(await document.bytes()),
    ),
  };
  for (const [path, file] of Object.entries(files))
    fastify.get(path, (request: FastifyRequest, reply: FastifyReply) => file.send(request, reply));
  // Below the path of PUBLIC_URL, which a proxy takes away.
  const docs = new URL('docs', `${app.get(Config).publicUrl.replace(/\/$/, '')}/`).pathname;
  fastify.get('/', (_request: FastifyRequest, reply: FastifyReply) => reply.redirect(docs, 302));
}

function distributed(name: string): Promise<Buffer> {
  return readFile(require.resolve(`swagger-ui-dist/${name}`));
}

/** What it takes to make the document is large, and loaded only here: few servers are ever asked for it. */
async function asJson(app: NestFastifyApplication): Promise<string> {
  const { openApiDocument } = await import('./openapi.js');
  return JSON.stringify(openApiDocument(app));
}

async function asYaml(json: Buffer): Promise<string> {
  const { dump } = await import('js-yaml');
  return dump(JSON.parse(json.toString()));
}
