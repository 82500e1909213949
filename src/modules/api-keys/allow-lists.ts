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
