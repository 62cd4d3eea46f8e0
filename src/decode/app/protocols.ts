import type { Protocol } from './analyser.ts';
import { dnsTcp, dnsUdp } from './dns.ts';

/**
 * Every protocol that is recognised, the stricter ones first where two could take the same bytes.
 * Adding one is its own file and a line here. A transport has room for 32.
 */
export const PROTOCOLS: readonly Protocol[] = [dnsUdp, dnsTcp];
