import { createReadStream } from 'node:fs';

/** The lines of a text file, whose ends are \n alone. Several may take lines from the same list. */
export async function* plainLines(path: string): AsyncGenerator<string> {
  yield* linesOf(createReadStream(path, 'utf8') as AsyncIterable<string>);
}

/** The lines of a text. Not by `readline`, which takes U+2028 for the end of a line, too. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest) yield rest;
}
