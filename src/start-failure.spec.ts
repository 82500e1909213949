import { unloadable } from './start-failure.js';

const failure = (message: string, extras: object = {}) => Object.assign(new Error(message), extras);
const ANOTHER_NODE =
  "The module '/app/node_modules/better-sqlite3/build/Release/better_sqlite3.node'\nwas compiled against a different " +
  'Node.js version using\nNODE_MODULE_VERSION 127.';

it.each([
  ['for another Node', failure(ANOTHER_NODE, { code: 'ERR_DLOPEN_FAILED' }), 'better-sqlite3'],
  [
    'left out by npm on an older Node',
    failure("Cannot find module 'better-sqlite3-napi'\nRequire stack:\n- …", { code: 'MODULE_NOT_FOUND' }),
    'better-sqlite3-napi',
  ],
  [
    'never built',
    failure('Could not locate the bindings file. Tried:\n → …', { tries: [] }),
    'better-sqlite3',
  ],
  [
    'wrapped by who loads it',
    failure('x', { cause: failure('Cannot find native binding. …') }),
    '@node-rs/argon2',
  ],
])('tells of a package %s, and what to run', (_, error, name) => {
  expect(unloadable(error)).toMatch(new RegExp(`^${name} is not installed for Node .* Run \`npm ci\`.*$`));
});

it.each([
  failure("Cannot find module './gone.js'", { code: 'MODULE_NOT_FOUND' }),
  failure('anything else'),
  'no error at all',
])('leaves %p to others', error => {
  expect(unloadable(error)).toBeNull();
});
