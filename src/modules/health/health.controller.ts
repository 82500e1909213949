import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Public } from '../../kernel/access/access.decorator.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import { OutsideV1 } from '../../kernel/routes/outside-v1.decorator.js';
import { HealthService } from './health.service.js';

const TAG: Tag = {
  name: 'Health',
  description: 'For load balancers and supervisors.',
  place: 230,
};

const Live = z.object({ status: z.literal('ok') }).meta({ id: 'Live' });
const Health = z
  .object({
    status: z
      .enum(['ok', 'degraded', 'down'])
      .describe('`degraded`: requests are served, but something they do not depend on is down.'),
    checks: z
      .record(z.string(), z.enum(['up', 'down']))
      .describe(
        '`database`; `jobs`, the queue; `worker`, whether a process that runs jobs was seen within the last minute; `storage`, where the bytes of files are, as it was within the last five seconds.',
      ),
  })
  .meta({ id: 'Health' });

const DOWN = 'Down; try again.';

@Docs.tag(TAG)
@OutsideV1()
@Controller()
export class HealthController {
  constructor(private readonly service: HealthService) {}

  @Get('health/live')
  @Public()
  @Docs({ summary: 'Whether the process runs', ok: Live })
  live() {
    return { status: 'ok' };
  }

  @Get('health/ready')
  @Public()
  @Docs({ summary: 'Whether requests can be served, and what is down', ok: Health, unavailable: DOWN })
  ready(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.answer(reply);
  }

  @Get('v1/health')
  @Public()
  @Docs({ summary: 'The same, beside the API', ok: Health, unavailable: DOWN })
  health(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.answer(reply);
  }

  private async answer(reply: FastifyReply) {
    const health = await this.service.check();
    if (health.status === 'down') void reply.status(503).header('Retry-After', '5');
    return health;
  }
}
