// The yardstick: Fastify with one route that answers given bytes, and nothing else.
import Fastify from 'fastify';
import { tellLag } from './lag.mjs';

process.once('message', async ({ body, headers }) => {
  const fastify = Fastify();
  fastify.get('/bare', (_request, reply) => reply.headers(headers).send(body));
  fastify.post('/bare', (_request, reply) => reply.headers(headers).send(body));
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  tellLag();
  process.send({ port: fastify.server.address().port });
});
