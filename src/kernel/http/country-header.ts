import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { contains, type Network, parseAddress, parseNetwork } from '../network/addresses.js';
import { country } from './schemas.js';

/** Reads the country a request came from out of the header that trusted proxies set (`COUNTRY_HEADER`). */
@Injectable()
export class CountryHeader {
  private readonly header: string | null;
  private readonly trusted: readonly Network[];

  constructor(config: Config) {
    this.header = config.countryHeader;
    this.trusted = config.trustProxy.map(entry => parseNetwork(entry)!);
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
    const address = peer === undefined ? null : parseAddress(peer);
    return address !== null && this.trusted.some(network => contains(network, address));
  }
}
