import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { Access, PlatformAdmin, Public } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { EVENT_LOG_TAG } from './audit.tag.js';
import { Checkpoint, CheckpointPage, ListCheckpoints, SigningKeys, Verification } from './checkpoint.dto.js';
import { CheckpointService } from './checkpoint.service.js';
import { PLATFORM } from './event-chain.entity.js';
import { LogVerification } from './log-verification.service.js';

const VERIFYING =
  'Re-computes every hash, and compares the log with its recorded end and with every checkpoint. `first_bad` names the ' +
  'first entry that was `changed`, is `missing`, or was `reordered`, or where the log was `cut`. Takes about a minute for a ' +
  'million entries.';
const SIGNING =
  'Signs the sequence and the hash of the newest entry with Ed25519. Keep the answer elsewhere: whoever has it can show that ' +
  'the log up to there was changed, even by somebody who controls the database. Happens hourly by itself where there is ' +
  'something new.';

@Docs.tag(EVENT_LOG_TAG)
@Controller()
export class CheckpointController {
  constructor(
    private readonly checkpoints: CheckpointService,
    private readonly verification: LogVerification,
  ) {}

  @Get('events/signing-keys')
  @Public()
  @Docs({
    name: 'SigningKey_list',
    summary: 'The public keys that checkpoints are signed with',
    description: 'Keys of the past stay in the list, for the checkpoints that they signed.',
    ok: SigningKeys,
  })
  keys(@Ctx() ctx: RequestContext) {
    return this.checkpoints.keys(ctx);
  }

  @Get('events/verify')
  @PlatformAdmin()
  @Docs({
    name: 'Event_verifyPlatform',
    summary: "Verify the platform's event log",
    description: VERIFYING,
    ok: Verification,
  })
  verifyPlatform(@Ctx() ctx: RequestContext) {
    return this.verification.verify(ctx, PLATFORM);
  }

  @Get('events/checkpoints')
  @PlatformAdmin()
  @Docs({
    name: 'Checkpoint_listOfPlatform',
    summary: "Checkpoints of the platform's event log",
    ok: CheckpointPage,
  })
  listOfPlatform(@Ctx() ctx: RequestContext, @Query({ schema: ListCheckpoints }) query: ListCheckpoints) {
    return this.checkpoints.list(ctx, PLATFORM, query);
  }

  @Post('events/checkpoints')
  @PlatformAdmin()
  @Mutation(['checkpoint.signed'])
  @Docs({ summary: "Sign where the platform's event log ends", description: SIGNING, created: Checkpoint })
  signPlatform(@Ctx() ctx: RequestContext) {
    return this.checkpoints.sign(ctx, PLATFORM);
  }

  @Get('projects/:id/events/verify')
  @Access('audit:read')
  @Docs({
    name: 'Event_verify',
    summary: "Verify a project's event log",
    description: VERIFYING,
    ok: Verification,
  })
  verify(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return this.verification.verify(ctx, id);
  }

  @Get('projects/:id/events/checkpoints')
  @Access('audit:read')
  @Docs({ summary: "Checkpoints of a project's event log", ok: CheckpointPage })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListCheckpoints }) query: ListCheckpoints,
  ) {
    return this.checkpoints.list(ctx, id, query);
  }

  @Post('projects/:id/events/checkpoints')
  @Access('audit:read')
  @Mutation(['checkpoint.signed'])
  @Docs({ summary: "Sign where a project's event log ends", description: SIGNING, created: Checkpoint })
  sign(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return this.checkpoints.sign(ctx, id);
  }
}
