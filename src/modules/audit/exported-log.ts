import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ChainCheck, type FirstBad } from './chain-check.js';
import { CheckpointCheck } from './checkpoint-check.js';
import { hashOf } from './event-hash.js';

const place = { sequence: z.number().int().positive(), hash: z.string() };
const Place = z.object(place);
const ExportedEvent = z.looseObject({ ...place, id: z.string(), previous_hash: z.string().nullable() });
const KeptCheckpoint = z.object({
  ...place,
  project_id: z.string().nullable(),
  previous: Place.nullable(),
  created_at: z.string(),
  key_id: z.string(),
  signature: z.string(),
});
const Keys = z.object({
  keys: z.array(
    z.object({
      kty: z.literal('OKP'),
      crv: z.literal('Ed25519'),
      x: z.string(),
      kid: z.string(),
      alg: z.literal('EdDSA').default('EdDSA'),
      use: z.literal('sig').default('sig'),
    }),
  ),
});
/** One of them, a list of them, or a page as the server answers it. */
const Checkpoints = z.union([
  z.object({ items: z.array(KeptCheckpoint) }).transform(({ items }) => items),
  z.array(KeptCheckpoint),
  KeptCheckpoint.transform(one => [one]),
]);

/** Files to check a log by: an export of its events (JSONL), checkpoints that were kept, and the keys they were signed with. */
export interface ExportedLog {
  readonly events: string;
  readonly checkpoints: string;
  readonly keys: string;
}

/** What was found of an exported log. */
export interface ExportedLogFinding {
  readonly checked: number;
  readonly firstBad: FirstBad | null;
  /** Whether the first bad is no entry, but a checkpoint that none of the keys signed as it is. */
  readonly unsigned: boolean;
}

/**
 * Checks an exported log without any server, line by line.
 * @throws Error that says which file, and which line of it, cannot be read as what it should be
 */
export async function checkExportedLog(files: ExportedLog): Promise<ExportedLogFinding> {
  const { keys } = await parsed(files.keys, Keys);
  const checkpoints = (await parsed(files.checkpoints, Checkpoints)).toSorted(
    (a, b) => a.sequence - b.sequence,
  );
  const signed = new CheckpointCheck(keys, false);
  for (const checkpoint of checkpoints) signed.add(checkpoint);

  let check: ChainCheck | undefined;
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(files.events), crlfDelay: Infinity })) {
    line++;
    if (text.trim() === '') continue;
    const event = parseWith(ExportedEvent, text, `${files.events}, line ${line}`);
    check ??= new ChainCheck(beginning(event, signed.hashes), signed.hashes);
    const { hash, ...form } = event;
    const { sequence, id, previous_hash: previousHash } = event;
    check.add({ sequence, id, hash, previousHash, computed: hashOf(form) });
    if (check.done) break;
  }
  check ??= new ChainCheck(null, signed.hashes);
  const heads = [...signed.hashes].map(([sequence, hash]) => ({ sequence, hash }));
  const inChain = check.end(heads);
  const bad = [signed.firstBad, inChain].filter(one => one !== null);
  const firstBad = bad.toSorted((a, b) => a.sequence - b.sequence)[0] ?? null;
  return { checked: check.checked, firstBad, unsigned: firstBad !== null && firstBad === signed.firstBad };
}

/** Where the export begins: at the first entry, or after one that a checkpoint vouches for, when older ones were purged. */
function beginning({ sequence }: { sequence: number }, signed: ReadonlyMap<number, string>) {
  const hash = signed.get(sequence - 1);
  return hash === undefined ? null : { sequence: sequence - 1, hash };
}

async function parsed<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S>> {
  return parseWith(schema, await readFile(file, 'utf8'), file);
}

function parseWith<S extends z.ZodType>(schema: S, text: string, where: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${where} is not JSON.`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(
    `${where} is not what it should be: ${issue!.path.join('.') || 'the whole'}: ${issue!.message}.`,
  );
}
