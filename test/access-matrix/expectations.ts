import { randomBytes } from 'node:crypto';
import { newId } from '../../src/kernel/database/ids.js';
import { AlertThresholdEntity } from '../../src/modules/alerts/alert-threshold.entity.js';
import { projectEvents } from '../support/answers.js';
import { createKey, PASSWORD } from '../support/people.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD } from '../support/server.js';
import { write } from '../support/team.js';
import { row, type Row } from './row.js';
import type { Caller, Scene } from './scene.js';

/*
 * What every operation answers to whom. Written by hand, from the contract and not from the code: a new
 * operation takes a new line here. Where access is granted the status is a 2xx, or the 4xx that only those
 * get who passed (428: confirm first; 400: this input is not valid).
 *
 * An operation whose answer depends on more than its path has several lines, told apart by what follows `#`.
 */
const ofOrganization = { path: (scene: Scene) => ({ id: scene.project.organization_id }) };
const ofKey = { path: async (scene: Scene) => ({ key: (await newKey(scene)).api_key.id }) };
const newKey = ({ server, owner, project }: Scene) => createKey(server, owner.auth, project.id);
const newUser = () => ({
  email: `${randomBytes(5).toString('hex')}@people.example`,
  password: PASSWORD,
  first_name: 'Ada',
  name: 'Lovelace',
});
/** A threshold of the scene's project; made in the database, since not every server measures anything yet. */
async function ofThreshold({ server, project }: Scene) {
  const alr = newId('alr');
  const threshold = {
    metric: 'requests',
    operator: '>',
    value: 100,
    window: '1h',
    channels: ['email'],
  } as const;
  await write(server, db =>
    db.insert(AlertThresholdEntity, {
      ...threshold,
      channels: [...threshold.channels],
      id: alr,
      project_id: project.id,
      state: 'ok',
      created_at: new Date(),
    }),
  );
  return { alr };
}

async function ofEvent({ server, owner, project }: Scene) {
  return { evt: (await projectEvents(server, owner.auth, project.id))[0]!.id };
}

async function ownSession({ server }: Scene, { auth }: Caller) {
  const sessions = await server.api.get('/v1/sessions', { auth });
  const current = sessions.body.items?.find((session: any) => session.current);
  return { id: current?.id ?? `ses_${'0'.repeat(26)}` };
}

