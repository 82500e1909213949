import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { circles, circleThrough, importsIn } from './circles.mjs';

describe('circleThrough', () => {
  const through = (start, graph) => circleThrough(start, file => graph[file] ?? []);

  it.each([
    ['a file that imports nothing', 'a', {}],
    ['a chain', 'a', { a: ['b'], b: ['c'] }],
    ['two ways to one file', 'a', { a: ['b', 'c'], b: ['d'], c: ['d'] }],
    ['a circle of others', 'a', { a: ['b'], b: ['c'], c: ['b'] }],
  ])('finds none in %s', (_, start, graph) => {
    expect(through(start, graph)).toBeNull();
  });

  it.each([
    ['a file that imports itself', 'a', { a: ['a'] }, ['a']],
    ['two files', 'a', { a: ['b'], b: ['a'] }, ['a', 'b']],
    ['three files', 'b', { a: ['b'], b: ['c'], c: ['a'] }, ['b', 'c', 'a']],
    ['the shorter of two', 'a', { a: ['b', 'd'], b: ['c'], c: ['a'], d: ['a'] }, ['a', 'd']],
  ])('finds the one of %s', (_, start, graph, circle) => {
    expect(through(start, graph)).toEqual(circle);
  });
});

describe('importsIn', () => {
  it('finds imports of values and types, exports from elsewhere and imports at run time, and no packages', () => {
    const source = `
      import { a } from './a.js';
      import type { B } from '../b.js';
      export * from './c.js';
      const d = await import('./d.js');
      type E = import('./e.js').E;
      import { Module } from '@nestjs/common';
      // import './comment.js';
      const text = "import './text.js'";
    `;
    expect(importsIn(source, '/src/kernel/x.ts')).toEqual(
      ['kernel/a', 'b', 'kernel/c', 'kernel/d', 'kernel/e'].map(name => `/src/${name}.ts`),
    );
  });
});

describe('the rule', () => {
  let root;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'circles-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (path, text) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const lint = (path, text) =>
    new Linter({ cwd: root })
      .verify(
        text,
        {
          files: ['**/*.ts'],
          languageOptions: { parser: tseslint.parser },
          plugins: { bailiwick: { rules: { circles } } },
          rules: { 'bailiwick/circles': 'error' },
        },
        { filename: join(root, path) },
      )
      .map(message => message.message);

  it('reports the way round, also through types', () => {
    write('src/users/user.ts', `import { toUser } from './user.dto.js';`);
    expect(lint('src/users/user.dto.ts', `import type { User } from './user.js';`)).toEqual([
      'Imports go in a circle: users/user.dto.ts → users/user.ts → users/user.dto.ts.',
    ]);
  });

  it('goes by the text at hand, not by what was saved, and by files as they are now', () => {
    write('src/a.ts', `import './b.js';`);
    write('src/b.ts', `export const b = 1;`);
    expect(lint('src/a.ts', `import './b.js';`)).toEqual([]);
    write('src/b.ts', `import './a.js'; export const b = 2;`);
    expect(lint('src/a.ts', `import './b.js';`)).toHaveLength(1);
    expect(lint('src/a.ts', `export const a = 1;`)).toEqual([]);
  });

  it('leaves files outside src alone', () => {
    write('test/b.ts', `import './a.js';`);
    expect(lint('test/a.ts', `import './b.js';`)).toEqual([]);
  });
});
