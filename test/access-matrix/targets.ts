import { randomBytes } from 'node:crypto';
import { newId } from '../../src/kernel/database/ids.js';
import { AlertThresholdEntity } from '../../src/modules/alerts/alert-threshold.entity.js';
import {
  PromotionPlanEntity,
  PromotionRequestEntity,
} from '../../src/modules/environments/promotion-request.entity.js';
import { projectEvents } from '../support/answers.js';
import { basic } from '../support/client.js';
import { written } from '../support/reports.js';
import {
  addMembers,
  addRole,
  addToOrganization,
  createKey,
  expectStatus,
  PASSWORD,
  ROLE_IDS,
  write,
} from '../support/scene.js';
import { formOf, uploaded } from '../support/uploads.js';
import type { Caller, Stage } from './cast.js';

/* What the operations act on: each makes its object anew, as the owner, and says what goes into the path. */

export const newAddress = () => ({ email: `${randomBytes(5).toString('hex')}@people.example` });
export const newUser = () => ({ ...newAddress(), password: PASSWORD, first_name: 'Ada', name: 'Lovelace' });
export const newRule = { attribute: 'api_key.last_used_ip', hidden_from: [ROLE_IDS.viewer] };

const post = async ({ server, owner }: Stage, path: string, body: object) =>
  expectStatus(201, await server.api.post(path, body, { auth: owner.auth })).body;

export const owner = { path: (stage: Stage) => ({ id: stage.owner.user.id }) };
export const organization = { path: (stage: Stage) => ({ id: stage.project.organization_id }) };

const makeOrganization = async (stage: Stage) => ({
  id: (await post(stage, '/v1/organizations', { name: 'Works' })).id as string,
});
export const newOrganization = { path: makeOrganization };

const withMember = (status: 'active' | 'suspended') => async (stage: Stage) => {
  const { id } = await makeOrganization(stage);
  const mbr = await addToOrganization(stage.server, id, stage.root, 'member', status);
  return { id, mbr };
};
export const organizationMember = { path: withMember('active') };
export const suspendedOrganizationMember = { path: withMember('suspended') };

export const organizationInvitation = {
  path: async (stage: Stage) => {
    const { id } = await makeOrganization(stage);
    return { id, inv: (await post(stage, `/v1/organizations/${id}/invitations`, newAddress())).id };
  },
};

/** An invitation of the caller's; of those who are nobody, somebody else's. */
export const ownInvitation = {
  path: async (stage: Stage, { person }: Caller) => {
    const { id } = await makeOrganization(stage);
    const body = person ? { email: person.user.email } : newAddress();
    return { inv: (await post(stage, `/v1/organizations/${id}/invitations`, body)).id };
  },
};

export async function ownSession({ server }: Stage, { auth }: Caller) {
  const sessions = await server.api.get('/v1/sessions', { auth });
  const current = sessions.body.items?.find((session: any) => session.current);
  return { id: current?.id ?? `ses_${'0'.repeat(26)}` };
}

const withTeamMember = (status: 'active' | 'suspended') => async (stage: Stage) => {
  const joiner = { person: stage.root, role: 'member', status };
  const path = `/v1/projects/${stage.project.id}/members`;
  const { items } = (await stage.server.api.get(path, { auth: stage.owner.auth })).body;
  const there = items.find((member: any) => member.user_id === stage.root.user.id);
  return { mbr: there?.id ?? (await addMembers(stage.server, stage.project.id, [joiner]))[0] };
};
export const teamMember = { path: withTeamMember('active') };
export const suspendedTeamMember = { path: withTeamMember('suspended') };

export const teamInvitation = {
  path: async (stage: Stage) => ({
    inv: (await post(stage, `/v1/projects/${stage.project.id}/invitations`, newAddress())).id,
  }),
};

export const role = {
  path: async ({ server, project }: Stage) => ({ rol: await addRole(server, project.id, ['project:read']) }),
};

export const rule = {
  path: async (stage: Stage) => {
    const path = `/v1/projects/${stage.project.id}/attribute-visibility`;
    const { items } = (await stage.server.api.get(path, { auth: stage.owner.auth })).body;
    return { avr: (items[0] ?? (await post(stage, path, newRule))).id };
  },
};

export const key = {
  path: async ({ server, owner: { auth }, project }: Stage) => ({
    key: (await createKey(server, auth, project.id)).api_key.id,
  }),
};

