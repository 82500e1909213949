import { Global, Module } from '@nestjs/common';
import { Meters } from './meters.js';
import { MetricsServer } from './metrics-server.js';

/** Metrics for Prometheus, when `METRICS_PORT` is set; and the meters of every module. */
@Global()
@Module({ providers: [Meters, MetricsServer], exports: [Meters, MetricsServer] })
export class MetricsModule {}
