import { createHash } from 'node:crypto';
import { foldCase } from '../../kernel/text/search.js';

/**
 * What names that people would take for one another have in common: `Admin`, `admin` and ` admin `. A hash
 * (SHA-256, base64url), because folding may lengthen a name many times over.
 */
export function nameKey(name: string): string {
  return createHash('sha256').update(foldCase(name).trim().replace(/\s+/g, ' ')).digest('base64url');
}
