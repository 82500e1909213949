import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../..');

/** A fenced block of a page, with what the comments right before it say of it. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** `not run by the test`: why nobody runs it here. */
  readonly notRun: string | null;
  /** `takes`: a program that not every machine has. */
  readonly takes: string | null;
  /** `refused`: the statuses from 400 on that it is answered, in their order. */
  readonly refusals: readonly number[];
  /** `file`: what a reader saves it as. */
  readonly file: string | null;
}

/** A page of the documentation. */
export interface Page {
  /** Below the root of the project, such as `docs/keys.md`. */
  readonly path: string;
  readonly blocks: readonly Block[];
}

/** README, whose steps the pages go on from, and the pages of `docs`. */
export function readPages(): Page[] {
  const names = readdirSync(join(ROOT, 'docs')).filter(name => name.endsWith('.md'));
  const paths = ['README.md', ...names.sort().map(name => `docs/${name}`)];
  return paths.map(path => ({ path, blocks: blocksOf(readFileSync(join(ROOT, path), 'utf8')) }));
}

/** Comments that stand before a fence, and the fenced block. */
const FENCED = /((?:^<!-- .* -->\n\s*)*)^```(\w+)\n([\s\S]*?)^```$/gm;

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(FENCED)].map(([, comments = '', language = '', text = '']) => {
    const said = (what: string) => new RegExp(`<!-- ${what}: (.*) -->`).exec(comments)?.[1] ?? null;
    return {
      language,
      text,
      notRun: said('not run by the test'),
      takes: said('takes'),
      refusals: (said('refused') ?? '').split(', ').filter(Boolean).map(Number),
      file: said('file'),
    };
  });
}