// prettier-ignore
export const EXPECTATIONS: Readonly<Record<string, Row>> = {
  //                                             nobody | other project's | the project's       | suspended | revoked | platform
  //                                                    | key   owner     | viewer member admin.| member    | key     | admin
  'GET /health/live':                         row('200     200   200        200    200    200     200         200       200'),
  'GET /health/ready':                        row('200     200   200        200    200    200     200         200       200'),
  'GET /v1/health':                           row('200     200   200        200    200    200     200         200       200'),

  'POST /v1/users':                           row('201     201   201        201    201    201     201         201       201', { body: newUser }),
  'POST /v1/users/activate':                  row('400     400   400        400    400    400     400         400       400', { body: { token: 'unknown' } }),
  'POST /v1/sessions':                        row('201     201   201        201    201    201     201         201       201', { body: { email: ADMIN_EMAIL, password: ADMIN_PASSWORD } }),
  'GET /v1/sessions':                         row('401     403   200        200    200    200     200         401       200'),
  'DELETE /v1/sessions/current':              row('401     403   200        200    200    200     200         401       200', { endsSession: true }),
  'DELETE /v1/sessions/{id}':                 row('401     403   200        200    200    200     200         401       200', { endsSession: true, path: ownSession }),
  'GET /v1/me':                               row('401     403   200        200    200    200     200         401       200'),
  'PATCH /v1/me':                             row('401     403   200        200    200    200     200         401       200', { body: { name: 'Byron' } }),
  'POST /v1/me/password':                     row('401     403   400        400    400    400     400         401       400', { body: { current_password: 'not it', new_password: PASSWORD } }),
  'GET /v1/whoami':                           row('401     200   200        200    200    200     200         401       200'),
  'GET /v1/lookup/{id}':                      row('401     404   404        200    200    200     404         401       200', { path: scene => ({ id: scene.project.id }) }),
  'GET /v1/permissions':                      row('401     403   200        200    200    200     200         401       200'),

  'GET /v1/organizations':                    row('401     403   200        200    200    200     200         401       200'),
  'POST /v1/organizations':                   row('401     403   201        201    201    201     201         401       201', { body: { name: 'Works' } }),
  'GET /v1/organizations/{id}':               row('401     403   404        404    404    404     404         401       200', ofOrganization),
  'PATCH /v1/organizations/{id}':             row('401     403   404        404    404    404     404         401       200', { ...ofOrganization, body: { name: 'Works' } }),
  'GET /v1/organizations/{id}/subscription':  row('401     403   404        404    404    404     404         401       200', ofOrganization),
  'PATCH /v1/organizations/{id}/subscription':row('401     403   403        403    403    403     403         401       200', { ...ofOrganization, body: { plan: 'large' } }),

  'GET /v1/projects':                         row('401     200   200        200    200    200     200         401       200'),
  'POST /v1/projects':                        row('401     403   201        201    201    201     201         401       201', { body: { name: 'New' } }),
  'GET /v1/projects/{id}':                    row('401     404   404        200    200    200     404         401       200'),
  'GET /v1/projects/{id}/settings':           row('401     404   404        403    200    200     404         401       200'),
  'PATCH /v1/projects/{id}/settings':         row('401     404   404        403    403    200     404         401       200', { body: { name: 'Other', confirm: true } }),
  'PATCH /v1/projects/{id}/settings # ask':   row('401     404   404        403    403    428     404         401       428', { body: { name: 'Other' } }),
  'POST /v1/projects/{id}/settings/{action}': row('401     404   404        403    403    428     404         401       428', { path: { action: 'suspend' } }),
  'POST /v1/projects/{id}/settings/{action} # suspend':
                                              row('401     404   404        403    403    200     404         401       200', { path: { action: 'suspend' }, body: { confirm: true } }),
  'POST /v1/projects/{id}/settings/{action} # activate':
                                              row('401     404   404        403    403    200     404         401       200', { path: { action: 'activate' }, body: { confirm: true } }),
  'POST /v1/projects/{id}/settings/{action} # verify':
                                              row('401     404   404        403    403    403     404         401       200', { path: { action: 'verify' }, body: { confirm: true } }),
  'POST /v1/projects/{id}/settings/{action} # delete':
                                              row('401     404   404        403    403    403     404         401       200', { path: { action: 'delete' }, body: { confirm: 'Weather' } }),

  'GET /v1/projects/{id}/roles':              row('401     404   404        403    403    200     404         401       200'),

  'GET /v1/projects/{id}/api-keys':           row('401     404   404        200    200    200     404         401       200'),
  'POST /v1/projects/{id}/api-keys':          row('401     404   404        403    403    201     404         401       201', { body: { name: 'Script' } }),
  'POST /v1/projects/{id}/api-keys # own':    row('401     404   404        201    201    201     404         401       403', { body: { name: 'Mine', member: true } }),
  'GET /v1/projects/{id}/api-keys/{key}':     row('401     404   404        404    200    200     404         401       200', ofKey),
  'PATCH /v1/projects/{id}/api-keys/{key}':   row('401     404   404        404    403    200     404         401       200', { ...ofKey, body: { name: 'Other' } }),
  'DELETE /v1/projects/{id}/api-keys/{key}':  row('401     404   404        404    403    200     404         401       200', ofKey),
  'POST /v1/projects/{id}/api-keys/{key}/regenerate':
                                              row('401     404   404        404    403    200     404         401       200', ofKey),
  'POST /v1/projects/{id}/api-keys/{key}/explain':
                                              row('401     404   404        404    200    200     404         401       200', { ...ofKey, body: {} }),
  'POST /v1/api-keys/verify':                 row('401     200   403        403    403    403     403         401       200', { body: { key: 'unknown' } }),

  'GET /v1/projects/{id}/alert-thresholds':   row('401     404   404        403    200    200     404         401       200'),
  'POST /v1/projects/{id}/alert-thresholds':  row('401     404   404        403    403    400     404         401       400', { body: {} }),
  'PATCH /v1/projects/{id}/alert-thresholds/{alr}':
                                              row('401     404   404        403    403    200     404         401       200', { path: ofThreshold, body: { value: 200 } }),
  'DELETE /v1/projects/{id}/alert-thresholds/{alr}':
                                              row('401     404   404        403    403    200     404         401       200', { path: ofThreshold }),

  'GET /v1/events':                           row('401     403   403        403    403    403     403         401       200'),
  'GET /v1/projects/{id}/events':             row('401     404   404        403    403    200     404         401       200'),
  'GET /v1/projects/{id}/events/{evt}':       row('401     404   404        403    403    200     404         401       200', { path: ofEvent }),
};
