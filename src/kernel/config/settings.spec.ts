import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS } from './config.js';

const read = (file: string) => readFileSync(join(__dirname, '../../..', file), 'utf8');

/** What the image, or the arrangement of containers, decides by itself. */
const BUILT_IN = new Set(['PORT', 'HOST', 'DATA_DIR', 'REDIS_PREFIX']);

it('.env.example has every setting, and no other', () => {
  const named = [...read('.env.example').matchAll(/^# ([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name!);
  const known = [...SETTINGS, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  expect(named.filter(name => !name.endsWith('_FILE')).toSorted()).toEqual(known.toSorted());
});

it('the containers are given every setting', () => {
  const given = new Set(
    [...read('docker/compose.yml').matchAll(/\b([A-Z][A-Z0-9_]*):/g)].map(([, name]) => name!),
  );
  expect(SETTINGS.filter(name => !BUILT_IN.has(name) && !given.has(name))).toEqual([]);
});
