// Makes `npx bailiwick` run dist/cli.js as it is. With a `bin` in package.json, npx would install the package into its own
// cache first, and that builds dist anew, perhaps beneath a running server.
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';

const LINK = 'node_modules/.bin/bailiwick';

chmodSync('dist/cli.js', 0o755);
mkdirSync('node_modules/.bin', { recursive: true });
rmSync(LINK, { force: true });
symlinkSync('../../dist/cli.js', LINK);
