import type { LookupAddress } from 'node:dns';
import { contains, parseAddress, parseNetwork } from '../network/addresses.js';

/** What an operator lets outgoing calls reach beyond https at public addresses. */
export interface Allowances {
  readonly http: boolean;
  readonly privateAddresses: boolean;
}

/** Link-local networks, among them where clouds hand out credentials; and Amazon's address for that within IPv6. */
const NEVER = [/^169\.254\./, /^fe[89ab][0-9a-f]:/, /^fd00:ec2::254$/];
/** All of IPv6 that is given out to anybody (RFC 4291, 2.4, by IANA); the rest is special, or will be. */
const GLOBAL_UNICAST = parseNetwork('2000::/3')!;
/** Names that mean this machine or this network wherever they are asked for. */
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|internal|lan|home\.arpa)$/;

/**
 * Why calls may not go to a URL, as far as it can be told without asking for its name: a sentence whose subject is the
 * URL. Null when they may; where its name leads is checked when it is connected to.
 */
export function whyNotAllowed(url: URL, allowed: Allowances): string | null {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowed.http)) {
    return `must begin with https://${allowed.http ? ' or http://' : ''}`;
  }
  if (url.username || url.password) return 'must not contain a user name or a password';
  const host = hostOf(url);
  const literal = parseAddress(host) !== null || host.includes(':');
  if (literal ? !isAllowedAddress(host, allowed) : isLocalName(host) && !allowed.privateAddresses)
    return 'must lead to a public address';
  return null;
}

/** The host of a URL as `net` takes it. Decimal, octal and hexadecimal IPv4 forms are dotted by `URL` itself. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

/**
 * Whether calls may go to an address: to public ones, by default. Those that stand for an IPv4 address (NAT64, 6to4,
 * Teredo) are not public, apart from mapped ones, which mean the same as the address itself.
 */
export function isAllowedAddress(text: string, { privateAddresses }: Allowances): boolean {
  const address = parseAddress(text);
  if (!address || NEVER.some(network => network.test(String(address)))) return false;
  if (privateAddresses) return true;
  return address.range() === 'unicast' && (address.kind() === 'ipv4' || contains(GLOBAL_UNICAST, address));
}

/** Whether calls may go to all of these: a name with one private address may lead there at the next try. */
export function areAllowed(addresses: readonly LookupAddress[], allowed: Allowances): boolean {
  return addresses.every(({ address }) => isAllowedAddress(address, allowed));
}

/** Names of one label are completed by the network's own search list. */
function isLocalName(host: string): boolean {
  return !host.includes('.') || LOCAL_NAME.test(host);
}
