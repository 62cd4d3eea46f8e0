import { anomalyBit } from '../anomaly.ts';
import type { Shortage } from '../walk.ts';

/** A tunnel header that does not fit into the packet that carries it. */
export const TUNNEL_SHORTAGE: Shortage = {
  truncated: anomalyBit('tunnel_truncated'),
  malformed: anomalyBit('tunnel_malformed'),
};
