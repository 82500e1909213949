import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import type { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { describeFailure } from '../../kernel/jobs/job-failure.js';
import type { ProjectService } from '../projects/project.service.js';
import type { DeliveryAttempts } from './delivery-attempts.service.js';
import type { DeliverySlots } from './delivery-slots.js';
import type { WebhookDeliveryEntity } from './webhook-delivery.entity.js';
import type { WebhookDeliveryRepository } from './webhook-delivery.repository.js';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity.js';
import type { WebhookEndpointRepository } from './webhook-endpoint.repository.js';
import type { WebhookQueueRepository } from './webhook-queue.repository.js';

/** How many deliveries to one endpoint are under way at once: one until the last one succeeded, so that one that hangs holds little. */
const MOST = 4;
const LEASE_MS = 15_000;
const RENEW_MS = 4_000;
/** While something is under way, how often it is seen to whether something else is due. */
const LOOK_MS = 1_000;
/** For how long what was read of an endpoint and a delivery is taken to hold. */
const FRESH_MS = 500;
/** When somebody looks again after an endpoint that must wait: enabling and activating wake it sooner. */
const PARKED_MS = 60_000;
/** Deliveries ended by one unit of work. */
const END_BATCH = 200;

/** What a pump works with. */
export interface PumpParts {
  readonly endpoints: WebhookEndpointRepository;
  readonly deliveries: WebhookDeliveryRepository;
  readonly queues: WebhookQueueRepository;
  readonly projects: ProjectService;
  readonly attempts: DeliveryAttempts;
  readonly slots: DeliverySlots;
  readonly units: UnitOfWork;
  readonly logger: Logger;
}

/** What of an endpoint's queue may go out now; in a deleted project nothing ever will. */
type Open = 'all' | 'tests' | 'nothing' | 'never';

/**
 * Delivers to one endpoint until nothing is due. It holds the endpoint's lease meanwhile, so that of all processes one
 * delivers to it, and each delivery is under way once.
 */
export class EndpointPump {
  private readonly underWay = new Map<string, { work: Promise<void>; inOrder: boolean }>();
  private wake: () => void = () => undefined;
  private stopping = false;
  private lost = false;

  constructor(
    private readonly parts: PumpParts,
    private readonly endpointId: string,
    private readonly owner: string,
  ) {}

  /** Tells that something may be due. */
  nudge(): void {
    this.wake();
  }

  /** Begins nothing more. */
  stop(): void {
    this.stopping = true;
    this.wake();
  }

  /** Answers false when another process looks after the endpoint. */
  async run(): Promise<boolean> {
    if (!(await this.lease())) return false;
    const timer = setInterval(() => void this.renew(), RENEW_MS);
    try {
      while (!(await this.settled())) {
        await this.begin();
        if (this.underWay.size > 0) await this.waitForSomething();
      }
    } finally {
      clearInterval(timer);
      await Promise.allSettled([...this.underWay.values()].map(({ work }) => work));
    }
    return true;
  }

  private async waitForSomething(): Promise<void> {
    const end = new AbortController();
    const nudged = new Promise<void>(resolve => (this.wake = resolve));
    const works = [...this.underWay.values()].map(({ work }) => work);
    const look = sleep(LOOK_MS, undefined, { signal: end.signal }).catch(() => undefined);
    await Promise.race([...works, nudged, look]);
    end.abort();
  }

  /** Begins as many of the deliveries that are due as may be under way. */
  private async begin(): Promise<void> {
    if (this.stopping || this.lost) return;
    // What ends while the database is asked may still be due in its answer.
    const before = new Set(this.underWay.keys());
    const ctx = context();
    const endpoint = await this.parts.endpoints.findAnywhere(ctx, this.endpointId);
    const open = await this.open(ctx, endpoint);
    if (!endpoint || open === 'nothing' || open === 'never') return;
    const queue = await this.parts.queues.find(ctx, this.endpointId);
    const most = queue?.last_success_at && !queue.failing_since ? MOST : 1;
    const askedAt = performance.now();
    const due = await this.parts.deliveries.due(ctx, this.endpointId, {
      now: new Date(),
      limit: MOST + this.underWay.size,
      testsOnly: open === 'tests',
    });
    for (const delivery of due) {
      if (this.underWay.size >= most) return;
      if (!before.has(delivery.id) && this.isItsTurn(delivery)) this.start(endpoint, delivery, askedAt);
    }
  }

  /** What was recovered goes out one after the other. */
  private isItsTurn({ in_order }: WebhookDeliveryEntity): boolean {
    return !in_order || ![...this.underWay.values()].some(({ inOrder }) => inOrder);
  }

  private start(endpoint: WebhookEndpointEntity, delivery: WebhookDeliveryEntity, readAt: number): void {
    const { id, project_id, in_order } = delivery;
    const attempt = async () => {
      if (this.lost || this.stopping) return;
      // After a wait for a slot, what was read may be old.
      if (performance.now() - readAt < FRESH_MS)
        await this.parts.attempts.make(context(), endpoint, delivery);
      else await this.parts.attempts.makeAnew(context(), delivery);
    };
    const work = this.parts.slots
      .run(project_id, attempt)
      .catch((error: unknown) => this.giveUp(error))
      .finally(() => this.underWay.delete(id));
    this.underWay.set(id, { work, inOrder: in_order });
  }

  /** What cannot even be noted (the database is away) ends this pump; the lease runs out, and another goes on. */
  private giveUp(error: unknown): void {
    this.lost = true;
    this.parts.logger.error(`deliveries to ${this.endpointId} are interrupted: ${describeFailure(error)}`);
  }

  private async open(ctx: RequestContext, endpoint: WebhookEndpointEntity | null): Promise<Open> {
    if (!endpoint) return 'nothing';
    const project = await this.parts.projects.findForAccess(ctx, endpoint.project_id);
    if (project?.status === 'deleted') return 'never';
    if (project?.status === 'suspended') return 'nothing';
    return endpoint.status === 'enabled' ? 'all' : 'tests';
  }

  /**
   * Gives the lease back when nothing is under way or due, and says when to look again. Answers whether there is nothing
   * left to do here.
   */
  private async settled(): Promise<boolean> {
    if (this.underWay.size > 0) return false;
    if (this.lost) return true;
    const ctx = context();
    return this.parts.units.bookkeeping(ctx, async () => {
      // Whoever adds something meanwhile waits for this lock, and says so after it.
      const queue = await this.parts.queues.lock(ctx, this.endpointId);
      if (queue?.leased_by !== this.owner) return true;
      const next = await this.nextDue(ctx);
      if (!this.stopping && next !== null && next <= new Date()) return false;
      await this.parts.queues.release(ctx, this.endpointId, this.owner, next);
      return true;
    });
  }

  private async nextDue(ctx: RequestContext): Promise<Date | null> {
    const next = await this.parts.deliveries.nextDue(ctx, this.endpointId, { testsOnly: false });
    if (next === null) return null;
    const open = await this.open(ctx, await this.parts.endpoints.findAnywhere(ctx, this.endpointId));
    if (open === 'all') return next;
    // What was fanned out after the job that ends all of it had gone by.
    if (open === 'never') {
      const ended = await this.parts.deliveries.endPending(ctx, this.endpointId, END_BATCH);
      return ended < END_BATCH ? null : new Date();
    }
    const parked = new Date(Math.max(next.getTime(), Date.now() + PARKED_MS));
    if (open === 'nothing') return parked;
    const test = await this.parts.deliveries.nextDue(ctx, this.endpointId, { testsOnly: true });
    return test !== null && test < parked ? test : parked;
  }

  private lease(): Promise<boolean> {
    const ctx = context();
    const now = new Date();
    const until = new Date(now.getTime() + LEASE_MS);
    return this.parts.units.bookkeeping(ctx, () =>
      this.parts.queues.lease(ctx, this.endpointId, this.owner, { now, until }),
    );
  }

  private async renew(): Promise<void> {
    const ctx = context();
    const until = new Date(Date.now() + LEASE_MS);
    try {
      const kept = await this.parts.units.bookkeeping(ctx, () =>
        this.parts.queues.renew(ctx, this.endpointId, this.owner, until),
      );
      if (!kept) this.lost = true;
    } catch {
      // Tried again soon; the lease lasts longer than a few failures.
    }
  }
}

function context(): RequestContext {
  return RequestContext.system('job:webhooks.deliver', newId('req'));
}
