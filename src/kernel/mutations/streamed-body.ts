/**
 * The body of a request that is too large to be parsed before its handler runs, such as a file. An interceptor outside
 * `@Mutation` puts it on the request; the mutation then receives it, before any unit of work begins.
 */
export interface StreamedBody {
  /**
   * Takes the body off the wire, once, to where it is to stay. Answers JSON that stands for it: requests with the same
   * are repetitions under an `Idempotency-Key`.
   */
  receive(): Promise<unknown>;
}

declare module 'fastify' {
  interface FastifyRequest {
    streamedBody?: StreamedBody;
  }
}