/** A form with a file that nobody has. */
export const newForm = () => formOf({ bytes: randomBytes(10) });

const withFile = (visibility: string) => async (stage: Stage) => {
  const { server, owner, project } = stage;
  const file = { bytes: randomBytes(10), before: { visibility } };
  const { id } = await uploaded(server.api, project.id, owner, file);
  return { med: id as string, prj: project.id, name: 'file' };
};
export const mediaFile = { path: withFile('private') };
export const privateFile = mediaFile;
export const publicFile = { path: withFile('public') };

/** A request of a script of the project's, hence nobody's own. */
export const loggedRequest = {
  path: async ({ server, owner: { auth }, project }: Stage) => {
    const { secret } = await createKey(server, auth, project.id);
    const { headers } = await server.api.get('/v1/whoami', { auth: basic(secret) });
    return { req: headers.get('x-request-id')! };
  },
};

export const event = {
  path: async ({ server, owner: { auth }, project }: Stage) => ({
    evt: (await projectEvents(server, auth, project.id))[0]!.id,
  }),
};

/** Made in the database: a project that is not ready for one gets none. */
export const promotionRequest = {
  path: async ({ server, owner: { user }, project }: Stage) => {
    const id = newId('prm');
    await write(server, async db => {
      await db.insert<object>(PromotionRequestEntity, {
        ...{ id, project_id: project.id, status: 'under_review', made_target: false },
        ...{ requested_by: user.id, digest: '', first_changes: [], change_count: 0, created_at: new Date() },
      });
      await db.insert<object>(PromotionPlanEntity, { request_id: id, changes: [], source: [] });
    });
    return { prm: id };
  },
};

/** A report that is written. */
export const report = {
  path: async ({ server, owner, project }: Stage) => ({
    rpt: (await written(server.api, project, owner, { kind: 'team', format: 'csv' })).id,
  }),
};

/** Made in the database: a server that measures nothing takes none. */
export const threshold = {
  path: async ({ server, project }: Stage) => {
    const id = newId('alr');
    const limits = { metric: 'requests', operator: '>', value: 100, window: '1h', channels: ['email'] };
    const rest = { id, project_id: project.id, state: 'ok', last_fired_at: null, created_at: new Date() };
    await write(server, db =>
      db.insert(AlertThresholdEntity, { ...limits, ...rest } as AlertThresholdEntity),
    );
    return { alr: id };
  },
};

const makeEndpoint = async (stage: Stage) => {
  const body = { url: 'https://hooks.example.com/', event_types: ['webhook.test'] };
  const path = `/v1/projects/${stage.project.id}/webhook-endpoints`;
  return (await post(stage, path, body)).webhook_endpoint.id as string;
};
export const endpoint = { path: async (stage: Stage) => ({ whk: await makeEndpoint(stage) }) };

export const delivery = {
  path: async (stage: Stage) => {
    const { server, owner: by, project } = stage;
    const whk = await makeEndpoint(stage);
    const path = `/v1/projects/${project.id}/webhook-endpoints/${whk}/test`;
    const { body } = expectStatus(202, await server.api.post(path, {}, { auth: by.auth }));
    return { whk, dlv: body.id };
  },
};

const customerId = () => `customer ${randomBytes(5).toString('hex')}`;
export const newCustomer = () => ({ customer_id: customerId() });
export const newDeposit = () => ({ customer_id: customerId(), amount: 1 });
export const spending = { customer_id: 'nobody', amount: 1, transaction_id: 't' };
export const slots = { customer_id: 'nobody', wallet: 'seats', amount: 1, resource_id: 'r' };
export const entitlement = { customer_id: 'nobody', feature_key: 'f', value: 'v' };

const withCredit = async ({ server, owner: { auth }, project }: Stage) => {
  const customer_id = customerId();
  const path = `/v1/projects/${project.id}/customers/${encodeURIComponent(customer_id)}/deposit`;
  const { record_id } = expectStatus(200, await server.api.post(path, { amount: 10 }, { auth })).body;
  return { customer_id: encodeURIComponent(customer_id), led: record_id as string };
};

/** One of the project's, with credit. */
export const customer = {
  path: async (stage: Stage) => {
    const { customer_id } = await withCredit(stage);
    return { customer_id, customer: customer_id, feature: 'f' };
  },
};
export const ledgerEntry = { path: withCredit };
