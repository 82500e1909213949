import { PASSWORD, ROLE_IDS } from '../support/scene.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD } from '../support/server.js';
import { type Row, row } from './row.js';
import * as on from './targets.js';

/*
 * What every operation answers to whom. Written by hand, from the contract and not from the code: a new
 * operation takes a new line here, and a word in `targets.ts` when it acts on something that must be made
 * first. Where access is granted the status is a 2xx, or the 4xx that only those get who passed (428: confirm
 * first; 400: this input is not valid).
 *
 * An operation whose answer depends on more than its path has several lines, told apart by what follows `#`.
 */

// prettier-ignore
export const EXPECTATIONS: Readonly<Record<string, Row>> = {
  //                                             nobody | other project's | the project's       | suspended | revoked | platform
  //                                                    | key   owner     | viewer member admin.| member    | key     | admin
  'GET /health/live':                         row('200     200   200        200    200    200     200         200       200'),
  'GET /health/ready':                        row('200     200   200        200    200    200     200         200       200'),
  'GET /v1/health':                           row('200     200   200        200    200    200     200         200       200'),

  'POST /v1/users':                           row('201     403   201        201    201    201     201         401       201', { body: on.newUser }),
  'POST /v1/users/activate':                  row('400     400   400        400    400    400     400         400       400', { body: { token: 'unknown', password: 'unknown' } }),
  'POST /v1/sessions':                        row('201     201   201        201    201    201     201         201       201', { body: { email: ADMIN_EMAIL, password: ADMIN_PASSWORD } }),
  'POST /v1/password-resets':                 row('202     202   202        202    202    202     202         202       202', { body: { email: 'nobody@people.example' } }),
  'POST /v1/password-resets/confirm':         row('400     400   400        400    400    400     400         400       400', { body: { token: 'unknown', new_password: PASSWORD } }),
  'GET /v1/users':                            row('401     403   403        403    403    403     403         401       200'),
  'GET /v1/users/{id}':                       row('401     403   403        403    403    403     403         401       200', on.owner),
  'PATCH /v1/users/{id}':                     row('401     403   403        403    403    403     403         401       200', { ...on.owner, body: { max_projects: null } }),
  'POST /v1/users/{id}/{action}':             row('401     403   403        403    403    403     403         401       428', { path: stage => ({ id: stage.owner.user.id, action: 'suspend' }) }),
  'GET /v1/notifications':                    row('401     403   403        403    403    403     403         401       200'),
  'GET /v1/sessions':                         row('401     403   200        200    200    200     200         401       200'),
  'DELETE /v1/sessions/current':              row('401     403   200        200    200    200     200         401       200', { endsSession: true }),
  'DELETE /v1/sessions/{id}':                 row('401     403   200        200    200    200     200         401       200', { endsSession: true, path: on.ownSession }),
  'DELETE /v1/sessions':                      row('401     403   400        400    400    400     400         401       400', { query: { including_current: 'perhaps' } }),
  'POST /v1/sessions/totp':                   row('401     401   401        401    401    401     401         401       401', { body: { ticket: 'unknown', code: '123456' } }),
  'POST /v1/me/totp':                         row('401     403   201        201    201    201     201         401       201'),
  'POST /v1/me/totp/confirm':                 row('401     403   400        400    400    400     400         401       400', { body: { code: 'wrong' } }),
  'DELETE /v1/me/totp':                       row('401     403   409        409    409    409     409         401       409', { body: { code: 'wrong' } }),
  'POST /v1/me/email':                        row('401     403   400        400    400    400     400         401       400', { body: { email: 'other@people.example', password: 'not it' } }),
  'POST /v1/me/email/confirm':                row('400     400   400        400    400    400     400         400       400', { body: { token: 'unknown' } }),
  'DELETE /v1/me':                            row('401     403   400        400    400    400     400         401       400', { body: { password: 'not it' } }),
  'GET /v1/me':                               row('401     403   200        200    200    200     200         401       200'),
  'GET /v1/me/events':                        row('401     403   200        200    200    200     200         401       200'),
  'PATCH /v1/me':                             row('401     403   200        200    200    200     200         401       200', { body: { name: 'Byron' } }),
  'POST /v1/me/password':                     row('401     403   400        400    400    400     400         401       400', { body: { current_password: 'not it', new_password: PASSWORD } }),
  'GET /v1/whoami':                           row('401     200   200        200    200    200     200         401       200'),
  'GET /v1/lookup/{id}':                      row('401     404   404        200    200    200     404         401       200', { path: stage => ({ id: stage.project.id }) }),
  'GET /v1/permissions':                      row('401     403   200        200    200    200     200         401       200'),

  'GET /v1/organizations':                    row('401     403   200        200    200    200     200         401       200'),
  'POST /v1/organizations':                   row('401     403   201        201    201    201     201         401       201', { body: { name: 'Works' } }),
  'GET /v1/organizations/{id}':               row('401     403   404        404    404    404     404         401       200', on.organization),
  'PATCH /v1/organizations/{id}':             row('401     403   404        404    404    404     404         401       200', { ...on.organization, body: { name: 'Works' } }),
  'DELETE /v1/organizations/{id}':            row('401     403   404        404    404    404     404         401       409', on.organization),
  'GET /v1/organizations/{id}/events':         row('401     403   404        404    404    404     404         401       200', on.organization),
  'GET /v1/organizations/{id}/subscription':  row('401     403   404        404    404    404     404         401       200', on.organization),
  'PATCH /v1/organizations/{id}/subscription':row('401     403   403        403    403    403     403         401       200', { ...on.organization, body: { plan: 'large' } }),

  'GET /v1/organizations/{id}/members':       row('401     403   404        404    404    404     404         401       200', on.organization),
  'PATCH /v1/organizations/{id}/members/{mbr}':
                                              row('401     403   404        404    404    404     404         401       200', { ...on.organizationMember, body: { role: 'admin' } }),
  'DELETE /v1/organizations/{id}/members/{mbr}':
                                              row('401     403   404        404    404    404     404         401       200', on.organizationMember),
  'POST /v1/organizations/{id}/members/{mbr}/suspend':
                                              row('401     403   404        404    404    404     404         401       200', on.organizationMember),
  'POST /v1/organizations/{id}/members/{mbr}/activate':
                                              row('401     403   404        404    404    404     404         401       200', on.suspendedOrganizationMember),
  'POST /v1/organizations/{id}/transfer-ownership':
                                              row('401     403   404        404    404    404     404         401       428', { ...on.organizationMember, body: ({ mbr }) => ({ member_id: mbr }) }),
  'GET /v1/organizations/{id}/invitations':   row('401     403   404        404    404    404     404         401       200', on.organization),
  'POST /v1/organizations/{id}/invitations':  row('401     403   404        404    404    404     404         401       201', { ...on.newOrganization, body: on.newAddress }),
  'POST /v1/organizations/{id}/invitations/{inv}/resend':
                                              row('401     403   404        404    404    404     404         401       200', on.organizationInvitation),
  'DELETE /v1/organizations/{id}/invitations/{inv}':
                                              row('401     403   404        404    404    404     404         401       200', on.organizationInvitation),

  'GET /v1/me/invitations':                   row('401     403   200        200    200    200     200         401       200'),
  'POST /v1/me/invitations/{inv}/accept':     row('401     403   200        200    200    200     200         401       200', on.ownInvitation),
  'POST /v1/me/invitations/{inv}/accept # somebody else’s':
                                              row('401     403   404        404    404    404     404         401       404', on.organizationInvitation),
  'POST /v1/me/invitations/{inv}/decline':    row('401     403   200        200    200    200     200         401       200', on.ownInvitation),
  'POST /v1/invitations/accept':              row('400     400   400        400    400    400     400         400       400', { body: { token: 'unknown' } }),
  'POST /v1/invitations/decline':             row('400     400   400        400    400    400     400         400       400', { body: { token: 'unknown' } }),

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
  'POST /v1/projects/{id}/settings/transfer-ownership':
                                              row('401     404   404        403    403    403     404         401       428', { ...on.teamMember, body: ({ mbr }) => ({ member_id: mbr }) }),

  'GET /v1/projects/{id}/handoff':            row('401     404   404        200    200    200     404         401       200'),
  'GET /v1/projects/{id}/drift':              row('401     404   404        409    409    409     404         401       409'),
  'POST /v1/projects/{id}/clone':             row('401     404   404        403    403    201     404         401       201', { body: { name: 'Copy' } }),
  'GET /v1/promotion-requests':               row('401     403   403        403    403    403     403         401       200'),
  'GET /v1/projects/{id}/promotion-requests': row('401     404   404        200    200    200     404         401       200'),
  'POST /v1/projects/{id}/promotion-requests':row('401     404   404        403    403    409     404         401       409'),
  'GET /v1/projects/{id}/promotion-requests/{prm}':
                                              row('401     404   404        200    200    200     404         401       200', on.promotionRequest),
  'POST /v1/projects/{id}/promotion-requests/{prm}/approve':
                                              row('401     404   404        403    403    403     404         401       200', on.promotionRequest),
  'POST /v1/projects/{id}/promotion-requests/{prm}/reject':
                                              row('401     404   404        403    403    403     404         401       200', { ...on.promotionRequest, body: { reason: 'Too early' } }),
  'POST /v1/projects/{id}/promotion-requests/{prm}/withdraw':
                                              row('401     404   404        403    403    200     404         401       200', on.promotionRequest),
  'POST /v1/projects/{id}/promotion-requests/{prm}/apply':
                                              row('401     404   404        403    403    409     404         401       409', { ...on.promotionRequest, body: { confirm: true } }),
  'POST /v1/projects/{id}/promotion-requests/{prm}/rollback':
                                              row('401     404   404        403    403    409     404         401       409', { ...on.promotionRequest, body: { confirm: true } }),
  'POST /v1/projects/{id}/settings/move':     row('401     404   404        403    403    403     404         401       428'),

  'GET /v1/projects/{id}/members':            row('401     404   404        200    200    200     404         401       200'),
  'PATCH /v1/projects/{id}/members/{mbr}':    row('401     404   404        403    403    200     404         401       200', { ...on.teamMember, body: { role_id: ROLE_IDS.viewer } }),
  'DELETE /v1/projects/{id}/members/{mbr}':   row('401     404   404        403    403    200     404         401       200', on.teamMember),
  'POST /v1/projects/{id}/members/{mbr}/suspend':
                                              row('401     404   404        403    403    200     404         401       200', on.teamMember),
  'POST /v1/projects/{id}/members/{mbr}/activate':
                                              row('401     404   404        403    403    200     404         401       200', on.suspendedTeamMember),
  'GET /v1/projects/{id}/invitations':        row('401     404   404        403    403    200     404         401       200'),
  'POST /v1/projects/{id}/invitations':       row('401     404   404        403    403    201     404         401       201', { body: on.newAddress }),
  'POST /v1/projects/{id}/invitations/{inv}/resend':
                                              row('401     404   404        403    403    200     404         401       200', on.teamInvitation),
  'DELETE /v1/projects/{id}/invitations/{inv}':
                                              row('401     404   404        403    403    200     404         401       200', on.teamInvitation),

  'POST /v1/projects/{id}/roles':             row('401     404   404        403    403    201     404         401       201', { body: { name: 'Support', permissions: ['project:read'] } }),
  'GET /v1/projects/{id}/roles/{rol}':        row('401     404   404        403    403    200     404         401       200', on.role),
  'PATCH /v1/projects/{id}/roles/{rol}':      row('401     404   404        403    403    200     404         401       200', { ...on.role, body: { name: 'Support' } }),
  'DELETE /v1/projects/{id}/roles/{rol}':     row('401     404   404        403    403    200     404         401       200', on.role),
  'GET /v1/projects/{id}/attribute-visibility':
                                              row('401     404   404        403    200    200     404         401       200'),
  'GET /v1/projects/{id}/attribute-visibility/attributes':
                                              row('401     404   404        403    200    200     404         401       200'),
  'POST /v1/projects/{id}/attribute-visibility':
                                              row('401     404   404        403    403    201     404         401       201', { body: on.newRule }),
  'GET /v1/projects/{id}/attribute-visibility/{avr}':
                                              row('401     404   404        403    200    200     404         401       200', on.rule),
  'PATCH /v1/projects/{id}/attribute-visibility/{avr}':
                                              row('401     404   404        403    403    200     404         401       200', { ...on.rule, body: { hidden_from: [ROLE_IDS.viewer, ROLE_IDS.member] } }),
  'DELETE /v1/projects/{id}/attribute-visibility/{avr}':
                                              row('401     404   404        403    403    200     404         401       200', on.rule),
  'GET /v1/projects/{id}/roles':              row('401     404   404        403    403    200     404         401       200'),

  'GET /v1/projects/{id}/api-keys':           row('401     404   404        200    200    200     404         401       200'),
  'POST /v1/projects/{id}/api-keys':          row('401     404   404        403    403    201     404         401       201', { body: { name: 'Script' } }),
  'POST /v1/projects/{id}/api-keys # own':    row('401     404   404        201    201    201     404         401       403', { body: { name: 'Mine', member: true } }),
  'GET /v1/projects/{id}/api-keys/{key}':     row('401     404   404        404    200    200     404         401       200', on.key),
  'PATCH /v1/projects/{id}/api-keys/{key}':   row('401     404   404        404    403    200     404         401       200', { ...on.key, body: { name: 'Other' } }),
  'DELETE /v1/projects/{id}/api-keys/{key}':  row('401     404   404        404    403    200     404         401       200', on.key),
  'POST /v1/projects/{id}/api-keys/{key}/regenerate':
                                              row('401     404   404        404    403    200     404         401       200', on.key),
  'POST /v1/projects/{id}/api-keys/{key}/explain':
                                              row('401     404   404        404    200    200     404         401       200', { ...on.key, body: {} }),
  'GET /v1/projects/{id}/api-keys/{key}/impact':
                                              row('401     404   404        404    200    200     404         401       200', on.key),
  'POST /v1/api-keys/verify':                 row('401     200   403        403    403    403     403         401       200', { body: { key: 'unknown' } }),

  'GET /v1/projects/{id}/reports':            row('401     404   404        403    200    200     404         401       200'),
  'POST /v1/projects/{id}/reports':           row('401     404   404        403    202    202     404         401       202', { body: { kind: 'team', format: 'csv' } }),
  'POST /v1/projects/{id}/reports # of what takes another permission':
                                              row('401     404   404        403    403    202     404         401       202', { body: { kind: 'events', format: 'csv' } }),
  'GET /v1/projects/{id}/reports/{rpt}':      row('401     404   404        403    200    200     404         401       200', on.report),
  'GET /v1/projects/{id}/reports/{rpt}/download':
                                              row('401     404   404        403    200    200     404         401       200', on.report),
  'DELETE /v1/projects/{id}/reports/{rpt}':   row('401     404   404        403    200    200     404         401       200', on.report),

  'GET /v1/projects/{id}/media':              row('401     404   404        200    200    200     404         401       200'),
  'POST /v1/projects/{id}/media':             row('401     404   404        403    201    201     404         401       201', { body: on.newForm }),
  'GET /v1/projects/{id}/media/{med}':        row('401     404   404        200    200    200     404         401       200', on.mediaFile),
  'PATCH /v1/projects/{id}/media/{med}':      row('401     404   404        403    200    200     404         401       200', { ...on.mediaFile, body: { name: 'Other' } }),
  'DELETE /v1/projects/{id}/media/{med}':     row('401     404   404        403    200    200     404         401       200', on.mediaFile),
  'POST /v1/projects/{id}/media/{med}/signed-url':
                                              row('401     404   404        200    200    200     404         401       200', { ...on.mediaFile, body: {} }),
  'GET /cdn/{prj}/{med}/{name}':              row('200     200   200        200    200    200     200         200       200', on.publicFile),
  'GET /cdn/{prj}/{med}/{name} # private':    row('404     404   404        404    404    404     404         404       404', on.privateFile),

  'GET /v1/projects/{id}/usage':              row('401     404   404        200    200    200     404         401       200'),
  'GET /v1/projects/{id}/request-logs':       row('401     404   404        200    200    200     404         401       200'),
  'GET /v1/projects/{id}/request-logs/{req}': row('401     404   404        404    404    200     404         401       200', on.loggedRequest),
  'GET /v1/projects/{id}/request-logs/{req}/explain':
                                              row('401     404   404        404    404    200     404         401       200', on.loggedRequest),
  'GET /v1/organizations/{id}/usage':         row('401     403   404        404    404    404     404         401       200', on.organization),
  'GET /v1/organizations/{id}/request-logs':  row('401     403   404        404    404    404     404         401       200', on.organization),

  'GET /v1/projects/{id}/alert-thresholds':   row('401     404   404        403    200    200     404         401       200'),
  'POST /v1/projects/{id}/alert-thresholds':  row('401     404   404        403    403    400     404         401       400', { body: {} }),
  'PATCH /v1/projects/{id}/alert-thresholds/{alr}':
                                              row('401     404   404        403    403    200     404         401       200', { ...on.threshold, body: { value: 200 } }),
  'DELETE /v1/projects/{id}/alert-thresholds/{alr}':
                                              row('401     404   404        403    403    200     404         401       200', on.threshold),

  'GET /v1/projects/{id}/retention':          row('401     404   404        403    200    200     404         401       200'),
  'PUT /v1/projects/{id}/retention':          row('401     404   404        403    403    200     404         401       200', { body: { reports_days: 60 } }),
  'POST /v1/projects/{id}/retention/run':     row('401     404   404        403    403    200     404         401       200', { body: { confirm: true } }),
  'POST /v1/projects/{id}/retention/run # ask':
                                              row('401     404   404        403    403    428     404         401       428'),
  'GET /v1/projects/{id}/webhook-endpoints':  row('401     404   404        403    200    200     404         401       200'),
  'POST /v1/projects/{id}/webhook-endpoints': row('401     404   404        403    403    201     404         401       201', { body: { url: 'https://hooks.example.com/', event_types: ['*'] } }),
  'GET /v1/projects/{id}/webhook-endpoints/{whk}':
                                              row('401     404   404        403    200    200     404         401       200', on.endpoint),
  'PATCH /v1/projects/{id}/webhook-endpoints/{whk}':
                                              row('401     404   404        403    403    200     404         401       200', { ...on.endpoint, body: { description: 'Other' } }),
  'DELETE /v1/projects/{id}/webhook-endpoints/{whk}':
                                              row('401     404   404        403    403    200     404         401       200', on.endpoint),
  'POST /v1/projects/{id}/webhook-endpoints/{whk}/rotate-secret':
                                              row('401     404   404        403    403    200     404         401       200', on.endpoint),
  'POST /v1/projects/{id}/webhook-endpoints/{whk}/test':
                                              row('401     404   404        403    403    202     404         401       202', { ...on.endpoint, body: {} }),
  'POST /v1/projects/{id}/webhook-endpoints/{whk}/recover':
                                              row('401     404   404        403    403    202     404         401       202', { ...on.endpoint, body: { since: '2026-01-01T00:00:00.000Z' } }),
  'GET /v1/projects/{id}/webhook-endpoints/{whk}/deliveries':
                                              row('401     404   404        403    200    200     404         401       200', on.endpoint),
  'GET /v1/projects/{id}/webhook-endpoints/{whk}/deliveries/{dlv}':
                                              row('401     404   404        403    200    200     404         401       200', on.delivery),
  'POST /v1/projects/{id}/webhook-endpoints/{whk}/deliveries/{dlv}/resend':
                                              row('401     404   404        403    403    202     404         401       202', on.delivery),
  'GET /v1/projects/{id}/customers':          row('401     404   404        200    200    200     404         401       200'),
  'POST /v1/projects/{id}/customers':         row('401     404   404        403    201    201     404         401       201', { body: on.newCustomer }),
  'GET /v1/projects/{id}/customers/{customer_id}':
                                              row('401     404   404        200    200    200     404         401       200', on.customer),
  'PATCH /v1/projects/{id}/customers/{customer_id}':
                                              row('401     404   404        403    200    200     404         401       200', { ...on.customer, body: { name: 'Other' } }),
  'GET /v1/projects/{id}/customers/{customer_id}/ledger':
                                              row('401     404   404        200    200    200     404         401       200', on.customer),
  'GET /v1/projects/{id}/customers/{customer_id}/balance':
                                              row('401     404   404        200    200    200     404         401       200', on.customer),
  'POST /v1/projects/{id}/customers/{customer_id}/deposit':
                                              row('401     404   404        403    200    200     404         401       200', { ...on.customer, body: { amount: 1 } }),
  'POST /v1/projects/{id}/customers/{customer_id}/deduct':
                                              row('401     404   404        403    200    200     404         401       200', { ...on.customer, body: { amount: 1, transaction_id: 't' } }),
  'GET /v1/projects/{id}/ledger':             row('401     404   404        200    200    200     404         401       200'),
  'GET /v1/projects/{id}/ledger/proof':       row('401     404   404        200    200    200     404         401       200'),
  'POST /v1/projects/{id}/ledger/{led}/reverse':
                                              row('401     404   404        403    201    201     404         401       201', { ...on.ledgerEntry, body: { reason: 'Mistake', confirm: true } }),

  // Of the key's own project: whoever is no key names none.
  'GET /v1/customers':                        row('401     200   403        403    403    403     403         401       403'),
  'GET /v1/customers/{id}':                   row('401     404   403        403    403    403     403         401       403', on.customer),
  'GET /v1/customers/{id}/ledger':            row('401     404   403        403    403    403     403         401       403', on.customer),
  'POST /v1/customers/deposit':               row('401     200   403        403    403    403     403         401       403', { body: on.newDeposit }),
  'POST /v1/billing/deposit':                 row('401     200   403        403    403    403     403         401       403', { body: on.newDeposit }),
  'POST /v1/billing/deduct':                  row('401     404   403        403    403    403     403         401       403', { body: on.spending }),
  'POST /v1/billing/freeze':                  row('401     404   403        403    403    403     403         401       403', { body: on.spending }),
  'POST /v1/billing/consume':                 row('401     400   403        403    403    403     403         401       403', { body: on.spending }),
  'POST /v1/billing/unfreeze':                row('401     400   403        403    403    403     403         401       403', { body: on.spending }),
  'POST /v1/slot/grant':                      row('401     404   403        403    403    403     403         401       403', { body: on.slots }),
  'POST /v1/slot/revoke':                     row('401     404   403        403    403    403     403         401       403', { body: on.slots }),
  'POST /v1/slot/claim':                      row('401     404   403        403    403    403     403         401       403', { body: on.slots }),
  'POST /v1/slot/release':                    row('401     404   403        403    403    403     403         401       403', { body: on.slots }),
  'GET /v1/slot/customer/{id}':               row('401     404   403        403    403    403     403         401       403', on.customer),
  'GET /v1/slot/events/{id}':                 row('401     404   403        403    403    403     403         401       403', on.customer),
  'POST /v1/entitlement/set':                 row('401     404   403        403    403    403     403         401       403', { body: on.entitlement }),
  'POST /v1/entitlement/remove':              row('401     404   403        403    403    403     403         401       403', { body: on.entitlement }),
  'GET /v1/entitlement/{customer}':           row('401     404   403        403    403    403     403         401       403', on.customer),
  'GET /v1/entitlement/{customer}/events':    row('401     404   403        403    403    403     403         401       403', on.customer),
  'GET /v1/entitlement/{customer}/{feature}': row('401     404   403        403    403    403     403         401       403', on.customer),

  'GET /v1/events':                           row('401     403   403        403    403    403     403         401       200'),
  'GET /v1/projects/{id}/events':             row('401     404   404        403    403    200     404         401       200'),
  'GET /v1/events/signing-keys':              row('200     200   200        200    200    200     200         200       200'),
  'GET /v1/events/verify':                    row('401     403   403        403    403    403     403         401       200'),
  'GET /v1/events/checkpoints':               row('401     403   403        403    403    403     403         401       200'),
  'POST /v1/events/checkpoints':              row('401     403   403        403    403    403     403         401       201'),
  'GET /v1/projects/{id}/events/verify':      row('401     404   404        403    403    200     404         401       200'),
  'GET /v1/projects/{id}/events/checkpoints': row('401     404   404        403    403    200     404         401       200'),
  'POST /v1/projects/{id}/events/checkpoints':row('401     404   404        403    403    201     404         401       201'),
  'GET /v1/projects/{id}/events/{evt}':       row('401     404   404        403    403    200     404         401       200', on.event),
};
