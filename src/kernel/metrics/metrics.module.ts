import { Module } from '@nestjs/common';
import { MetricsServer } from './metrics-server.js';

/** Metrics for Prometheus, when `METRICS_PORT` is set. */
@Module({ providers: [MetricsServer], exports: [MetricsServer] })
export class MetricsModule {}
