import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersSealedColumns } from '../../kernel/facets/sealed-columns.js';
import { BODY_SEAL } from './notification.service.js';

/** Mails that wait are sealed. */
@Facet()
export class NotificationFacet implements AnswersSealedColumns {
  readonly sealedColumns = [
    { table: 'notifications', key: 'id', column: 'sealed_body', purpose: BODY_SEAL },
  ] as const;
}
