import type { FastifyInstance } from 'fastify';

/**
 * Serializes a frozen answer once, however often it is sent: an answer that a service remembers and freezes, such
 * as who a key is, costs its text the first time only. Every other answer is plain JSON, made each time.
 */
export function serializeOnce(fastify: FastifyInstance): void {
  const texts = new WeakMap<object, string>();
  fastify.setReplySerializer((payload: unknown) => {
    if (typeof payload !== 'object' || payload === null || !Object.isFrozen(payload))
      return JSON.stringify(payload);
    let text = texts.get(payload);
    if (text === undefined) texts.set(payload, (text = JSON.stringify(payload)));
    return text;
  });
}
