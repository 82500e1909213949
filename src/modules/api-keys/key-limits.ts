import { contains, parseNetwork } from '../../kernel/network/addresses.js';
import { domainWithin } from './allowed-domains.js';
import type { ApiKeyEntity } from './api-key.entity.js';

/** What narrows a key down beside its role: until when, from where, from which sites and how often it is accepted. */
export type KeyLimits = Pick<
  ApiKeyEntity,
  'expires_at' | 'allowed_ips' | 'allowed_domains' | 'requests_per_minute' | 'requests_per_day'
>;

/** The limits of `outer` that `inner` does not keep; empty when `inner` is nowhere wider. */
export function limitsExceeded(inner: KeyLimits, outer: KeyLimits): (keyof KeyLimits)[] {
  const exceeded: (keyof KeyLimits)[] = [];
  if (!endsBy(inner.expires_at, outer.expires_at)) exceeded.push('expires_at');
  if (!within(inner.allowed_ips, outer.allowed_ips, networkWithin)) exceeded.push('allowed_ips');
  if (!within(inner.allowed_domains, outer.allowed_domains, domainWithin)) exceeded.push('allowed_domains');
  for (const limit of ['requests_per_minute', 'requests_per_day'] as const)
    if (!noMore(inner[limit], outer[limit])) exceeded.push(limit);
  return exceeded;
}

/** Null never ends. */
function endsBy(inner: Date | null, outer: Date | null): boolean {
  return outer === null || (inner !== null && inner <= outer);
}

/** Null is as many as the organization has. */
function noMore(inner: number | null, outer: number | null): boolean {
  return outer === null || (inner !== null && inner <= outer);
}

/** An empty list admits everything. */
function within(
  inner: readonly string[],
  outer: readonly string[],
  covered: (entry: string, by: string) => boolean,
): boolean {
  if (outer.length === 0) return true;
  return inner.length > 0 && inner.every(entry => outer.some(by => covered(entry, by)));
}

/** An entry from before only canonical forms were taken may be unreadable: it admits nobody, and so covers nobody. */
function networkWithin(entry: string, by: string): boolean {
  const inner = parseNetwork(entry);
  const outer = parseNetwork(by);
  if (inner === null) return true;
  return outer !== null && inner.bits >= outer.bits && contains(outer, inner.address);
}
