import { KeptDays } from '../../kernel/facets/kept-days.port.js';

const DAYS = 30;

/** What holds while no module lets projects say how long they keep things. */
export class DefaultKeptDays extends KeptDays {
  override async of(): Promise<number> {
    return DAYS;
  }
}
