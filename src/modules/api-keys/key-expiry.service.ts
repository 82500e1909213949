import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { isHidden } from '../../kernel/context/hidden-attributes.js';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import { NotificationService } from '../notifications/notification.service.js';
import { ProjectService } from '../projects/project.service.js';
import { ProjectContacts } from '../projects/project-contacts.service.js';
import type { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { type ExpiringKey, KEY_EXPIRY_MAIL } from './key-expiry.mail.js';
import { nextNotice } from './key-lifetime.js';

const EVERY_MS = 10 * 60 * 1000;
const BATCH = 200;

type Person = Awaited<ReturnType<ProjectService['contacts']>>['people'][number];

/** Who is told of a project's keys: whoever administers it of all, their makers, by id, of their own. */
interface Audience {
  readonly projectName: string;
  readonly people: readonly Person[];
  readonly makers: ReadonlyMap<string, Person>;
}

/** The attributes that the mail tells. */
const TOLD = ['api_key.name', 'api_key.preview', 'api_key.expires_at', 'project.name'];

/**
 * Tells people by mail before keys expire: their makers, and whoever owns or administers their projects, each by one
 * mail for all keys of a run. What is due stands with the key and moves on in the transaction that writes the mails: of
 * several processes one writes them, and none is lost or written twice, whatever ends a process. Keys and projects that
 * are stopped are silent; a key that is activated again is told of then.
 */
@Injectable()
export class KeyExpiryNotices implements OnApplicationBootstrap {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly projects: ProjectService,
    private readonly contacts: ProjectContacts,
    private readonly notifications: NotificationService,
    private readonly units: UnitOfWork,
    private readonly recurring: RecurringJobs,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.recurring.every('api-keys.expiry', EVERY_MS, () => this.tellAll(new Date()));
  }

  /** Writes every mail that is due at `now`. */
  async tellAll(now: Date): Promise<void> {
    for (let due = BATCH; due === BATCH;) {
      const ctx = RequestContext.system('job:api-keys.expiry', newId('req'));
      const keys = await this.keys.noticeDue(ctx, now, BATCH);
      const audiences = await this.audiencesOf(ctx, keys);
      await this.units.bookkeeping(ctx, () => this.tell(ctx, keys, audiences, now));
      due = keys.length;
    }
  }

  private async tell(
    ctx: RequestContext,
    keys: readonly ApiKeyEntity[],
    audiences: ReadonlyMap<string, Audience>,
    now: Date,
  ): Promise<void> {
    const mails = new Map<string, { person: Person; keys: ExpiringKey[] }>();
    for (const key of keys) {
      const expiresAt = key.expires_at!;
      // Another process was here first, or somebody changed the key.
      if (!(await this.keys.moveNotice(ctx, key, nextNotice(expiresAt, now)))) continue;
      const audience = audiences.get(key.project_id);
      if (!audience || expiresAt <= now) continue;
      const { projectName, people, makers } = audience;
      const maker = makers.get(key.created_by);
      const told = new Map([...people, ...(maker ? [maker] : [])].map(person => [person.id, person]));
      for (const [id, person] of told) {
        const mail = mails.get(id) ?? { person, keys: [] };
        mail.keys.push({ name: key.name, preview: key.preview, projectName, expiresAt });
        mails.set(id, mail);
      }
    }
    for (const mail of mails.values()) await this.send(ctx, mail);
  }

  /** Not a notice that a full mailbox does without: at most one a run, it cannot fill one by itself. */
  private async send(ctx: RequestContext, mail: { person: Person; keys: ExpiringKey[] }): Promise<void> {
    const { person, keys } = mail;
    await this.notifications.send(ctx, {
      to: person.email,
      toName: `${person.first_name} ${person.name}`,
      userId: person.id,
      template: KEY_EXPIRY_MAIL,
      data: { name: person.first_name, keys, url: `${this.config.publicUrl}/docs` },
    });
  }

  /** Whom to tell in each project; those that are stopped are left out. */
  private async audiencesOf(
    ctx: RequestContext,
    keys: readonly ApiKeyEntity[],
  ): Promise<Map<string, Audience>> {
    const audiences = new Map<string, Audience>();
    const ids = keys.map(key => key.project_id);
    for (const id of await this.projects.running(ctx, ids)) {
      const { name, people } = await this.projects.contacts(ctx, id);
      const madeBy = keys.filter(key => key.project_id === id).map(key => key.created_by);
      const makers = new Map<string, Person>();
      for (const [userId, { user, hidden }] of await this.contacts.present(ctx, id, madeBy))
        if (!TOLD.some(attribute => isHidden(hidden, attribute))) makers.set(userId, user);
      audiences.set(id, { projectName: name, people, makers });
    }
    return audiences;
  }
}
