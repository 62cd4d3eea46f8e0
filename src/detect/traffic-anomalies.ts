import { ANOMALIES, anomalyNames } from '../decode/index.ts';

const TRUNCATED: readonly [number, number] = [0, 32].map((first) =>
  ANOMALIES.slice(first, first + 32).reduce(
    (bits, { cause }, bit) => (cause === 'truncated' ? bits | (1 << bit) : bits),
    0,
  ),
) as [number, number];

/**
 * Names of what was odd about the traffic itself, of both words of anomaly bits. What the capture cut
 * off (a snap length) says nothing of the sender, so alerts leave it out; the summary counts it.
 */
export function trafficAnomalies(low: number, high: number): string[] {
  return anomalyNames(low & ~TRUNCATED[0], high & ~TRUNCATED[1]);
}
