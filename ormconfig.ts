// For TypeORM's command line: `npx typeorm migration:show -d ormconfig.ts`. It migrates with what was built, as the
// server does. Node loads this file as it is, so it holds nothing that only TypeScript understands.
// @ts-expect-error -- What was built has no types.
export { dataSource as default } from './dist/data-source.js';
