import { SetMetadata } from '@nestjs/common';

export const OUTSIDE_V1 = 'bailiwick:outside-v1';

/** Marks a controller whose paths stand as they are, without `/v1` before them: pages, and what probes ask for. */
export const OutsideV1 = (): ClassDecorator => SetMetadata(OUTSIDE_V1, true);
