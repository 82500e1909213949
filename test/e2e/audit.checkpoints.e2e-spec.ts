import { createPublicKey, verify } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import { canonicalJson } from '../../src/kernel/text/canonical-json.js';
import { CheckpointService } from '../../src/modules/audit/checkpoint.service.js';
import { EventEntity } from '../../src/modules/audit/event.entity.js';
import { hashedForm } from '../../src/modules/audit/event-hash.js';
import { EventSealer } from '../../src/modules/audit/event-sealer.service.js';
import { checkExportedLog } from '../../src/modules/audit/exported-log.js';
import { codeOf, projectEvents } from '../support/answers.js';
import { freshDirectory } from '../support/lane.js';
import { onDatabase } from '../support/open-database.js';
import { expectStatus, Scene } from '../support/scene.js';

let scene: Scene;
beforeAll(async () => (scene = await Scene.open()));
afterAll(() => scene?.close());

const seal = () => scene.server.app.get(EventSealer, { strict: false }).sealAll();
const rows = async (projectId: string) =>
  onDatabase(scene.server.databaseUrl, source =>
    source.query('SELECT * FROM events WHERE project_id = ? ORDER BY sequence', [projectId]),
  );
const tamper = (sql: string, values: unknown[]) =>
  onDatabase(scene.server.databaseUrl, source => source.query(sql, values));

/** A project whose log has about six sealed entries and one checkpoint, which is answered with it. */
async function signedProject() {
  const project = await scene.project();
  const owner = await scene.owner();
  for (const name of ['One', 'Two', 'Three', 'Four']) await scene.key(project, 'viewer', { name });
  const log = `/v1/projects/${project.id}/events`;
  const checkpoint = expectStatus(201, await scene.api.post(`${log}/checkpoints`, undefined, owner)).body;
  await seal();
  const verified = async () => expectStatus(200, await scene.api.get(`${log}/verify`, owner)).body;
  return { project, owner, log, checkpoint, verified };
}

describe('a checkpoint', () => {
  it('is signed over its canonical form with a published key, and logged', async () => {
    const { project, owner, log, checkpoint } = await signedProject();
    const { keys } = expectStatus(200, await scene.api.get('/v1/events/signing-keys')).body;
    const { signature, ...statement } = checkpoint;
    const jwk = keys.find(({ kid }: { kid: string }) => kid === statement.key_id);
    expect(jwk).toMatchObject({ kty: 'OKP', crv: 'Ed25519', use: 'sig' });
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const bytes = Buffer.from(canonicalJson(statement));
    expect(verify(null, bytes, key, Buffer.from(signature, 'base64url'))).toBe(true);
    expect(statement).toMatchObject({ project_id: project.id, sequence: 5, previous: null });

    const next = expectStatus(201, await scene.api.post(`${log}/checkpoints`, undefined, owner)).body;
    expect(next.previous).toEqual({ sequence: checkpoint.sequence, hash: checkpoint.hash });
    const page = expectStatus(
      200,
      await scene.api.get(`${log}/checkpoints`, { ...owner, query: { limit: 1 } }),
    ).body;
    expect(page).toMatchObject({ items: [next], total_count: 2, has_more: true });
    const query = { limit: 1, cursor: page.next_cursor };
    expect((await scene.api.get(`${log}/checkpoints`, { ...owner, query })).body.items).toEqual([checkpoint]);
    const [event] = await projectEvents(scene.server, owner.auth, project.id);
    expect(event).toMatchObject({ type: 'checkpoint.signed', target: { type: 'checkpoint' } });
  });

  it('comes by itself where there is something new', async () => {
    const { project, owner, log } = await signedProject();
    const service = scene.server.app.get(CheckpointService, { strict: false });
    const count = async () => (await scene.api.get(`${log}/checkpoints`, owner)).body.total_count;
    await scene.key(project, 'viewer');
    await seal();
    await service.signAll();
    expect(await count()).toBe(1);
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString().replace('T', ' ').replace('Z', '');
    await tamper('UPDATE event_chains SET signed_at = ? WHERE log = ?', [hourAgo, project.id]);
    await service.signAll();
    expect(await count()).toBe(2);
    // The entry of the checkpoint itself is nothing new.
    await seal();
    await tamper('UPDATE event_chains SET signed_at = ? WHERE log = ?', [hourAgo, project.id]);
    await service.signAll();
    expect(await count()).toBe(2);
  });

  it('is for those with audit:read', async () => {
    const { project, log } = await signedProject();
    const viewer = await scene.member(project, 'viewer');
    for (const call of [
      (as: { auth: string }) => scene.api.post(`${log}/checkpoints`, undefined, as),
      (as: { auth: string }) => scene.api.get(`${log}/checkpoints`, as),
      (as: { auth: string }) => scene.api.get(`${log}/verify`, as),
    ]) {
      expect(codeOf(await call(viewer))).toEqual([403, 'permission_denied']);
      expect(codeOf(await call(await scene.stranger()))).toEqual([404, 'not_found']);
    }
  });
});

