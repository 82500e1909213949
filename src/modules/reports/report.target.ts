import { defineTarget } from '../../kernel/event-log/targets.js';
import type { ReportEntity } from './report.entity.js';

const target = defineTarget('report', { name: ['report.kind', 'report.format'] });

/** How a report stands in the event log. */
export function reportTarget({ id, kind, format }: Pick<ReportEntity, 'id' | 'kind' | 'format'>) {
  return target(id, `${kind}.${format}`);
}
