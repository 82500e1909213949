import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Whether `entry` is an address or CIDR, v4 or v6; a zone (`%eth0`) means nothing on another machine. */
export function isAddressEntry(entry: string): boolean {
  if (entry.includes('%')) return false;
  return ipaddr.IPv4.isValidFourPartDecimal(entry) || ipaddr.IPv6.isValid(entry) || ipaddr.isValidCIDR(entry);
}

/** Whether `ip` is on the list; v4-mapped v6 addresses count as v4. An unreadable address is on no list. */
export function ipAllowed(list: readonly string[], ip: string | null): boolean {
  if (list.length === 0) return true;
  if (ip === null || !ipaddr.isValid(ip)) return false;
  const address = ipaddr.process(ip);
  return list.some(entry => covers(entry, address));
}

function covers(entry: string, address: Address): boolean {
  if (!entry.includes('/')) return ipaddr.process(entry).toString() === address.toString();
  const [network, bits] = ipaddr.parseCIDR(entry);
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8 in other words.
  if (network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits >= 96) {
    return address.kind() === 'ipv4' && address.match(network.toIPv4Address(), bits - 96);
  }
  return address.kind() === network.kind() && address.match(network, bits);
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
