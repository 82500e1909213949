import { Body, Controller, Delete, Get, Header, Param, Patch, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import {
  ApiKey,
  ApiKeyPage,
  CreateApiKey,
  DeletedApiKey,
  IssuedApiKey,
  ListApiKeys,
  RegenerateApiKey,
  UpdateApiKey,
} from './api-key.dto.js';
import { ApiKeyService } from './api-key.service.js';
import { ApiKeyList } from './api-key-list.service.js';
import { API_KEYS } from './api-keys.tag.js';

@Docs.tag(API_KEYS)
@Controller('projects/:id/api-keys')
export class ApiKeyController {
  constructor(
    private readonly keys: ApiKeyService,
    private readonly lists: ApiKeyList,
  ) {}

  @Get()
  @Access('member')
  @Docs({
    summary: "A project's API keys",
    description:
      'All of them with `api_keys:read`; without it, signed in, only your own. Filters narrow the list together.',
    ok: ApiKeyPage,
    filters: {
      role_id: ['api_key.role'],
      q: ['api_key.name', 'api_key.preview'],
      expiring_before: ['api_key.expires_at', 'api_key.status'],
      unused_since: ['api_key.last_used_at', 'api_key.created_at', 'api_key.status'],
    },
    errors: ['invalid_cursor', 'permission_denied'],
  })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListApiKeys }) query: ListApiKeys,
  ) {
    return this.lists.page(ctx, id, query);
  }

  @Post()
  @Access('member')
  @Mutation(['api_key.created'], { secrets: ['secret'] })
  @Header('Cache-Control', 'no-store')
  @Docs({
    summary: 'Issue an API key',
    description:
      'Requires `api_keys:write`, except for a key of your own (`member: true`), which any signed-in member may issue. ' +
      'The secret is shown only once. A key that issues keys gives no role beyond its own, and no wider limits: its ' +
      'expiry and allow-lists limit them too. A key with `requests_per_minute` or `requests_per_day` issues none: each ' +
      'would have that limit again.',
    created: IssuedApiKey,
    errors: ['permission_denied', 'permission_escalation', 'limit_reached'],
  })
  create(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: CreateApiKey }) body: CreateApiKey,
  ) {
    return this.keys.create(ctx, id, body);
  }

  @Get(':key')
  @Access('member')
  @Docs({ summary: 'One API key', ok: ApiKey, errors: ['permission_denied'] })
  get(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('key') key: string) {
    return this.keys.get(ctx, id, key);
  }

  @Patch(':key')
  @Access('member')
  @Mutation(['api_key.updated', 'api_key.suspended', 'api_key.activated'], { dryRun: true })
  @Docs({
    summary: 'Change an API key',
    description:
      'Rename, suspend or activate it, or change its role, allow-lists, limits or expiry. A key that can do more than you can ' +
      'only be suspended or revoked, and a key does not widen its own limits. A key of yours that the team suspended ' +
      'takes `api_keys:write` to activate, one that a platform admin suspended takes a platform admin.',
    ok: ApiKey,
    errors: ['permission_denied', 'permission_escalation', 'suspended_by_platform', 'invalid_transition'],
  })
  update(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('key') key: string,
    @Body({ schema: UpdateApiKey }) body: UpdateApiKey,
  ) {
    return this.keys.update(ctx, id, key, body);
  }

  @Post(':key/regenerate')
  @Access('member')
  @Mutation(['api_key.regenerated'], { secrets: ['secret'], dryRun: true })
  @Header('Cache-Control', 'no-store')
  @Docs({
    summary: 'Give an API key a new secret',
    description:
      'The old secret stops working immediately, or after `grace_period_seconds`. The new one is shown only once. ' +
      'While an older secret is in its grace period, `confirm: true` is needed, which ends it. A key with ' +
      '`requests_per_minute` or `requests_per_day` gives a new secret to itself only.',
    ok: IssuedApiKey,
    errors: ['permission_denied', 'permission_escalation', 'invalid_transition', 'grace_running'],
  })
  regenerate(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('key') key: string,
    @Body({ schema: RegenerateApiKey }) body: RegenerateApiKey,
  ) {
    return this.keys.regenerate(ctx, id, key, body);
  }

  @Delete(':key')
  @Access('member')
  @Mutation(['api_key.revoked'], { whileSuspended: true, dryRun: true })
  @Docs({
    summary: 'Revoke an API key for good',
    description: 'Also while the project is suspended.',
    ok: DeletedApiKey,
    errors: ['permission_denied', 'invalid_transition'],
  })
  revoke(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('key') key: string) {
    return this.keys.revoke(ctx, id, key);
  }
}
