import { RequestContext } from '../../src/kernel/context/request-context.js';
import { insertRows } from '../../src/kernel/database/insert-rows.js';
import { Lists } from '../../src/kernel/database/lists.js';
import type { Stretch } from '../../src/kernel/database/stretch.js';
import { MIGRATIONS } from '../../src/migrations/migrations.js';
import { Notification } from '../../src/modules/notifications/notification.entity.js';
import { type OpenDatabase, openFreshDatabase, write } from '../support/open-database.js';

const ctx = RequestContext.system('test', 'req_lists');
const ROWS = 10_050;
const COLUMNS = [
  'id',
  'to_address',
  'template',
  'subject',
  'search_text',
  'status',
  'attempts',
  'created_at',
];

let fresh: OpenDatabase;
let lists: Lists;

const idOf = (row: number) => `ntf_${String(row).padStart(26, '0')}`;
const sent = (row: number) => row % 3 > 0;
const of = (status: string, more: Partial<Stretch> = {}): Stretch => ({
  ...{ table: 'notifications', id: 'id', equal: { status }, ...more },
});
const rare = { sql: 'INSTR(t.search_text, ?) > 0', parameters: ['000 '] };
/** What a list shows, found by looking at all rows. */
const newest = (limit: number, which: (row: number) => boolean) =>
  Array.from({ length: ROWS }, (_, at) => ROWS - at)
    .filter(which)
    .slice(0, limit)
    .map(idOf);

beforeAll(async () => {
  fresh = await openFreshDatabase([Notification], MIGRATIONS);
  lists = new Lists(fresh.database);
  const rows = Array.from({ length: ROWS }, (_, at) => at + 1);
  await write(fresh, ctx, manager =>
    insertRows(manager, 'notifications', COLUMNS, rows, row => [
      ...[idOf(row), 'a@people.example', 'welcome', 'Welcome', `mail ${row} `, sent(row) ? 'sent' : 'failed'],
      ...[1, '2026-01-01 00:00:00.000'],
    ]),
  );
});
afterAll(() => fresh.drop());

it('the newest of several stretches are put together, from any place on', async () => {
  const both = [of('sent'), of('failed'), of('queued')];
  expect(await lists.newestIds(ctx, both, 100)).toEqual(newest(100, () => true));
  const later = both.map(stretch => ({ ...stretch, before: idOf(5_000) }));
  expect(await lists.newestIds(ctx, later, 7)).toEqual(newest(7, row => row < 5_000));
  const between = [of('sent', { from: idOf(10), before: idOf(14) })];
  expect(await lists.newestIds(ctx, between, 9)).toEqual(
    newest(9, row => row >= 10 && row < 14 && sent(row)),
  );
});

it('what is rare is found however far back it lies, beside what is found at once', async () => {
  const searched = [of('sent', { where: rare }), of('failed', { where: rare })];
  expect(await lists.newestIds(ctx, searched, 50)).toEqual(newest(50, row => row % 1_000 === 0));
  expect(await lists.newestIds(ctx, [of('failed'), of('sent', { where: rare })], 20)).toEqual(
    newest(20, row => !sent(row) || row % 1_000 === 0),
  );
});

it('counts are exact; a total ends one beyond what a page says', async () => {
  const all = [of('sent'), of('failed')];
  expect(await lists.count(ctx, all)).toBe(ROWS);
  expect(await lists.total(ctx, all)).toBe(10_001);
  expect(await lists.total(ctx, [of('failed')])).toBe(ROWS / 3);
  expect(await lists.count(ctx, [of('sent', { where: rare }), of('failed', { where: rare })])).toBe(10);
  expect(await lists.tally(ctx, of('sent'), 't.template')).toEqual(new Map([['welcome', (ROWS / 3) * 2]]));
});