describe('the verification', () => {
  it('finds a log to be what it was, up to its head', async () => {
    const { verified, checkpoint, project } = await signedProject();
    const found = await verified();
    expect(found).toMatchObject({
      valid: true,
      checked: 6,
      head: { sequence: 6 },
      first_bad: null,
      checkpoints: { checked: 1, newest: { sequence: checkpoint.sequence, hash: checkpoint.hash } },
    });
    expect(found.head.hash).toBe((await rows(project.id)).at(-1).hash);
    const platform = expectStatus(200, await scene.api.get('/v1/events/verify', scene.root)).body;
    expect(platform).toMatchObject({ valid: true, first_bad: null });
    expect(platform.checked).toBeGreaterThan(0);
  });

  it.each<[string, string, string, number]>([
    [
      'a changed entry',
      "UPDATE events SET reason = 'because' WHERE project_id = ? AND sequence = 3",
      'changed',
      3,
    ],
    ['a deleted entry', 'DELETE FROM events WHERE project_id = ? AND sequence = 3', 'missing', 3],
    ['a deleted end', 'DELETE FROM events WHERE project_id = ? AND sequence > 3', 'cut', 4],
    ['an altered checkpoint', "UPDATE event_checkpoints SET hash = 'other' WHERE log = ?", 'changed', 5],
  ])('finds %s', async (_what, sql, reason, sequence) => {
    const { project, verified } = await signedProject();
    await tamper(sql, [project.id]);
    expect(await verified()).toMatchObject({ valid: false, first_bad: { reason, sequence } });
  });

  it('finds entries that changed places', async () => {
    const { project, verified } = await signedProject();
    for (const [from, to] of [
      [3, 99],
      [4, 3],
      [99, 4],
    ])
      await tamper('UPDATE events SET sequence = ? WHERE project_id = ? AND sequence = ?', [
        to,
        project.id,
        from,
      ]);
    expect(await verified()).toMatchObject({ valid: false, first_bad: { reason: 'reordered', sequence: 3 } });
  });

  it('finds a cut end by a checkpoint, though the head was put back', async () => {
    const { project, verified } = await signedProject();
    const { hash } = (await rows(project.id))[2];
    await tamper('DELETE FROM events WHERE project_id = ? AND sequence > 3', [project.id]);
    await tamper('UPDATE event_chains SET last_sequence = 3, last_hash = ? WHERE log = ?', [
      hash,
      project.id,
    ]);
    expect(await verified()).toMatchObject({
      valid: false,
      first_bad: { reason: 'cut', sequence: 4, id: null },
    });
  });
});

describe('an exported log', () => {
  it('is checked without a server, against a checkpoint that was kept', async () => {
    const { project, checkpoint } = await signedProject();
    const entries = await scene.server.app
      .get(EventSealer, { strict: false })
      .sealAll()
      .then(() => exported(project.id));
    const folder = await freshDirectory();
    const file = (name: string) => join(folder, name);
    await writeFile(file('checkpoints.json'), JSON.stringify([checkpoint]));
    await writeFile(file('keys.json'), JSON.stringify((await scene.api.get('/v1/events/signing-keys')).body));
    const check = async (lines: object[]) => {
      await writeFile(file('events.jsonl'), lines.map(line => `${JSON.stringify(line)}\n`).join(''));
      return checkExportedLog({
        events: file('events.jsonl'),
        checkpoints: file('checkpoints.json'),
        keys: file('keys.json'),
      });
    };
    expect(await check(entries)).toEqual({ checked: 6, firstBad: null, unsigned: false });
    expect((await check(entries.toSpliced(2, 1))).firstBad).toEqual({
      sequence: 3,
      id: null,
      reason: 'missing',
    });
    expect((await check(entries.slice(0, 4))).firstBad).toEqual({ sequence: 5, id: null, reason: 'cut' });
    const swapped = entries.with(2, entries[3]!).with(3, entries[2]!);
    expect((await check(swapped)).firstBad).toMatchObject({ sequence: 4, reason: 'reordered' });
    const changed = entries.with(1, { ...entries[1]!, reason: 'because' });
    expect((await check(changed)).firstBad).toMatchObject({ sequence: 2, reason: 'changed' });
    await writeFile(file('checkpoints.json'), JSON.stringify([{ ...checkpoint, sequence: 4 }]));
    expect(await check(entries)).toEqual({
      checked: 6,
      firstBad: { sequence: 4, id: null, reason: 'changed' },
      unsigned: true,
    });
    await writeFile(file('keys.json'), '{');
    await expect(check(entries)).rejects.toThrow(/keys\.json is not JSON/);
  });

  async function exported(projectId: string): Promise<Record<string, unknown>[]> {
    const manager = scene.server.app.get(Database).read(RequestContext.reading('test'));
    const found = await manager.find(EventEntity, {
      where: { project_id: projectId },
      order: { sequence: 'ASC' },
    });
    return found.map(row => ({
      ...hashedForm(row, Number(row.sequence), row.previous_hash ?? ''),
      hash: row.hash,
    }));
  }
});
