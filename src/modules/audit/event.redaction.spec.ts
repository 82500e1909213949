import { hiddenAttributes, REDACTED } from '../../kernel/context/hidden-attributes.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { Redaction } from '../../kernel/visibility/redaction.js';
import { Shapes } from '../../kernel/visibility/shape.js';
import { Event } from './event.dto.js';

defineTarget('customer', { name: ['customer.email'] });
defineTarget('api_key', { name: ['api_key.name'] });
defineTarget('session', { name: [] });
defineTarget('user', { name: ['member.name', 'member.email'] });
defineTarget('route', { name: [], id: ['request_log.route'] });

function hide(event: Event, ...attributes: string[]): Event {
  return new Redaction(hiddenAttributes(attributes), new Shapes(), new Map()).apply(Event, event);
}

const event: Event = {
  id: 'evt_1',
  sequence: 1,
  type: 'customer.updated',
  outcome: 'success',
  category: 'project',
  actor: { type: 'user', id: 'usr_1', name: 'Ada Lovelace', role: 'member' },
  subject_user_id: null,
  project_id: 'prj_1',
  target: { type: 'customer', id: 'cus_1', name: 'Grace' },
  changes: {
    email: { before: null, after: 'grace@example.com' },
    metadata: { before: { plan: 'silver', seats: 1 }, after: { plan: 'gold', seats: 1 } },
  },
  effects: [
    { type: 'session.ended', target: { type: 'session', id: 'others', name: '2 other sessions' } },
    {
      type: 'api_key.updated',
      target: { type: 'api_key', id: 'key_1', name: 'Script' },
      changes: { allowed_ips: { before: [], after: ['192.0.2.1'] } },
    },
  ],
  reason: null,
  ip: '192.0.2.9',
  user_agent: null,
  request_id: 'req_1',
  created_at: '2026-01-31T12:00:00.000Z',
};

it('hides what changed in the thing an entry tells of, on both sides', () => {
  expect(hide(event, 'customer.email').changes).toEqual({
    ...event.changes,
    email: { before: REDACTED, after: REDACTED },
  });
  expect(hide(event, 'customer.metadata.plan').changes.metadata).toEqual({
    before: { plan: REDACTED, seats: 1 },
    after: { plan: REDACTED, seats: 1 },
  });
});

it('hides what changed in the effects', () => {
  const { effects } = hide(event, 'api_key.allowed_ips', 'api_key.name');
  expect(effects).toEqual([
    event.effects[0],
    {
      type: 'api_key.updated',
      target: { type: 'api_key', id: 'key_1', name: REDACTED },
      changes: { allowed_ips: { before: REDACTED, after: REDACTED } },
    },
  ]);
});

it('hides the names of targets and actors', () => {
  expect(hide(event, 'customer.email').target.name).toBe(REDACTED);
  expect(hide(event, 'member.email').actor).toEqual({ ...event.actor, name: REDACTED });
  expect(hide(event, 'api_key.name').actor.name).toBe('Ada Lovelace');
});

it('hides names of which nobody says any more what they are made of', () => {
  const former = { ...event, target: { type: 'wallet', id: 'wal_1', name: 'Savings' } };
  expect(hide(former, 'event.ip').target).toEqual({ type: 'wallet', id: 'wal_1', name: REDACTED });
});

it('hides what stands for an id, and what was done then', () => {
  const refused: Event = {
    ...event,
    target: { type: 'route', id: 'GET /v1/customers', name: null },
    changes: { refusals: { before: null, after: { 'GET /v1/customers': 2 } } },
  };
  expect(hide(refused, 'request_log.route')).toMatchObject({
    target: { type: 'route', id: REDACTED, name: null },
    changes: { refusals: { before: REDACTED, after: REDACTED } },
  });
});

it('hides what entries themselves show', () => {
  expect(hide(event, 'event.ip', 'event.changes.email', 'event.target')).toMatchObject({
    ip: REDACTED,
    target: REDACTED,
    changes: { email: REDACTED, metadata: event.changes.metadata },
  });
  expect(hide(event, 'customer.email', 'event.changes').changes).toBe(REDACTED);
});

it('leaves everything else alone', () => {
  expect(hide(event, 'customer.phone_number', 'media.size')).toEqual(event);
});
