import { anomalyBit } from '../anomaly.ts';
import type { Shortage } from '../walk.ts';

/** A link header that does not fit into the frame. */
export const LINK_SHORTAGE: Shortage = {
  truncated: anomalyBit('link_truncated'),
  malformed: anomalyBit('link_malformed'),
};
