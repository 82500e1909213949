import { NOTHING_HIDDEN } from '../../kernel/context/hidden-attributes.js';
import { firstFailure, KEY_CHECKS, type KeyRequest, refusalOf } from './key-decision.js';
import type { KeyFacts } from './key-facts.js';

const NOW = new Date('2026-01-31T12:00:00.000Z');
const BEFORE = new Date(NOW.getTime() - 1);
const AFTER = new Date(NOW.getTime() + 1);

const key: KeyFacts = {
  id: 'key_1',
  name: 'Script',
  status: 'activated',
  expiresAt: null,
  allowedIps: [],
  allowedDomains: [],
  used: true,
  previousSecretUntil: null,
  memberId: null,
  memberStoppedIn: null,
  project: {
    id: 'prj_1',
    organizationId: 'org_1',
    name: 'Weather',
    status: 'activated',
    environment: 'sandbox',
    ownerId: 'usr_1',
  },
  role: { id: 'rol_1', name: 'member' },
  permissions: new Set(['project:read'] as const),
  hidden: NOTHING_HIDDEN,
  quotas: [],
  limits: { requests_per_minute: 1, requests_per_day: 1 },
};
const request: KeyRequest = { ip: '192.0.2.1', origin: null, permission: 'project:read', at: NOW };
const inProject = (status: string) => ({ project: { ...key.project, status } });

it.each<[string, Partial<KeyFacts>]>([
  ['as it was issued', {}],
  ['in a new project', inProject('new')],
  ['before it expires', { expiresAt: AFTER }],
  ['by its old secret within the grace period', { previousSecretUntil: AFTER }],
  ["as an active member's own", { memberId: 'mbr_1' }],
  ['from an allowed address', { allowedIps: ['192.0.2.0/24'] }],
])('a key passes %s', (_, facts) => expect(refusalOf({ ...key, ...facts }, request)).toBeNull());

it.each<[string, Partial<KeyFacts>, Partial<KeyRequest>, string]>([
  ['in a deleted project', inProject('deleted'), {}, 'invalid_api_key'],
  ['by its old secret after the grace period', { previousSecretUntil: NOW }, {}, 'invalid_api_key'],
  ['once revoked', { status: 'revoked' }, {}, 'api_key_revoked'],
  ['from the instant it expires', { expiresAt: NOW }, {}, 'api_key_expired'],
  ['in a suspended project', inProject('suspended'), {}, 'project_suspended'],
  ['while suspended', { status: 'suspended' }, {}, 'api_key_suspended'],
  ['while its member is', { memberId: 'mbr_1', memberStoppedIn: 'team' }, {}, 'api_key_suspended'],
  ['while its account is', { memberId: 'mbr_1', memberStoppedIn: 'account' }, {}, 'api_key_suspended'],
  ['from another address', { allowedIps: ['198.51.100.1'] }, {}, 'ip_not_allowed'],
  ['from no address, with a list', { allowedIps: ['0.0.0.0/0'] }, { ip: null }, 'ip_not_allowed'],
  ['without an origin, with a list', { allowedDomains: ['example.com'] }, {}, 'domain_not_allowed'],
  [
    'from another origin',
    { allowedDomains: ['example.com'] },
    { origin: 'https://x.example' },
    'domain_not_allowed',
  ],
  ['for what its role does not permit', {}, { permission: 'audit:read' }, 'permission_denied'],
])('a key is refused %s', (_, facts, of, refusal) =>
  expect(refusalOf({ ...key, ...facts }, { ...request, ...of })).toBe(refusal),
);

it('of several reasons the first in order counts, so that a dead key tells nothing of its project', () => {
  const dead: KeyFacts = {
    ...key,
    ...inProject('suspended'),
    status: 'revoked',
    expiresAt: BEFORE,
    allowedIps: ['::1'],
  };
  expect(refusalOf(dead, request)).toBe('api_key_revoked');
  expect(refusalOf({ ...dead, status: 'suspended' }, request)).toBe('api_key_expired');
  expect(refusalOf({ ...dead, status: 'suspended', expiresAt: null }, request)).toBe('project_suspended');
});

it('every check has a name of its own, a reason and a fix', () => {
  expect(new Set(KEY_CHECKS.map(({ check }) => check)).size).toBe(KEY_CHECKS.length);
  const refused: KeyFacts = { ...key, expiresAt: BEFORE, memberId: 'mbr_1', memberStoppedIn: 'team' };
  for (const { reason, fix } of KEY_CHECKS) {
    for (const from of [request, { ...request, ip: null, origin: 'https://x.example' }]) {
      expect(reason(refused, from)).toMatch(/^\S.*\.$/);
      expect(fix(refused, from)).toMatch(/^[A-Z].*\.$/);
    }
  }
  expect(firstFailure(key, request)).toBeNull();
});
