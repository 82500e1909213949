import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { CustomerService, customerTarget } from '../customers/customer.service.js';
import {
  type EntitlementRemoved,
  type EntitlementSet,
  type RemoveEntitlement,
  type SetEntitlement,
  toEntitlement,
} from './entitlement.dto.js';
import { type EntitlementEntity, EntitlementEventEntity } from './entitlement.entity.js';
import { EntitlementRepository } from './entitlement.repository.js';

const LONGEST_VALUE = 10_000;
/** How many a customer may have. */
const MOST = 1_000;

/** Says what customers may do. */
@Injectable()
export class EntitlementService {
  constructor(
    private readonly customers: CustomerService,
    private readonly entitlements: EntitlementRepository,
  ) {}

  /**
   * Sets an entitlement, as a whole.
   * @throws AppError `value_required`, `entitlement_validation_error`, `entitlement_customer_not_found`, `limit_reached`
   */
  async set(ctx: RequestContext, projectId: string, input: SetEntitlement): Promise<EntitlementSet> {
    const { customer_id, feature_key, source = null, description = null, metadata = null } = input;
    const value = valueOf(input.value);
    const [valid_from, valid_until] = windowOf(input);
    const customer = await this.customer(ctx, projectId, customer_id);
    const before = await this.entitlements.lock(ctx, customer.id, feature_key);
    const after: EntitlementEntity = {
      id: before?.id ?? newId('ent'),
      ...{ project_id: projectId, customer_row_id: customer.id, feature_key, value, valid_from, valid_until },
      ...{ source, description, metadata, created_at: before?.created_at ?? new Date() },
    };
    if (before) await this.entitlements.update(ctx, after);
    else {
      if ((await this.entitlements.count(ctx, customer.id)) >= MOST)
        throw new AppError('limit_reached', { details: { limit: MOST } });
      await this.entitlements.insert(ctx, after);
    }
    const old_value = before?.value ?? null;
    await this.note(ctx, after, { type: 'SET', old_value, new_value: value });
    ctx.audit
      .as(before ? 'entitlement.updated' : 'entitlement.created')
      .change(customerTarget(customer), before && { ...told(before), feature_key: null }, told(after));
    return { ...toEntitlement(after), is_created: before === null, old_value };
  }

  /** Removes an entitlement if there is one. @throws AppError `entitlement_customer_not_found` */
  async remove(
    ctx: RequestContext,
    projectId: string,
    input: RemoveEntitlement,
  ): Promise<EntitlementRemoved> {
    const customer = await this.customer(ctx, projectId, input.customer_id);
    const known = await this.entitlements.find(ctx, customer.id, input.feature_key);
    const before = known && (await this.entitlements.lock(ctx, customer.id, input.feature_key));
    const target = customerTarget(customer);
    if (!before) {
      // That is what was asked for, and is told like any other change.
      ctx.audit.change(target, null, { feature_key: input.feature_key });
      return { removed: false, old_value: null };
    }
    await this.entitlements.delete(ctx, before.id);
    await this.note(ctx, before, { type: 'REMOVE', old_value: before.value, new_value: null });
    ctx.audit.change(target, told(before), null);
    return { removed: true, old_value: before.value };
  }

  private async customer(ctx: RequestContext, projectId: string, customerId: string) {
    const customer = await this.customers.find(ctx, projectId, customerId);
    if (!customer) throw new AppError('entitlement_customer_not_found');
    return customer;
  }

  private async note(
    ctx: RequestContext,
    { customer_row_id, feature_key, source, description }: EntitlementEntity,
    change: Pick<EntitlementEventEntity, 'type' | 'old_value' | 'new_value'>,
  ): Promise<void> {
    const event = { id: newId('ene'), customer_row_id, feature_key, ...change, source, description };
    await this.entitlements.insertEvent(
      ctx,
      Object.assign(new EntitlementEventEntity(), { ...event, created_at: new Date() }),
    );
  }
}

/** What the event log tells of an entitlement. */
function told({
  feature_key,
  value,
  valid_from,
  valid_until,
  source,
  description,
  metadata,
}: EntitlementEntity) {
  return { feature_key, value, valid_from, valid_until, source, description, metadata };
}

/** @throws AppError `value_required`, `entitlement_validation_error` */
function valueOf(value: unknown): string {
  if (value === undefined || value === null || value === '')
    throw new AppError('value_required', { param: 'value' });
  if (typeof value !== 'string' || value.length > LONGEST_VALUE)
    throw new AppError('entitlement_validation_error', {
      param: 'value',
      message: `value must be a string of at most ${LONGEST_VALUE} characters.`,
    });
  return value;
}

/** @throws AppError `entitlement_validation_error` when it ends before it begins */
function windowOf({ valid_from, valid_until }: SetEntitlement): [Date | null, Date | null] {
  const [from, until] = [valid_from, valid_until].map(value => (value ? new Date(value) : null)) as [
    Date | null,
    Date | null,
  ];
  if (from && until && until <= from)
    throw new AppError('entitlement_validation_error', {
      param: 'valid_until',
      message: 'valid_until must lie after valid_from.',
    });
  return [from, until];
}
