import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { Config } from '../config/config.js';
import { country } from './schemas.js';

/** Reads the country a request came from out of the header that trusted proxies set (`COUNTRY_HEADER`). */
@Injectable()
export class CountryHeader {
  private readonly header: string | null;
  private readonly trusted: [ipaddr.IPv4 | ipaddr.IPv6, number][];

  constructor(config: Config) {
    this.header = config.countryHeader;
    this.trusted = config.trustProxy.map(network);
  }

  /**
   * ISO 3166-1 alpha-2; null without a header, from anybody but a trusted proxy, and for codes that are no
   * country's (some proxies send `XX` for unknown and `T1` for Tor).
   */
  of(request: FastifyRequest): string | null {
    if (this.header === null) return null;
    const value = request.headers[this.header];
    if (typeof value !== 'string' || !this.isTrusted(request.socket.remoteAddress)) return null;
    return country.safeParse(value).data ?? null;
  }

  private isTrusted(peer: string | undefined): boolean {
    if (!peer || !ipaddr.isValid(peer)) return false;
    const address = ipaddr.process(peer);
    return this.trusted.some(([base, bits]) => address.kind() === base.kind() && address.match(base, bits));
  }
}

function network(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (entry.includes('/')) return ipaddr.parseCIDR(entry);
  const address = ipaddr.process(entry);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
