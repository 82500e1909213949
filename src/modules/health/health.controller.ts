import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Public } from '../../kernel/access/access.decorator.js';
import { Docs } from '../../kernel/http/docs.decorator.js';
import { HealthService } from './health.service.js';

const Live = z.object({ status: z.literal('ok') }).meta({ id: 'Live' });
const Health = z
  .object({
    status: z
      .enum(['ok', 'degraded', 'down'])
      .describe('`degraded`: it works, but something beside it is down.'),
    checks: z.record(z.string(), z.enum(['up', 'down'])),
  })
  .meta({ id: 'Health' });

@Docs.tag('Health')
@Controller()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('health/live')
  @Public()
  @Docs({ summary: 'Whether the process runs', ok: Live })
  live() {
    return { status: 'ok' };
  }

  @Get(['health/ready', 'v1/health'])
  @Public()
  @Docs({ summary: 'Whether requests can be served, and what is down', ok: Health })
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const health = await this.health.check();
    if (health.status === 'down') void reply.status(503).header('Retry-After', '5');
    return health;
  }
}
