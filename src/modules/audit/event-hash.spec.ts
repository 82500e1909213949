import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '../../kernel/database/ids.js';
import { isSigned, type SigningJwk } from './checkpoint-signer.js';
import type { EventEntity } from './event.entity.js';
import { hashedForm, hashOf } from './event-hash.js';

const hashAt = (event: EventEntity, sequence: number, previous: string) =>
  hashOf(hashedForm(event, sequence, previous));

const event: EventEntity = {
  id: newId('evt'),
  project_id: newId('prj'),
  organization_id: newId('org'),
  sequence: null,
  previous_hash: null,
  hash: null,
  type: 'project.renamed',
  outcome: 'success',
  category: 'project',
  actor_type: 'user',
  actor_id: newId('usr'),
  actor_name: 'Ada Lovelace',
  actor_role: 'administrator',
  subject_user_id: null,
  target_type: 'project',
  target_id: newId('prj'),
  target_name: 'Engine',
  search_text: 'project.renamed engine ada lovelace',
  changes: { name: { before: 'Mill', after: 'Engine' } },
  effects: [],
  reason: null,
  ip: '203.0.113.7',
  user_agent: null,
  request_id: newId('req'),
  created_at: new Date('2026-01-31T12:00:00.123Z'),
};

it('depends on every field that says what happened', () => {
  const hash = hashAt(event, 1, '');
  const notCovered = ['sequence', 'previous_hash', 'hash', 'organization_id', 'search_text'];
  for (const field of Object.keys(event).filter(name => !notCovered.includes(name))) {
    expect({
      field,
      hash: hashAt({ ...event, [field]: field === 'created_at' ? new Date(0) : 'forged' }, 1, ''),
    }).not.toEqual({ field, hash });
  }
});

it('depends on the place in the chain', () => {
  expect(hashAt(event, 2, '')).not.toBe(hashAt(event, 1, ''));
  expect(hashAt(event, 1, 'another')).not.toBe(hashAt(event, 1, ''));
});

it('is the same for an entry read back from the database', () => {
  const read = JSON.parse(JSON.stringify(event)) as EventEntity;
  expect(hashAt({ ...read, created_at: new Date(read.created_at) }, 1, '')).toBe(hashAt(event, 1, ''));
});

it('is what the example of the documentation says, signature included', () => {
  const page = readFileSync(join(__dirname, '../../../docs/audit.md'), 'utf8');
  const [event, checkpoint, { keys }] = [...page.matchAll(/<!-- file: .* -->\n\n```\w+\n([^`]*)\n```/g)].map(
    ([, text]) => JSON.parse(text!),
  );
  const { hash, ...form } = event;
  expect(hashOf(form)).toBe(hash);
  expect(checkpoint.hash).toBe(hash);
  expect(isSigned(checkpoint, keys as SigningJwk[])).toBe(true);
  expect(isSigned({ ...checkpoint, sequence: 2 }, keys as SigningJwk[])).toBe(false);
});
