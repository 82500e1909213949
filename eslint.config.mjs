import { defineConfig } from 'eslint/config';
import importSort from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';
import { circles } from './lint/circles.mjs';
import { fileNames } from './lint/file-names.mjs';
import { layers } from './lint/layers.mjs';

const WHERE_TYPEORM_LIVES = [
  'src/**/*.entity.ts',
  'src/**/*.repository.ts',
  'src/kernel/database/**',
  'src/migrations/**',
];

const NO_SHORTCUTS = [
  {
    name: '@nestjs/common',
    importNames: ['forwardRef'],
    message: 'Modules import downward; see lint/layers.mjs.',
  },
  { name: '@nestjs/core', importNames: ['ModuleRef', 'LazyModuleLoader'], message: 'Inject what you need.' },
  ...['async_hooks', 'node:async_hooks'].map(name => ({
    name,
    message: 'RequestContext is passed as a parameter: AsyncLocalStorage halves the throughput and hides it.',
  })),
];
const NO_INJECTED_REPOSITORIES = {
  name: '@nestjs/typeorm',
  importNames: [
    'InjectRepository',
    'InjectDataSource',
    'InjectEntityManager',
    'getRepositoryToken',
    'getDataSourceToken',
  ],
  message: 'Take the manager from Database: read(ctx) or write(ctx).',
};
const NO_TYPEORM = {
  name: 'typeorm',
  message: 'Only entities, repositories, kernel/database and migrations use TypeORM.',
};
const NO_NEST_TYPEORM = {
  name: '@nestjs/typeorm',
  message: 'Only modules use it, for TypeOrmModule.forFeature.',
};

const restrictImports = (...paths) => ({
  'no-restricted-imports': ['error', { paths: [...NO_SHORTCUTS, ...paths] }],
});

/** Node's modules, packages, then files from the farthest to the nearest; no blank lines between. */
const IMPORT_ORDER = { groups: [['^\\u0000', '^node:', '^', '^\\.']] };

const FETCH =
  'Outgoing calls go through the client that refuses private addresses: global fetch takes no agent.';

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'data/', 'node_modules/'] },
  tseslint.configs.recommended,
  {
    plugins: {
      bailiwick: { rules: { circles, layers, 'file-names': fileNames } },
      'import-sort': importSort,
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'bailiwick/file-names': 'error',
      'import-sort/imports': ['error', IMPORT_ORDER],
      eqeqeq: 'error',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-template-curly-in-string': 'error',
      // A module adds its event types to the kernel's interface by `extends`.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'always' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      // Without it a `try` does not catch what the returned promise rejects with.
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'bailiwick/circles': 'error',
      'bailiwick/layers': 'error',
      // Comments do not count, so that nobody saves on them.
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-globals': ['error', { name: 'fetch', message: FETCH }],
      'no-restricted-properties': ['error', { object: 'globalThis', property: 'fetch', message: FETCH }],
      ...restrictImports(NO_TYPEORM, NO_NEST_TYPEORM),
    },
  },
  { files: ['src/**/*.module.ts'], rules: restrictImports(NO_TYPEORM, NO_INJECTED_REPOSITORIES) },
  { files: WHERE_TYPEORM_LIVES, rules: restrictImports(NO_INJECTED_REPOSITORIES) },
  // Command lines speak through the console.
  { files: ['src/cli.ts', 'src/main.ts', 'src/worker.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**', '**/*.spec.{ts,mjs}'],
    rules: {
      // Answers of the server are checked by what the test expects of them, not by their type.
      '@typescript-eslint/no-explicit-any': 'off',
      'no-restricted-globals': ['error', { name: 'test', message: 'Say it: `it` reads as a sentence.' }],
      'no-restricted-properties': [
        'error',
        ...['describe', 'it'].flatMap(object =>
          ['only', 'skip', 'todo'].map(property => ({ object, property, message: 'Every test runs.' })),
        ),
      ],
    },
  },
);
