import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { Reader, type CityResponse } from 'maxmind';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';

/**
 * Where requests come from, in words: `Berlin, DE`, or `DE` when no more is known. From the operator's
 * database of locations, else from a trusted proxy's country header.
 */
@Injectable()
export class Locations {
  private readonly database: Reader<CityResponse> | null;

  constructor({ geoipDatabase }: Config) {
    this.database = geoipDatabase === null ? null : new Reader<CityResponse>(readFileSync(geoipDatabase));
  }

  /** Null when nothing is configured, and when nothing is known of the address. */
  of(ctx: RequestContext): string | null {
    return this.fromDatabase(ctx.ip) ?? ctx.country;
  }

  private fromDatabase(ip: string | null): string | null {
    const found = ip === null ? null : this.database?.get(ip);
    if (!found) return null;
    const country = found.country?.iso_code ?? found.registered_country?.iso_code;
    return [found.city?.names?.en, country].filter(Boolean).join(', ').slice(0, 200) || null;
  }
}
