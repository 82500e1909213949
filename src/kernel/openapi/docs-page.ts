import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { openApiDocument } from './openapi.js';

/** Serves Swagger UI at `/docs` and the document at `/docs/openapi.json`. */
export function serveDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'docs/openapi.json',
    yamlDocumentUrl: 'docs/openapi.yaml',
    customSiteTitle: 'Bailiwick API',
    swaggerOptions: {
      persistAuthorization: true,
      docExpansion: 'none',
      filter: true,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      responseInterceptor: useTokenOfSignIn,
    },
  });
}

/** The part of Swagger UI's response that is looked at here. */
interface SwaggerResponse {
  ok: boolean;
  url: string;
  obj?: { token?: string };
}

/**
 * Runs in the browser: after a successful sign-in, the page uses the new token by itself. Swagger UI is sent
 * this function's source, so it refers to nothing outside itself.
 */
function useTokenOfSignIn(response: SwaggerResponse): SwaggerResponse {
  const token = response.url.endsWith('/v1/sessions') && response.ok && response.obj?.token;
  if (token) {
    const { ui } = globalThis as unknown as {
      ui: { authActions: { authorizeWithPersistOption(credentials: object): void } };
    };
    ui.authActions.authorizeWithPersistOption({
      bearer: { name: 'bearer', schema: { type: 'http', scheme: 'bearer' }, value: token },
    });
  }
  return response;
}
