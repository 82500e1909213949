import { contains, formatNetwork, parseAddress, parseNetwork } from '../../kernel/network/addresses.js';

/** An entry of an address list as it is kept and shown, or null when it is not an address or CIDR in a canonical form. */
export function addressEntry(entry: string): string | null {
  const network = parseNetwork(entry);
  return network && formatNetwork(network);
}

/** Whether `ip` is on the list; v4-mapped v6 addresses count as v4. An unreadable address is on no list. */
export function ipAllowed(list: readonly string[], ip: string | null): boolean {
  if (list.length === 0) return true;
  const address = ip === null ? null : parseAddress(ip);
  if (!address) return false;
  return list.some(entry => {
    const network = parseNetwork(entry);
    return network !== null && contains(network, address);
  });
}

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const DOMAIN = new RegExp(`^(?:\\*\\.)?(?:${LABEL}\\.)*${LABEL}$`);

/** Whether `entry` is a lower-case host name, or `*.` and one. */
export function isDomainEntry(entry: string): boolean {
  return entry.length <= 253 && DOMAIN.test(entry);
}

/**
 * Whether a request's origin is on the list: `example.com` means that host, `*.example.com` every host
 * below it. `origin` is an `Origin` or `Referer` header; an unreadable one is on no list.
 */
export function domainAllowed(list: readonly string[], origin: string | null): boolean {
  if (list.length === 0) return true;
  if (origin === null || !URL.canParse(origin)) return false;
  const host = new URL(origin).hostname.replace(/\.$/, '');
  return list.some(entry => (entry.startsWith('*.') ? host.endsWith(entry.slice(1)) : host === entry));
}
