import { Linter } from 'eslint';
import { KERNEL_LAYERS, LAYERS, layers, violation } from './layers.mjs';

describe('violation', () => {
  it.each([
    ['modules/projects/project.service.ts', 'modules/teams/member.service.js'],
    ['modules/projects/project.module.ts', 'modules/teams/team.module.js'],
    ['modules/projects/project.dto.ts', 'modules/users/user.dto.js'],
    ['modules/projects/project.service.ts', 'modules/projects/project.repository.js'],
    ['modules/projects/project.service.ts', 'kernel/errors/app-error.js'],
    ['kernel/http/list.ts', 'kernel/errors/app-error.js'],
    ['app.module.ts', 'modules/auth/auth.module.js'],
    ['migrations/0001-first.ts', 'kernel/database/columns.js'],
    ['kernel/database/unit-of-work.ts', 'kernel/database/database.js'],
    ['kernel/context/request-context.ts', 'kernel/access/permissions.js'],
    ['kernel/database/event-log.port.ts', 'kernel/context/request-context.js'],
    ['kernel/http/prepare-http.ts', 'kernel/http/hot-path/together.js'],
  ])('%s may import %s', (importer, imported) => {
    expect(violation(importer, imported)).toBeNull();
  });

  it.each([
    [
      'modules/teams/member.service.ts',
      'modules/projects/project.service.js',
      /teams may not import projects/,
    ],
    ['modules/health/health.service.ts', 'modules/usage/usage.service.js', /it may import: no module/],
    ['modules/users/user.controller.ts', 'modules/auth/session.guard.js', /users may not import auth/],
    ['modules/projects/project.service.ts', 'modules/teams/member.repository.js', /use its service/],
    ['modules/projects/project.service.ts', 'modules/teams/member.entity.js', /use its service/],
    ['modules/projects/project.service.ts', 'app.module.js', /kernel and modules below it/],
    ['modules/gadgets/gadget.service.ts', 'modules/users/user.service.js', /missing from LAYERS/],
    ['kernel/http/list.ts', 'modules/users/user.service.js', /kernel imports nothing but the kernel/],
    ['kernel/http/list.ts', 'server.js', /kernel imports nothing but the kernel/],
    ['migrations/0001-first.ts', 'modules/users/user.entity.js', /migrations imports nothing but the kernel/],
    ['kernel/errors/app-error.ts', 'kernel/http/validation.js', /kernel\/errors may not import kernel\/http/],
    ['kernel/text/fold.ts', 'kernel/config/config.js', /it may import: nothing else of the kernel/],
    [
      'kernel/context/request-context.ts',
      'kernel/database/unit.js',
      /context may not import kernel\/database/,
    ],
    ['kernel/http/hot-path/together.ts', 'kernel/http/validation.js', /may not import kernel\/http \(/],
    ['kernel/gadgets/gadget.ts', 'kernel/errors/app-error.js', /gadget.ts has no place in KERNEL_LAYERS/],
    ['kernel/errors/app-error.ts', 'kernel/gadget.js', /gadget.js has no place in KERNEL_LAYERS/],
  ])('%s may not import %s', (importer, imported, reason) => {
    expect(violation(importer, imported)).toMatch(reason);
  });
});

describe('LAYERS', () => {
  it('never names auth', () => {
    expect(Object.values(LAYERS).flat()).not.toContain('auth');
  });
});

describe.each([
  ['LAYERS', LAYERS],
  ['KERNEL_LAYERS', KERNEL_LAYERS],
])('%s', (_, table) => {
  it('names only what it knows', () => {
    expect(Object.values(table).flatMap(all => all.filter(one => !Object.hasOwn(table, one)))).toEqual([]);
  });

  it('has no circle', () => {
    // A place may import the places inside it without listing them.
    const inside = place => Object.keys(table).filter(other => other.startsWith(`${place}/`));
    const visit = (place, path) => {
      if (path.includes(place)) throw new Error([...path, place].join(' → '));
      for (const next of [...table[place], ...inside(place)]) visit(next, [...path, place]);
    };
    expect(() => Object.keys(table).forEach(place => visit(place, []))).not.toThrow();
  });
});

describe('the rule', () => {
  const lint = (filename, code) =>
    new Linter({ cwd: '/repository' })
      .verify(
        code,
        {
          files: ['**/*.ts'],
          plugins: { bailiwick: { rules: { layers } } },
          rules: { 'bailiwick/layers': 'error' },
        },
        { filename },
      )
      .map(message => message.message);

  const file = '/repository/src/modules/roles/role.service.ts';

  it.each([
    `import { TeamService } from '../teams/team.service.js';`,
    `export { TeamService } from '../teams/team.service.js';`,
    `export * from '../teams/team.service.js';`,
    `await import('../teams/team.service.js');`,
  ])('reports %s', code => {
    expect(lint(file, code)).toEqual(['module roles may not import teams (it may import: no module).']);
  });

  it('is content with packages, the kernel and the own module', () => {
    const code = `import 'zod'; import '../../kernel/errors/app-error.js'; import './role.repository.js';`;
    expect(lint(file, code)).toEqual([]);
  });

  it('leaves files outside src alone', () => {
    expect(
      lint('/repository/test/e2e/roles.e2e-spec.ts', `import '../../src/modules/roles/role.entity.js';`),
    ).toEqual([]);
  });
});
