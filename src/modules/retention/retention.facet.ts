import type { AnswersConfiguration } from '../../kernel/facets/configuration.js';
import { Facet } from '../../kernel/facets/facets.js';
import { RetentionConfiguration } from './retention-configuration.js';

/** A project's retention travels with its configuration. */
@Facet()
export class RetentionFacet implements AnswersConfiguration {
  constructor(readonly configuration: RetentionConfiguration) {}
}
