import ipaddr from 'ipaddr.js';

/** What a tiny database of locations says of a network: the fields of MaxMind's city databases. */
export interface PlaceRecord {
  readonly city?: { readonly names: { readonly en: string } };
  readonly country?: { readonly iso_code: string };
  readonly registered_country?: { readonly iso_code: string };
}

/** A node of the search tree: what to do for a 0 and for a 1. */
type Branch = Node | PlaceRecord | undefined;
type Node = [Branch, Branch];

/**
 * A file in the MaxMind DB format, IPv6 with IPv4 below `::/96`, 24-bit records, that knows the given networks
 * (`203.0.113.0/24`, `2001:db8::/32`). Format: https://maxmind.github.io/MaxMind-DB/
 */
export function mmdb(networks: Record<string, PlaceRecord>): Buffer {
  const root: Node = [undefined, undefined];
  for (const [cidr, record] of Object.entries(networks)) insert(root, bitsOf(cidr), record);
  const nodes = flatten(root);
  const index = new Map(nodes.map((node, position) => [node, position]));
  const data: Buffer[] = [];
  let size = 0;
  const pointerOf = (branch: Branch): number => {
    if (branch === undefined) return nodes.length;
    if (Array.isArray(branch)) return index.get(branch)!;
    const encoded = encode(branch);
    const pointer = nodes.length + SEPARATOR.length + size;
    data.push(encoded);
    size += encoded.length;
    return pointer;
  };
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.forEach(([zero, one], position) => {
    tree.writeUIntBE(pointerOf(zero), position * 6, 3);
    tree.writeUIntBE(pointerOf(one), position * 6 + 3, 3);
  });
  const metadata = encode({
    node_count: nodes.length,
    record_size: 24,
    ip_version: 6,
    database_type: 'Test-City',
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_763_700_000,
    description: { en: 'Made by a test' },
  });
  return Buffer.concat([tree, SEPARATOR, ...data, MARKER, metadata]);
}

const SEPARATOR = Buffer.alloc(16);
const MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');

function bitsOf(cidr: string): number[] {
  const [address, length] = ipaddr.parseCIDR(cidr);
  const v4 = address.kind() === 'ipv4';
  const bytes = [...(v4 ? new Array<number>(12).fill(0) : []), ...address.toByteArray()];
  return bytes
    .flatMap(byte => [7, 6, 5, 4, 3, 2, 1, 0].map(bit => (byte >> bit) & 1))
    .slice(0, length + (v4 ? 96 : 0));
}

function insert(root: Node, bits: number[], record: PlaceRecord): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const next = node[bit];
    node = Array.isArray(next) ? next : (node[bit] = [undefined, undefined]);
  }
  node[bits.at(-1)!] = record;
}

function flatten(node: Node): Node[] {
  return [node, ...node.flatMap(branch => (Array.isArray(branch) ? flatten(branch) : []))];
}

const STRING = 2;
const UINT32 = 6;
const MAP = 7;
const ARRAY = 11;

function encode(value: unknown): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8');
    return Buffer.concat([control(STRING, text.length), text]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(UINT32, 4), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(ARRAY, value.length), ...value.map(encode)]);
  const entries = Object.entries(value as object);
  return Buffer.concat([
    control(MAP, entries.length),
    ...entries.flatMap(([key, inner]) => [encode(key), encode(inner)]),
  ]);
}

/** The control byte; sizes here stay under 29, which need no further byte. */
function control(type: number, size: number): Buffer {
  return type <= 7 ? Buffer.from([(type << 5) | size]) : Buffer.from([size, type - 7]);
}
