import type { IncomingHttpHeaders } from 'node:http';
import { parseAddress } from '../network/addresses.js';

/**
 * Leaves of `X-Forwarded-For` only what can be trusted to be addresses. It is read from the right, from
 * the nearest proxy outwards, so everything left of an entry that is no address is cut off; ports, which
 * some proxies add, are dropped.
 */
export function soundForwardedFor(headers: IncomingHttpHeaders): void {
  const given = headers['x-forwarded-for'];
  if (given === undefined) return;
  const entries = String(given).split(',');
  const sound: string[] = [];
  for (let address; entries.length && (address = addressOf(entries.pop()!.trim()));) sound.unshift(address);
  if (sound.length) headers['x-forwarded-for'] = sound.join(', ');
  else delete headers['x-forwarded-for'];
}

const WITH_PORT = /^(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/;

/** The address, in its canonical form, of an entry such as `192.0.2.1`, `192.0.2.1:8080`, `2001:db8::1` or `[2001:db8::1]:8080`. */
function addressOf(entry: string): string | null {
  const match = WITH_PORT.exec(entry);
  const address = parseAddress(match ? (match[1] ?? match[2]!) : entry);
  return address && String(address);
}
