import { AuditRecord, diff } from './audit-record.js';
import { defineTarget } from './targets.js';

const project = defineTarget('project', { name: ['project.name'] })('prj_1', 'Weather');
const key = defineTarget('api_key', { name: ['api_key.name'] })('key_1', null);
const user = defineTarget('user', { name: ['member.name'] })('usr_1', 'Ada');

describe('diff', () => {
  it('holds the fields that differ and no others', () => {
    expect(
      diff({ name: 'a', country: 'DE', tags: ['x'] }, { name: 'b', country: 'DE', tags: ['x'] }),
    ).toEqual({
      name: { before: 'a', after: 'b' },
    });
  });

  it('writes a creation and a deletion as coming from, and going to, nothing', () => {
    expect(diff(null, { name: 'a' })).toEqual({ name: { before: null, after: 'a' } });
    expect(diff({ name: 'a' }, null)).toEqual({ name: { before: 'a', after: null } });
    expect(diff(null, null)).toEqual({});
  });

  it('takes a missing field, undefined and null as the same', () => {
    expect(diff({ a: null }, { b: undefined })).toEqual({});
  });

  it('compares what is inside lists, objects and dates', () => {
    const at = (iso: string) => new Date(iso);
    expect(diff({ ips: ['::1'] }, { ips: ['::1', '10.0.0.1'] })).toEqual({
      ips: { before: ['::1'], after: ['::1', '10.0.0.1'] },
    });
    expect(diff({ at: at('2026-01-01') }, { at: at('2026-01-01') })).toEqual({});
    expect(Object.keys(diff({ at: at('2026-01-01') }, { at: at('2026-01-02') }))).toEqual(['at']);
  });

  it.each(['secret', 'secret_hash', 'password', 'new_password', 'token', 'resetToken', 'hash'])(
    'masks %s',
    field => {
      expect(diff({ [field]: 'old' }, { [field]: 'new' })).toEqual({
        [field]: { before: '[SECRET]', after: '[SECRET]' },
      });
      expect(diff(null, { [field]: 'new' })).toEqual({ [field]: { before: null, after: '[SECRET]' } });
    },
  );

  it('masks secrets inside lists and objects, and keeps the rest', () => {
    const since = new Date(0);
    expect(diff(null, { hooks: [{ url: 'https://a.example', secret: 's', since }, null] })).toEqual({
      hooks: { before: null, after: [{ url: 'https://a.example', secret: '[SECRET]', since }, null] },
    });
  });
});

describe('AuditRecord', () => {
  it('has the type already when only one was declared', () => {
    expect(new AuditRecord(['project.created']).type).toBe('project.created');
    expect(new AuditRecord(['project.renamed', 'project.updated']).type).toBeNull();
    expect(new AuditRecord(['project.renamed', 'project.updated']).as('project.renamed').type).toBe(
      'project.renamed',
    );
  });

  it('collects what the entry will say', () => {
    const record = new AuditRecord(['project.suspended'])
      .change(project, { status: 'activated' }, { status: 'suspended' })
      .inProject('prj_1')
      .about('usr_1')
      .because('unpaid')
      .effect('api_key.suspended', key, { secret: 'x' }, { secret: null })
      .effect('member.notified', user);
    expect(record).toMatchObject({
      target: project,
      changes: { status: { before: 'activated', after: 'suspended' } },
      projectId: 'prj_1',
      subjectUserId: 'usr_1',
      reason: 'unpaid',
      outcome: 'success',
    });
    expect(record.effects).toEqual([
      {
        type: 'api_key.suspended',
        target: { type: 'api_key', id: 'key_1', name: null },
        changes: { secret: { before: '[SECRET]', after: null } },
      },
      { type: 'member.notified', target: { type: 'user', id: 'usr_1', name: 'Ada' } },
    ]);
  });
});
