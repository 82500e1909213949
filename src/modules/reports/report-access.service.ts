import { Injectable } from '@nestjs/common';
import { hiddenAttributes, isHidden } from '../../kernel/context/hidden-attributes.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { type Dataset, type ExportKind, Exports, type Recipient } from '../../kernel/facets/exports.js';
import { AttributeCatalog } from '../../kernel/visibility/attribute-catalog.js';
import type { ReportEntity } from './report.entity.js';

/** Decides who may have which rows, and which file that was written for somebody else. */
@Injectable()
export class ReportAccess {
  constructor(
    private readonly datasets: Exports,
    private readonly catalog: AttributeCatalog,
  ) {}

  /** What a caller asks for, if they may read it. @throws AppError `validation_failed`, `permission_denied` */
  requested(ctx: RequestContext, kind: ExportKind): Dataset {
    const dataset = this.datasets.get(kind);
    if (!dataset) {
      const offered = this.datasets.offered().join(', ');
      throw invalidField('kind', 'is not offered by this server', `Choose one of: ${offered}.`);
    }
    if (!ctx.can(dataset.permission))
      throw new AppError('permission_denied', { details: { permission: dataset.permission } });
    return dataset;
  }

  /** @throws AppError `permission_denied` for a file with something that the caller may not read */
  refuseUnreadable(ctx: RequestContext, report: ReportEntity): void {
    this.requested(ctx, report.kind);
    if (this.mayRead(ctx, report)) return;
    throw new AppError('permission_denied', {
      message: 'The file shows what is hidden from you; request one of your own.',
    });
  }

  /** Whether nothing that the file shows is hidden from the caller. */
  mayRead(ctx: RequestContext, { kind, hidden, part }: ReportEntity): boolean {
    const dataset = this.datasets.get(kind);
    if (!dataset || !ctx.can(dataset.permission)) return false;
    const own = dataset.partFor?.(recipientOf(ctx)) ?? null;
    if (own !== null && own !== part) return false;
    const hiddenInFile = hiddenAttributes(hidden);
    const shown = hiddenAttributes([...ctx.hidden].filter(attribute => !isHidden(hiddenInFile, attribute)));
    return !this.catalog.shows(dataset.row, shown);
  }
}

function recipientOf({ principal, permissions, hidden, memberId }: RequestContext): Recipient {
  return { id: principal!.id, permissions, hidden, memberId };
}
