import { type LookupAddress, promises as dns } from 'node:dns';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';

const SERVER_TIMEOUT_MS = 3_000;
const TRIES = 2;

/**
 * Finds the addresses of names. By DNS alone: the system's own look-up would hold one of four threads that password
 * hashes need as well, as long as a hostile name server likes. Only where private addresses are allowed it is asked, since
 * it knows the names of the machine and its network.
 */
@Injectable()
export class NameResolver {
  protected readonly resolver = new dns.Resolver({ timeout: SERVER_TIMEOUT_MS, tries: TRIES });

  constructor(private readonly config: Config) {}

  /** @throws Error with a code of `node:dns` when there is no address */
  async resolve(host: string): Promise<LookupAddress[]> {
    if (this.config.webhookAllowPrivate) return dns.lookup(host, { all: true });
    const [four, six] = await Promise.allSettled([
      this.resolver.resolve4(host),
      this.resolver.resolve6(host),
    ]);
    const addresses = [...asAddresses(four, 4), ...asAddresses(six, 6)];
    if (addresses.length === 0) throw (four as PromiseRejectedResult).reason ?? new Error('no address');
    return addresses;
  }
}

function asAddresses(result: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] {
  return result.status === 'fulfilled' ? result.value.map(address => ({ address, family })) : [];
}
