import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A network: its first address and the length of its prefix. A single address has the longest prefix. */
export interface Network {
  readonly address: Address;
  readonly bits: number;
}

const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

/**
 * Reads an address in a canonical form: IPv4 as four decimal parts without leading zeros, IPv6 as RFC 4291 writes
 * it, without a zone. An IPv4 address within IPv6 (`::ffff:192.0.2.1`) counts as the IPv4 address. Null for anything
 * else: octal, hexadecimal and shortened IPv4 forms mean different addresses to different programs.
 */
export function parseAddress(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** Reads a network as CIDR notation writes it, or a single address; null for anything that is not canonical. */
export function parseNetwork(text: string): Network | null {
  const [base = '', prefix, ...rest] = text.split('/');
  const address = parseAddress(base);
  if (!address || rest.length > 0) return null;
  const longest = address.kind() === 'ipv4' ? 32 : 128;
  if (prefix === undefined) return { address, bits: longest };
  if (!PREFIX.test(prefix)) return null;
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8 in other words.
  const bits = Number(prefix) - (base.includes(':') && longest === 32 ? 96 : 0);
  return bits < 0 || bits > longest ? null : { address: firstOf(address, bits), bits };
}

/** How a network is shown: without the bits behind its prefix, IPv6 as RFC 5952 writes it, a single address without prefix. */
export function formatNetwork({ address, bits }: Network): string {
  return bits === (address.kind() === 'ipv4' ? 32 : 128) ? String(address) : `${address}/${bits}`;
}

/** Whether an address lies in a network. */
export function contains({ address: base, bits }: Network, address: Address): boolean {
  return address.kind() === base.kind() && address.match(base, bits);
}

/**
 * Under which key a limit counts an address: IPv4 as it is, IPv6 as its /64, which is what one subscriber commonly
 * has. What is not an address is its own key.
 */
export function limitKey(ip: string): string {
  const address = parseAddress(ip);
  return address ? formatNetwork({ address: firstOf(address, 64), bits: 64 }).replace(/\/64$/, '') : ip;
}

function firstOf(address: Address, bits: number): Address {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.max(0, Math.min(8, bits - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  return ipaddr.fromByteArray(bytes);
}
