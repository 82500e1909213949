// The yardsticks for media: @fastify/static on a folder, and what comes piped to disk with its SHA-256 and nothing else.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import fastifyStatic from '@fastify/static';
import Fastify from 'fastify';
import { tellLag } from './lag.mjs';

process.once('message', async ({ folder }) => {
  const fastify = Fastify();
  await fastify.register(fastifyStatic, { root: folder });
  fastify.addContentTypeParser('*', (_request, _body, done) => done(null));
  let next = 0;
  const pipe = flush => async request => {
    const hash = createHash('sha256');
    const hashing = async function* (chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(request.raw, hashing, createWriteStream(join(folder, `upload-${next++}`), { flush }));
    return { sha256: hash.digest('hex') };
  };
  fastify.post('/upload', pipe(false));
  fastify.post('/upload-flushed', pipe(true));
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  tellLag();
  process.send({ port: fastify.server.address().port });
});
