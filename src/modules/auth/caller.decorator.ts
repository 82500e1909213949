import './caller.js';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Injects who calls, as the authentication guard found it. */
export const CurrentCaller = createParamDecorator(
  (_: unknown, execution: ExecutionContext) => execution.switchToHttp().getRequest<FastifyRequest>().caller,
);
