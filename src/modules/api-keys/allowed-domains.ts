import { isIPv4 } from 'node:net';
import { domainToASCII } from 'node:url';

const ENTRY = /^(\*\.)?(\[[0-9a-f:.]+\]|(?:[\w.-]|[^\x00-\x7f])+)(?::([1-9]\d{0,4}))?$/i;
const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const NAME = new RegExp(`^(?:${LABEL}\\.)*${LABEL}$`);

/** Ports that origins leave out. */
const USUAL_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * An entry of a domain list as it is kept and shown, or null when it is none: a host name, `*.` and one, or an address
 * (IPv6 in brackets), each with a port or without. Names are in lower case, beyond ASCII as A-labels (IDNA: `bücher.example`
 * is `xn--bcher-kva.example`), so that two names that only look alike can be told apart; IPv4 addresses in four decimal
 * parts, IPv6 addresses as URLs have them.
 */
export function domainEntry(entry: string): string | null {
  const [, wildcard = '', named = '', port = ''] = ENTRY.exec(entry) ?? [];
  const host = hostOf(named);
  if (host === null || Number(port) > 65_535) return null;
  if (wildcard && (host.startsWith('[') || isIPv4(host))) return null;
  return `${wildcard}${host}${port && `:${port}`}`;
}

/** A host as URLs have it, or null. */
function hostOf(named: string): string | null {
  if (named.startsWith('['))
    return URL.canParse(`http://${named}`) ? new URL(`http://${named}`).hostname : null;
  const host = domainToASCII(named);
  // URLs take `123` and `0x7f.1` for addresses; whoever writes them hardly does.
  if (isIPv4(host) && !isIPv4(named)) return null;
  return host.length <= 253 && NAME.test(host) ? host : null;
}

/**
 * Whether a request's origin is on the list: `example.com` means that host on every port, `*.example.com` every host
 * below it, `example.com:8443` that port alone. `origin` is an `Origin` or `Referer` header; an unreadable one is on no
 * list.
 */
export function domainAllowed(list: readonly string[], origin: string | null): boolean {
  if (list.length === 0) return true;
  if (origin === null || !URL.canParse(origin)) return false;
  const { hostname, port, protocol } = new URL(origin);
  const asked = { host: hostname.replace(/\.$/, ''), port: port || (USUAL_PORTS[protocol] ?? '') };
  return list.some(entry => isWithin(asked, placeOf(entry)));
}

/** Whether an entry admits nothing that another one does not. */
export function domainWithin(entry: string, by: string): boolean {
  return isWithin(placeOf(entry), placeOf(by));
}

interface Place {
  readonly host: string;
  /** Empty for every port. */
  readonly port: string;
}

function placeOf(entry: string): Place {
  const [, host = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  return { host, port };
}

function isWithin(inner: Place, outer: Place): boolean {
  if (outer.port !== '' && inner.port !== outer.port) return false;
  return outer.host.startsWith('*.') ? inner.host.endsWith(outer.host.slice(1)) : inner.host === outer.host;
}
