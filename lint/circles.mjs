import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';

/**
 * The shortest way from `start` along imports back to `start`, as the files on it, or null when there is none.
 * `importsOf` answers the files that a file imports.
 */
export function circleThrough(start, importsOf) {
  const importer = new Map([[start, null]]);
  // The map grows while it is walked: nearer files come first, so the first way back is the shortest.
  for (const file of importer.keys()) {
    for (const imported of importsOf(file)) {
      if (imported === start) return wayTo(file, importer);
      if (!importer.has(imported)) importer.set(imported, file);
    }
  }
  return null;
}

function wayTo(file, importer) {
  const way = [];
  for (let at = file; at !== null; at = importer.get(at)) way.unshift(at);
  return way;
}

/**
 * The files that TypeScript source imports relatively, as paths. Imports of types count like any other: they
 * are gone when the program runs, but whoever reads one file still has to read the other.
 */
export function importsIn(source, path) {
  return ts
    .preProcessFile(source)
    .importedFiles.map(({ fileName }) => fileName)
    .filter(name => name.startsWith('.'))
    .map(name => join(dirname(path), name.replace(/\.js$/, '.ts')));
}

/** What each file imported when it was last read, and the state it was in. */
const read = new Map();

function importsOnDisk(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return [];
  const state = `${stat.mtimeMs} ${stat.size}`;
  let known = read.get(path);
  if (known?.state !== state) {
    known = { state, imports: importsIn(readFileSync(path, 'utf8'), path) };
    read.set(path, known);
  }
  return known.imports;
}

/** The ESLint rule: no file under `src` imports, directly or through others, what imports it. */
export const circles = {
  meta: { type: 'problem', schema: [], messages: { circle: 'Imports go in a circle: {{way}}.' } },
  create(context) {
    const { filename: start, sourceCode } = context;
    const src = join(context.cwd, 'src') + sep;
    if (!start.startsWith(src)) return {};
    return {
      Program(node) {
        const own = importsIn(sourceCode.text, start).filter(path => path.startsWith(src));
        const circle = circleThrough(start, path => (path === start ? own : importsOnDisk(path)));
        if (!circle) return;
        const way = [...circle, start].map(path => relative(src, path).split(sep).join('/')).join(' → ');
        context.report({ node, loc: { line: 1, column: 0 }, messageId: 'circle', data: { way } });
      },
    };
  },
};
