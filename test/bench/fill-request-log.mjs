// Fills a stopped server's SQLite file with a project's requests of the last thirty days.
import { encodeTime } from 'ulid';
import { Sqlite } from './sqlite.mjs';

const DAYS = 30;
const HOUR_MS = 3_600_000;
const KEYS = 20;
const ROUTES = ['/v1/whoami', '/v1/lookup/:id', '/v1/projects', '/v1/projects/:id', '/v1/projects/:id/usage'];
/** One request in so many ends so. */
const STATUSES = [
  [500, 5_000],
  [403, 200],
  [404, 50],
  [200, 1],
];

/** Adds `count` requests to the project, evenly over the days, oldest first. */
export function fillRequestLog(file, { projectId, organizationId }, count) {
  const database = new Sqlite(file);
  database.pragma('synchronous = OFF');
  const series = makeSeries(database, projectId, organizationId);
  const insert = database.prepare(
    'INSERT INTO request_logs (id, project_id, series_id, duration_ms, ip, user_agent) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const hours = new Map();
  const begin = Date.now() - DAYS * 24 * HOUR_MS;
  const fill = database.transaction((from, to) => {
    for (let i = from; i < to; i++) {
      const at = begin + Math.floor((i * DAYS * 24 * HOUR_MS) / count);
      const id = `req_${encodeTime(at, 10).toLowerCase()}${i.toString(16).padStart(16, '0')}`;
      const chosen = series(i);
      insert.run(id, projectId, chosen, i % 40, '203.0.113.7', 'weather-client/2.4');
      const hour = `${chosen} ${Math.floor(at / HOUR_MS)}`;
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
    }
  });
  for (let i = 0; i < count; i += 50_000) fill(i, Math.min(count, i + 50_000));
  database.transaction(() => {
    const add = database.prepare('INSERT INTO usage_hours (series_id, hour, requests) VALUES (?, ?, ?)');
    for (const [key, requests] of hours) add.run(...key.split(' ').map(Number), requests);
    database.exec(
      'INSERT INTO usage_days (series_id, day, requests) ' +
        'SELECT series_id, hour / 24, SUM(requests) FROM usage_hours GROUP BY 1, 2',
    );
    database.exec(
      'UPDATE request_series SET logged = ' +
        '(SELECT COALESCE(SUM(requests), 0) FROM usage_days WHERE series_id = request_series.id)',
    );
  })();
  database.close();
}

/** Makes the series; answers the one of request number `i`. */
function makeSeries(database, projectId, organizationId) {
  const insert = database.prepare(
    'INSERT INTO request_series (project_id, organization_id, api_key_id, method, route, status, logged) ' +
      "VALUES (?, ?, ?, 'GET', ?, ?, 0)",
  );
  const ids = new Map();
  for (let key = 0; key < KEYS; key++) {
    for (const route of ROUTES) {
      for (const [status] of STATUSES) {
        const apiKeyId = `key_${String(key).padStart(26, '0')}`;
        const { lastInsertRowid } = insert.run(projectId, organizationId, apiKeyId, route, status);
        ids.set(`${key} ${route} ${status}`, Number(lastInsertRowid));
      }
    }
  }
  return i => {
    const [status] = STATUSES.find(([, oneIn]) => i % oneIn === 0);
    // A step that shares no factor with the number of keys or routes mixes them.
    const mixed = Math.floor((i * 7_919) / 3);
    return ids.get(`${mixed % KEYS} ${ROUTES[Math.floor(mixed / KEYS) % ROUTES.length]} ${status}`);
  };
}
