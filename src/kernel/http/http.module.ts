import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessCache } from '../access/access-cache.js';
import { RouteCheck } from '../access/route-check.js';
import { ProjectFacets } from '../project-facet.js';
import { CountryHeader } from './country-header.js';
import { AttributeCatalog } from '../visibility/attribute-catalog.js';
import { Visibility } from '../visibility/visibility.js';
import { IdempotencyRecord } from './idempotency.entity.js';
import { IdempotencyRepository } from './idempotency.repository.js';
import { Idempotency } from './idempotency.js';

/** What handlers of every module rely on. */
@Global()
@Module({
  imports: [DiscoveryModule, TypeOrmModule.forFeature([IdempotencyRecord])],
  providers: [
    RouteCheck,
    AccessCache,
    IdempotencyRepository,
    Idempotency,
    ProjectFacets,
    CountryHeader,
    AttributeCatalog,
    Visibility,
  ],
  exports: [
    AccessCache,
    Idempotency,
    ProjectFacets,
    CountryHeader,
    AttributeCatalog,
    Visibility,
    DiscoveryModule,
  ],
})
export class HttpModule {}
