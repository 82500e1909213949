import { readFileSync } from 'node:fs';
import { Injectable, Logger } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { type CityResponse, Reader } from 'maxmind';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';

/**
 * Where requests come from, in words: `Berlin, DE`, or `DE` when no more is known. From the operator's
 * database of locations, else from a trusted proxy's country header.
 */
@Injectable()
export class Locations {
  private readonly logger = new Logger('Locations');
  private readonly database: Reader<CityResponse> | null;

  constructor({ geoipDatabase }: Config) {
    this.database = geoipDatabase === null ? null : new Reader<CityResponse>(readFileSync(geoipDatabase));
  }

  /** Null when nothing is configured, and when nothing is known of the address. */
  of(ctx: RequestContext): string | null {
    return this.fromDatabase(ctx.ip) ?? ctx.country;
  }

  private fromDatabase(ip: string | null): string | null {
    const found = ip === null || !ipaddr.isValid(ip) ? null : this.lookUp(ipaddr.process(ip));
    if (!found) return null;
    const country = found.country?.iso_code ?? found.registered_country?.iso_code;
    return [found.city?.names?.en, country].filter(Boolean).join(', ').slice(0, 200) || null;
  }

  /** `address` without the IPv4-in-IPv6 form, which the reader takes for another network. */
  private lookUp(address: ipaddr.IPv4 | ipaddr.IPv6): CityResponse | null {
    const { database } = this;
    if (!database || (address.kind() === 'ipv6' && database.metadata.ipVersion === 4)) return null;
    try {
      return database.get(address.toString());
    } catch (error) {
      // A damaged file must not keep people from signing in.
      this.logger.warn({ err: error }, 'the database of locations could not be read');
      return null;
    }
  }
}
