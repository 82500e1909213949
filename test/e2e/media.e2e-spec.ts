import { codeOf, eventOf, eventsOf, projectEvents, sameAnswer } from '../support/answers.js';
import { expectStatus, type Person, type Project, ROLE_IDS, Scene } from '../support/scene.js';
import { formOf, pathOf, sha256, upload, uploaded } from '../support/uploads.js';
import { waitFor } from '../support/wait-for.js';

/** The smallest PNG there is: one transparent pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
const MAX = 100_000;
const QUOTA = 300_000;

const OF_THE_CONNECTION = /^(?:date|x-request-id|connection|keep-alive)$/;

let scene: Scene;
let owner: Person;
beforeAll(async () => {
  scene = await Scene.open({ MEDIA_MAX_BYTES: String(MAX), MEDIA_QUOTA_BYTES: String(QUOTA) });
  owner = await scene.owner();
});
afterAll(() => scene?.close());

const media = (project: Project, id = '') => `/v1/projects/${project.id}/media${id && `/${id}`}`;
const put = (project: Project, file = {}, caller: { auth: string } = owner, headers = {}) =>
  upload(scene.api, project.id, caller, file, headers);
const made = (project: Project, file = {}, caller: { auth: string } = owner) =>
  uploaded(scene.api, project.id, caller, file);
const listed = async (project: Project, query = {}) =>
  expectStatus(200, await scene.api.get(media(project), { auth: owner.auth, query })).body;
const fetched = (url: string, headers = {}) => scene.api.get(pathOf(url), { headers });
const bytesAt = async (url: string, init: RequestInit = {}) => {
  const answer = await fetch(new URL(pathOf(url), scene.server.url), init);
  return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
};

describe('uploading', () => {
  it('makes a file of the project, and leaves one event', async () => {
    const project = await scene.project();
    const answer = await put(project, { bytes: PNG, fileName: 'pixel.png', after: { visibility: 'public' } });
    const file = expectStatus(201, answer).body;
    expect(file).toEqual({
      id: expect.stringMatching(/^med_[0-9a-z]{26}$/),
      name: 'pixel.png',
      size: PNG.length,
      content_type: 'image/png',
      sha256: sha256(PNG),
      width: 1,
      height: 1,
      status: 'active',
      visibility: 'public',
      url: `${scene.server.config.publicUrl}/cdn/${project.id}/${file.id}/pixel.png`,
      uploaded_by: { type: 'user', id: owner.user.id, name: 'Ada Lovelace' },
      created_at: expect.any(String),
    });
    expect(await eventOf(scene.server, scene.root.auth, answer)).toMatchObject({
      type: 'media.created',
      category: 'project',
      project_id: project.id,
      target: { type: 'media', id: file.id, name: 'pixel.png' },
      changes: { sha256: { before: null, after: sha256(PNG) }, size: { before: null, after: PNG.length } },
    });
    expect(expectStatus(200, await scene.api.get(media(project, file.id), owner)).body).toEqual(file);
    expect((await bytesAt(file.url)).bytes).toEqual(PNG);
  });

  it('takes the fields before the file or after it, and is private unless told', async () => {
    const project = await scene.project();
    const fields = { name: 'Größe 🦊.txt', visibility: 'public' };
    expect(await made(project, { bytes: 'a', before: fields })).toMatchObject(fields);
    expect(await made(project, { bytes: 'b', after: fields })).toMatchObject(fields);
    const defaults = { name: 'note.txt', visibility: 'private' };
    expect(await made(project, { bytes: 'c' })).toMatchObject(defaults);
    const left = { name: '', visibility: '' };
    expect(await made(project, { bytes: 'd', before: left })).toMatchObject(defaults);
  });

  it('is for those with media:write, in their own project', async () => {
    const project = await scene.project();
    for (const caller of [await scene.member(project, 'viewer'), await scene.key(project, 'viewer')])
      expect(codeOf(await put(project, {}, caller))).toEqual([403, 'permission_denied']);
    expect(codeOf(await put(project, {}, await scene.stranger()))).toEqual([404, 'not_found']);
    const anonymous = await scene.api.post(media(project), formOf({}));
    expect(codeOf(anonymous)).toEqual([401, 'missing_api_key']);
    const key = await scene.key(project, 'member');
    expect(await made(project, {}, key)).toMatchObject({
      uploaded_by: { type: 'api_key', id: key.id, name: 'Script' },
    });
  });

  it('refuses what is no form with one file', async () => {
    const project = await scene.project();
    const refused = async (form: FormData, code: string, param?: string) => {
      const answer = await scene.api.post(media(project), form, owner);
      expect(codeOf(answer)).toEqual([400, code]);
      if (param) expect(answer.body.error.param).toBe(param);
    };
    const nothing = new FormData();
    nothing.append('name', 'x');
    await refused(nothing, 'file_required');
    const text = new FormData();
    text.append('file', 'text');
    await refused(text, 'file_required');
    const two = formOf({});
    two.append('file', new Blob(['other']), 'other.txt');
    await refused(two, 'validation_failed', 'file');
    await refused(formOf({ before: { folder: 'x' } }), 'validation_failed', 'folder');
    await refused(formOf({ after: { folder: 'x' } }), 'validation_failed', 'folder');
    await refused(formOf({ after: { visibility: 'secret' } }), 'validation_failed', 'visibility');
    await refused(formOf({ before: { name: ' ' } }), 'validation_failed', 'name');
    await refused(formOf({ after: { name: 'x'.repeat(256) } }), 'validation_failed', 'name');
    await refused(formOf({ after: { name: 'a\0b' } }), 'invalid_encoding');
    const elsewhere = new FormData();
    elsewhere.append('picture', new Blob(['x']), 'x.png');
    await refused(elsewhere, 'validation_failed', 'picture');
    for (const [body, type] of [
      ['{}', 'application/json'],
      ['hello', 'text/plain'],
      [PNG, 'image/png'],
    ] as const)
      expect(
        codeOf(await scene.api.post(media(project), body, { ...owner, headers: { 'content-type': type } })),
      ).toEqual([415, 'multipart_required']);
    expect(codeOf(await scene.api.post(media(project), undefined, owner))).toEqual([
      415,
      'multipart_required',
    ]);
    const open = { ...owner, headers: { 'content-type': 'multipart/form-data; boundary=x' } };
    expect(codeOf(await scene.api.post(media(project), '--x\r\ncontent-', open))).toEqual([
      400,
      'malformed_request',
    ]);
    const without = { ...owner, headers: { 'content-type': 'multipart/form-data' } };
    expect(codeOf(await scene.api.post(media(project), 'x', without))).toEqual([400, 'malformed_request']);
    expect(await listed(project)).toMatchObject({ items: [], counts: { all: 0 }, total_size: 0 });
    expect(await listed(project, { status: 'processing' })).toMatchObject({ items: [] });
  });

  it('other routes take no forms', async () => {
    expect(codeOf(await scene.api.post('/v1/projects', formOf({}), owner))).toEqual([
      415,
      'unsupported_media_type',
    ]);
  });

  it('takes exactly the largest size, an empty file, and no byte more', async () => {
    const project = await scene.project();
    expect(await made(project, { bytes: Buffer.alloc(MAX, 1) })).toMatchObject({ size: MAX });
    expect(await made(project, { bytes: '', fileName: 'empty' })).toMatchObject({
      size: 0,
      sha256: sha256(''),
    });
    const answer = await put(project, { bytes: Buffer.alloc(MAX + 1, 2) });
    expect(codeOf(answer)).toEqual([413, 'file_too_large']);
    expect(answer.body.error.details).toEqual({ max_bytes: MAX });
    expect(codeOf(await put(project, { bytes: Buffer.alloc(40 * MAX, 2) }))).toEqual([413, 'file_too_large']);
    expect(await listed(project)).toMatchObject({ total_count: 2, total_size: MAX });
  });

  it('answers known bytes with the file that has them, and leaves no event', async () => {
    const [project, other] = [await scene.project(), await scene.project()];
    const first = await made(project);
    const again = await put(project, { fileName: 'copy.txt', before: { visibility: 'public' } });
    expect([again.status, again.body]).toEqual([200, first]);
    expect(await eventsOf(scene.server, scene.root.auth, again)).toEqual([]);
    expect((await made(other)).id).not.toBe(first.id);
    expectStatus(200, await scene.api.delete(media(project, first.id), undefined, owner));
    expect((await made(project)).id).not.toBe(first.id);
  });

  it('makes one file of the same bytes sent at the same time', async () => {
    const project = await scene.project();
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, at) =>
        put(project, { bytes: Buffer.alloc(50_000, 7), fileName: `${at}` }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const { items, counts, total_size } = await listed(project);
    expect([items.length, counts.all, total_size]).toEqual([1, 1, 50_000]);
    expect(await projectEvents(scene.server, owner.auth, project.id, { type: 'media.created' })).toHaveLength(
      1,
    );
  });

  it('has one effect under an Idempotency-Key', async () => {
    const project = await scene.project();
    const key = { 'idempotency-key': 'upload-1' };
    const first = await put(project, { bytes: 'once' }, owner, key);
    const second = await put(project, { bytes: 'once' }, owner, key);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.body).toEqual(first.body);
    expect(codeOf(await put(project, { bytes: 'other' }, owner, key))).toEqual([422, 'idempotency_mismatch']);
    const renamed = await put(project, { bytes: 'once', fileName: 'other.txt' }, owner, key);
    expect(codeOf(renamed)).toEqual([422, 'idempotency_mismatch']);
    expect(await listed(project)).toMatchObject({ total_count: 1 });
  });

  it('keeps within the quota, also at the same time; deleting makes room, but not endlessly', async () => {
    const project = await scene.project();
    const chunk = (fill: number) => ({ bytes: Buffer.alloc(80_000, fill), fileName: `${fill}` });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(fill => put(project, chunk(fill))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409, 409]);
    expect(await listed(project)).toMatchObject({ total_size: 240_000, counts: { all: 3 } });
    const refused = await put(project, chunk(6));
    expect(codeOf(refused)).toEqual([409, 'media_quota_exceeded']);
    expect(refused.body.error.details).toEqual({
      quota_bytes: QUOTA,
      used_bytes: 240_000,
      deleted_bytes: 0,
      free_bytes: 60_000,
    });
    // Bytes that are there take no room.
    const kept = answers.findIndex(({ status }) => status === 201);
    expect((await put(project, chunk(kept + 1))).status).toBe(200);
    const files = (await listed(project)).items;
    for (const { id } of files)
      expectStatus(200, await scene.api.delete(media(project, id), undefined, owner));
    for (const fill of [11, 12, 13]) await made(project, chunk(fill));
    for (const { id } of (await listed(project)).items)
      expectStatus(200, await scene.api.delete(media(project, id), undefined, owner));
    expect(await listed(project)).toMatchObject({ total_size: 0, counts: { all: 0, deleted: 6 } });
    expect(await made(project, { bytes: Buffer.alloc(100_000, 14), fileName: 'x' })).toMatchObject({
      size: 100_000,
    });
    expect(codeOf(await put(project, chunk(15)))).toEqual([409, 'media_quota_exceeded']);
  });
});

describe('files', () => {
  it('are listed newest first, with counts, filters and search', async () => {
    const project = await scene.project();
    const text = await made(project, { bytes: 'text', fileName: 'Löwe.txt' });
    const image = await made(project, { bytes: PNG, fileName: 'Pixel.png', after: { visibility: 'public' } });
    const suspended = await made(project, { bytes: 'more', fileName: 'More 100%.txt' });
    const gone = await made(project, { bytes: 'gone' });
    expectStatus(200, await scene.api.patch(media(project, suspended.id), { status: 'suspended' }, owner));
    expectStatus(200, await scene.api.delete(media(project, gone.id), undefined, owner));
    const ids = async (query = {}) => (await listed(project, query)).items.map((item: any) => item.id);
    expect(await ids()).toEqual([suspended.id, image.id, text.id]);
    expect(await listed(project, { q: 'nothing' })).toMatchObject({
      items: [],
      total_count: 0,
      counts: { all: 3, active: 2, suspended: 1, deleted: 1 },
      total_size: PNG.length + 8,
    });
    expect(await ids({ status: 'deleted' })).toEqual([gone.id]);
    expect(await ids({ status: 'suspended' })).toEqual([suspended.id]);
    expect(await ids({ status: 'active', visibility: 'private' })).toEqual([text.id]);
    expect(await ids({ type: 'image' })).toEqual([image.id]);
    expect(await ids({ type: 'text/plain' })).toEqual([suspended.id, text.id]);
    expect(await ids({ type: 'image/png', visibility: 'private' })).toEqual([]);
    expect(await ids({ visibility: 'public' })).toEqual([image.id]);
    expect(await ids({ q: 'lowe' })).toEqual([text.id]);
    expect(await ids({ q: '100%' })).toEqual([suspended.id]);
    const page = await listed(project, { limit: 2 });
    expect([page.has_more, page.total_count]).toEqual([true, 3]);
    expect(await ids({ limit: 2, cursor: page.next_cursor })).toEqual([text.id]);
    expect((await scene.api.get(media(project), { auth: owner.auth, query: { type: 'i_' } })).status).toBe(
      400,
    );
  });

  it('are renamed, suspended and restored, each leaving its event', async () => {
    const project = await scene.project();
    const file = await made(project, { bytes: 'x', after: { visibility: 'public' } });
    const change = (body: object) => scene.api.patch(media(project, file.id), body, owner);
    const renamed = await change({ name: 'A/b?.txt' });
    expect(renamed.body).toMatchObject({ id: file.id, name: 'A/b?.txt', status: 'active' });
    expect(await eventOf(scene.server, scene.root.auth, renamed)).toMatchObject({
      type: 'media.updated',
      changes: { name: { before: 'note.txt', after: 'A/b?.txt' } },
    });
    // Neither the old address nor the new one breaks.
    for (const { url } of [file, renamed.body]) expect((await fetched(url)).body).toBe('x');
    expect((await change({ status: 'suspended' })).body.status).toBe('suspended');
    expect((await fetched(file.url)).status).toBe(404);
    expect((await change({ status: 'active' })).body.status).toBe('active');
    expect((await fetched(file.url)).status).toBe(200);
    const deleted = await scene.api.delete(media(project, file.id), undefined, owner);
    expect(deleted.body).toEqual({ id: file.id, deleted: true });
    expect((await eventOf(scene.server, scene.root.auth, deleted)).type).toBe('media.deleted');
    expect((await fetched(file.url)).status).toBe(404);
    expect((await scene.api.get(media(project, file.id), owner)).body.status).toBe('deleted');
    expect(codeOf(await change({ name: 'y' }))).toEqual([409, 'invalid_transition']);
    expect(codeOf(await change({ status: 'suspended' }))).toEqual([409, 'invalid_transition']);
    expect(codeOf(await scene.api.delete(media(project, file.id), undefined, owner))).toEqual([
      409,
      'invalid_transition',
    ]);
    expect((await change({ status: 'active' })).body.status).toBe('active');
    expect(await listed(project)).toMatchObject({ counts: { all: 1, active: 1, deleted: 0 }, total_size: 1 });
    expectStatus(200, await scene.api.delete(media(project, file.id), undefined, owner));
    const twin = await made(project, { bytes: 'x' });
    const refused = await change({ status: 'active' });
    expect([...codeOf(refused), refused.body.error.details]).toEqual([409, 'media_exists', { id: twin.id }]);
    expect(codeOf(await change({ status: 'deleted' }))).toEqual([400, 'validation_failed']);
  });

  it('of another project are not there', async () => {
    const [project, stranger] = [await scene.project(), await scene.stranger()];
    const foreign = await scene.project({}, stranger);
    const file = await made(foreign, {}, stranger);
    const unknown = `med_${'0'.repeat(26)}`;
    for (const [method, body, tail] of [
      ['GET', undefined, ''],
      ['PATCH', { name: 'x' }, ''],
      ['DELETE', undefined, ''],
      ['POST', {}, '/signed-url'],
    ] as const) {
      const ask = (id: string) => scene.api.request(method, media(project, id) + tail, body, owner);
      const answer = await ask(file.id);
      expect(codeOf(answer)).toEqual([404, 'not_found']);
      expect(sameAnswer(answer)).toEqual(sameAnswer(await ask(unknown)));
    }
  });

  it('are found by id, counted on the record, and said to stop when the project does', async () => {
    const project = await scene.project();
    const file = await made(project, { bytes: '12345' });
    expect((await scene.api.get(`/v1/lookup/${file.id}`, owner)).body).toMatchObject({
      object: 'media',
      project_id: project.id,
      name: 'note.txt',
      url: media(project, file.id),
    });
    expect((await scene.api.get(`/v1/projects/${project.id}`, owner)).body.environment).toMatchObject({
      media_files: 1,
      media_bytes: 5,
    });
    for (const action of ['suspend', 'delete']) {
      const asked = await scene.api.post(`/v1/projects/${project.id}/settings/${action}`, {}, owner);
      expect(asked.body.error.details.effects).toContainEqual({ effect: 'media_files', count: 1 });
    }
  });

  it('hide what a rule hides, their names in addresses, events and searches, too', async () => {
    const project = await scene.project();
    const file = await made(project, { fileName: 'secret-plan.txt' });
    const viewer = await scene.member(project, 'viewer');
    for (const attribute of ['media.name', 'media.uploaded_by', 'media.size']) {
      const rule = { attribute, hidden_from: [ROLE_IDS.viewer] };
      expectStatus(201, await scene.api.post(`/v1/projects/${project.id}/attribute-visibility`, rule, owner));
    }
    const { items, total_size } = (await scene.api.get(media(project), viewer)).body;
    const [seen] = items;
    const hidden = { name: '[REDACTED]', uploaded_by: '[REDACTED]', size: '[REDACTED]' };
    expect([seen, total_size]).toEqual([expect.objectContaining(hidden), '[REDACTED]']);
    const signed = await scene.api.post(`${media(project, file.id)}/signed-url`, {}, viewer);
    for (const text of [seen.url, signed.body.url]) expect(text).not.toContain('secret');
    expect((await fetched(signed.body.url)).body).toBe('hello');
    const filtered = await scene.api.get(media(project), { ...viewer, query: { q: 'secret' } });
    expect(codeOf(filtered)).toEqual([403, 'attribute_hidden']);
    expect((await scene.api.get(`/v1/lookup/${file.id}`, viewer)).body.name).toBe('[REDACTED]');
  });
});

describe('the CDN', () => {
  it('serves public files for ever, to everybody', async () => {
    const project = await scene.project();
    const file = await made(project, { bytes: 'hello world', after: { visibility: 'public' } });
    const answer = await fetched(file.url);
    expect([answer.status, answer.body]).toEqual([200, 'hello world']);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '11',
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${sha256('hello world')}"`,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-disposition': 'inline; filename=note.txt',
    });
    const head = await scene.api.request('HEAD', pathOf(file.url));
    const of = ({ headers }: { headers: Headers }) =>
      Object.fromEntries([...headers].filter(([name]) => !OF_THE_CONNECTION.test(name)));
    expect([head.status, head.body, of(head)]).toEqual([200, '', of(answer)]);
  });

  it('answers conditions and ranges', async () => {
    const project = await scene.project();
    const file = await made(project, { bytes: '0123456789', after: { visibility: 'public' } });
    const etag = `"${file.sha256}"`;
    const known = await fetched(file.url, { 'if-none-match': `"x", W/${etag}` });
    expect([known.status, known.body, known.headers.get('etag')]).toEqual([304, '', etag]);
    expect(known.headers.get('cache-control')).toMatch(/immutable/);
    for (const [range, body, where] of [
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-2', '89', 'bytes 8-9/10'],
      ['bytes=0-999', '0123456789', 'bytes 0-9/10'],
    ] as const) {
      const part = await fetched(file.url, { range });
      expect([part.status, part.body, part.headers.get('content-range')]).toEqual([206, body, where]);
      expect(part.headers.get('content-length')).toBe(String(body.length));
    }
    for (const headers of [
      { range: 'bytes=0-1,4-5' },
      { range: 'lines=1-2' },
      { range: 'bytes=2-4', 'if-range': '"other"' },
      { range: 'bytes=2-4', 'if-range': 'Wed, 21 Oct 2015 07:28:00 GMT' },
    ])
      expect((await fetched(file.url, headers)).status).toBe(200);
    expect((await fetched(file.url, { range: 'bytes=2-4', 'if-range': etag })).body).toBe('234');
    const beyond = await fetched(file.url, { range: 'bytes=10-' });
    expect(codeOf(beyond)).toEqual([416, 'range_not_satisfiable']);
    expect(beyond.headers.get('content-range')).toBe('bytes */10');
  });

  it('serves private files by signed addresses alone', async () => {
    const project = await scene.project();
    const [file, other] = [await made(project, { bytes: 'x' }), await made(project, { bytes: 'y' })];
    const sign = (body?: object) => scene.api.post(`${media(project, file.id)}/signed-url`, body, owner);
    const { url, expires_at } = expectStatus(200, await sign()).body;
    expect(Math.abs(Date.parse(expires_at) - Date.now() - 300_000)).toBeLessThan(10_000);
    const answer = await fetched(url);
    expect([answer.status, answer.body, answer.headers.get('cache-control')]).toEqual([200, 'x', 'private']);
    const signed = new URL(url);
    const query = signed.search;
    const later = query.replace(/expires=\d+/, `expires=${Number(signed.searchParams.get('expires')) + 1}`);
    for (const wrong of [
      file.url,
      file.url + later,
      file.url + query.slice(0, -1),
      other.url + query,
      `${file.url}${query}&signature=x`,
      `${file.url}?expires=1&signature=1`,
    ]) {
      const refused = await fetched(wrong);
      expect([...codeOf(refused), refused.headers.get('cache-control')]).toEqual([
        404,
        'not_found',
        'no-store',
      ]);
    }
    const brief = (await sign({ expires_in: 1 })).body.url;
    const expired = await waitFor('the address to expire', async () => {
      const late = await fetched(brief);
      return late.status !== 200 && late;
    });
    expect([...codeOf(expired), expired.headers.get('cache-control')]).toEqual([
      403,
      'signed_url_expired',
      'no-store',
    ]);
    for (const expires_in of [0, 86_401, 1.5, 'x'])
      expect(codeOf(await sign({ expires_in }))).toEqual([400, 'validation_failed']);
    expect((await fetched((await sign({ expires_in: 86_400 })).body.url)).status).toBe(200);
  });

  it('answers the same to all that is not served', async () => {
    const [project, other, stopped] = [await scene.project(), await scene.project(), await scene.project()];
    const file = await made(project, { after: { visibility: 'public' } });
    const unserved = await made(project, { bytes: 'suspended', after: { visibility: 'public' } });
    expectStatus(200, await scene.api.patch(media(project, unserved.id), { status: 'suspended' }, owner));
    const ofStopped = await made(stopped, { after: { visibility: 'public' } });
    expect((await fetched(ofStopped.url)).status).toBe(200);
    const settings = `/v1/projects/${stopped.id}/settings`;
    expectStatus(200, await scene.api.post(`${settings}/suspend`, { confirm: true }, owner));
    const unknown = `med_${'0'.repeat(26)}`;
    const answers = await Promise.all(
      [
        unserved.url,
        ofStopped.url,
        file.url.replace(project.id, other.id),
        file.url.replace(file.id, unknown),
        file.url.replace(file.id, 'x'),
        file.url.replace(project.id, 'prj_x'),
        (await made(other)).url,
      ].map(url => fetched(url)),
    );
    for (const answer of answers) expect(sameAnswer(answer)).toEqual(sameAnswer(answers[0]!));
    expect([...codeOf(answers[0]!), answers[0]!.headers.get('cache-control')]).toEqual([
      404,
      'not_found',
      'no-store',
    ]);
    for (const path of ['/cdn/x', '/cdn/', `/cdn/a/b/${'x'.repeat(2_000)}`]) {
      const nowhere = await scene.api.get(path);
      expect([nowhere.status, nowhere.headers.get('cache-control')]).toEqual([404, 'no-store']);
    }
    expectStatus(200, await scene.api.post(`${settings}/activate`, { confirm: true }, owner));
    expect((await fetched(ofStopped.url)).status).toBe(200);
  });

  it('costs no quota, and credentials are nothing to it', async () => {
    const project = await scene.project();
    const file = await made(project, { after: { visibility: 'public' } });
    const key = await scene.key(project, 'viewer');
    for (const auth of [key.auth, 'Bearer nonsense', 'Basic !']) {
      const answer = await scene.api.get(pathOf(file.url), { auth });
      expect([answer.status, answer.headers.get('ratelimit')]).toEqual([200, null]);
    }
    expect((await scene.api.get(`/v1/projects/${project.id}/request-logs`, owner)).body.items).toEqual([]);
  });
});
