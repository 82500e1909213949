import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Metrics that modules count themselves; shown with those of the kernel. Names begin with `bailiwick_`. */
@Injectable()
export class Meters {
  readonly registry = new Registry();

  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** `buckets` in seconds. */
  histogram<Label extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly Label[] = [],
  ): Histogram<Label> {
    const registers = [this.registry];
    return new Histogram({ name, help, buckets: [...buckets], labelNames: [...labelNames], registers });
  }

  /** A gauge that is asked at each scrape, and left out of it when it has no answer. */
  gauge(name: string, help: string, ask: () => Promise<number | null>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        const value = await ask().catch(() => null);
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  }
}
