import { z } from 'zod';
import { coded } from '../../kernel/http/coded.js';

const LONGEST = 255;

/** A name that somebody else gives, of 1 to 255 characters; kept exactly as it came, compared byte by byte. */
export const externalId = (example: string) =>
  z
    .string()
    .min(1)
    // No character takes more than two UTF-16 units.
    .max(2 * LONGEST)
    .refine(value => [...value].length <= LONGEST)
    .meta({ examples: [example], maxLength: LONGEST });

/** The project's own id of a customer, in bodies. */
export const customerId = coded(externalId('user_42'), 'customer_id_required');
