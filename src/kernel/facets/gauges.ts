import { Injectable } from '@nestjs/common';
import { Facets } from './facets.js';

/** A number that Prometheus may ask for. */
export interface ModuleGauge {
  /** `bailiwick_<module>_<what>`, with the unit at its end. */
  readonly name: string;
  readonly help: string;
  /** Null while nobody can tell. */
  ask(): Promise<number | null>;
}

/** A facet of a module with something to measure. */
export interface AnswersGauges {
  readonly gauges: readonly ModuleGauge[];
}

/** Asks every module what it measures for whoever operates the server. */
@Injectable()
export class Gauges {
  constructor(private readonly facets: Facets) {}

  all(): readonly ModuleGauge[] {
    return this.facets.answering<AnswersGauges>('gauges').flatMap(({ gauges }) => gauges);
  }
}
