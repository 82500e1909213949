import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, YAML11_SCHEMA } from 'js-yaml';
import { SETTINGS } from './config.js';
import { SECRET_SETTINGS } from './secret-files.js';

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly volumes?: readonly string[];
}

const read = (file: string) => readFileSync(join(__dirname, '../../..', file), 'utf8');

/** What the image, or the arrangement of containers, decides by itself. */
const BUILT_IN = new Set(['PORT', 'HOST', 'DATA_DIR', 'REDIS_PREFIX']);

it('.env.example has every setting, and no other', () => {
  const named = [...read('.env.example').matchAll(/^# ([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name!);
  const known = [...SETTINGS, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  expect(named.filter(name => !name.endsWith('_FILE')).toSorted()).toEqual(known.toSorted());
});

describe('the containers', () => {
  // The schema that knows how one mapping is merged into another.
  const compose = load(read('docker/compose.yml'), { schema: YAML11_SCHEMA }) as {
    services: Record<string, Service>;
  };
  const ours = Object.values(compose.services).filter(({ image }) => image === 'bailiwick');

  it('are given every setting, also those that stand in files', () => {
    const given = new Set(ours.flatMap(({ environment }) => Object.keys(environment!)));
    const settings = [...SETTINGS, ...SECRET_SETTINGS.map(name => `${name}_FILE`)];
    expect(settings.filter(name => !BUILT_IN.has(name) && !given.has(name))).toEqual([]);
  });

  it('have a place for files that settings name, and for what they write', () => {
    expect(ours).toHaveLength(3);
    for (const { volumes } of ours) expect(volumes).toEqual(['data:/data', './files:/files:ro']);
  });
});
