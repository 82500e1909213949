import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Cascades } from './cascades.js';
import { Configuration } from './configuration.js';
import { Effects } from './effects.js';
import { EventFollowers } from './event-followers.js';
import { Exports } from './exports.js';
import { Facets } from './facets.js';
import { Figures } from './figures.js';
import { HandoffChecks } from './handoff-checks.js';
import { Lookups } from './lookups.js';
import { AlertMetrics } from './metrics.js';
import { Ownership } from './ownership.js';
import { Purging } from './purging.js';
import { SealedColumns } from './sealed-columns.js';
import { Standings } from './standings.js';

const ASKERS = [
  Figures,
  Effects,
  Cascades,
  Ownership,
  AlertMetrics,
  Lookups,
  Standings,
  Configuration,
  HandoffChecks,
  Purging,
  EventFollowers,
  Exports,
  SealedColumns,
];

/** Lets modules ask all others the same question without knowing them. Whoever asks injects the asker of its own question only. */
@Global()
@Module({ imports: [DiscoveryModule], providers: [Facets, ...ASKERS], exports: ASKERS })
export class FacetsModule {}
