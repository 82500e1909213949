import fc from 'fast-check';
import type { LoggedEvent } from '../support/answers.js';
import type { Answer } from '../support/client.js';
import {
  admin,
  createKey,
  createProject,
  expectStatus,
  type Person,
  ROLE_IDS,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { type Move, MOVES, type World } from './mutations.js';

let server: TestServer;
let root: Person;
let foreignProject: string;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  foreignProject = (await createProject(server, root.auth)).id;
});
afterAll(() => server.stop());

/** A move by name, made once or by two clients at the same moment. */
const move = fc.record({
  kind: fc.constantFrom(...Object.keys(MOVES)),
  target: fc.nat(1_000),
  variant: fc.nat(1_000),
  clients: fc.constantFrom(1, 1, 1, 2),
});

const typesSeen = new Set<string>();

it('every successful mutation leaves exactly one event, and nothing else leaves any', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 40 }), async moves => {
      const world = await newWorld();
      const newest = (await page({ limit: '1' })).items[0]!.id;
      const made: Made[] = [];
      for (const { kind, target, variant, clients } of moves) {
        const next = MOVES[kind]!(world, target, variant);
        const answers = await Promise.all(Array.from({ length: clients }, () => next.send()));
        for (const answer of answers) {
          made.push({ kind, move: next, answer });
          if (succeeded(answer)) next.learn?.(answer.body);
        }
      }
      expect(faults(made, await eventsSince(newest))).toEqual([]);
    }),
    { numRuns: 15 },
  );
  // Moves chosen at random must not have missed all that matters.
  expect(typesSeen.size).toBeGreaterThan(5);
}, 240_000);

interface Made {
  readonly kind: string;
  readonly move: Move;
  readonly answer: Answer;
}

/** A new effect, that is: a replay had its effect before. */
function succeeded({ status, headers }: Answer): boolean {
  return status < 300 && headers.get('idempotent-replayed') === null;
}

/** Everything that is wrong about the events that these requests left. */
function faults(made: Made[], events: LoggedEvent[]): string[] {
  const left = new Map<string, string[]>(made.map(({ answer }) => [requestId(answer), []]));
  const found: string[] = [];
  for (const { request_id, type } of events) {
    typesSeen.add(type);
    if (!left.has(request_id)) found.push(`${type} of no request that was made`);
    left.get(request_id)?.push(type);
  }
  for (const {
    kind,
    move: { leaves },
    answer,
  } of made) {
    const types = left.get(requestId(answer))!;
    const effective = leaves.length > 0 && succeeded(answer);
    const right = effective ? types.length === 1 && leaves.includes(types[0]!) : types.length === 0;
    if (!right || answer.status >= 500)
      found.push(`${kind}: ${answer.status}, ${types.join(' and ') || 'no event'}`);
  }
  return found;
}

function requestId(answer: Answer): string {
  return answer.headers.get('x-request-id')!;
}

/** The events after one, but for refusals and for what a key's first call does besides: those are counted apart. */
async function eventsSince(id: string): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for (let cursor: string | undefined; ;) {
    const { items, next_cursor } = await page(cursor ? { cursor } : {});
    const later = items.filter(event => event.id > id);
    events.push(...later);
    if (later.length < items.length || !next_cursor) break;
    cursor = next_cursor;
  }
  return events.filter(
    ({ type, reason }) => type !== 'access.denied' && reason !== 'first call with an API key',
  );
}

async function page(
  query: Record<string, string>,
): Promise<{ items: LoggedEvent[]; next_cursor: string | null }> {
  return expectStatus(200, await server.api.get('/v1/events', { auth: root.auth, query })).body;
}

/** Starts every run with a project, a key and an organization of a new person's. */
async function newWorld(): Promise<World> {
  const owner = await signUp(server);
  const { id, name, organization_id } = await createProject(server, owner.auth);
  const { api_key, secret } = await createKey(server, owner.auth, id, { role_id: ROLE_IDS.administrator });
  return {
    server,
    root,
    owner,
    foreignProject,
    projects: [{ id, name }],
    keys: [{ project: id, id: api_key.id, secret }],
    organizations: [organization_id],
    endpoints: [],
  };
}
