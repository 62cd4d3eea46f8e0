import type { Random } from '../src/base/index.ts';
import { coverageOf, NO_LOSSES } from '../src/detect/coverage.ts';
import { type Alert, EVIDENCE_KINDS, SEVERITIES } from '../src/detect/index.ts';
import type { Store } from '../src/store/index.ts';

/** When the alerts of a bench begin, in microseconds. */
export const ALERTS_START = Date.UTC(2026, 0, 1) * 1000;
const AT_ONCE = 500;

/** An alert as detection makes them, over thirty days and some two thousand hosts. */
export function makeAlert(random: Random, number: number): Alert {
  const kind = EVIDENCE_KINDS[random.int(EVIDENCE_KINDS.length)]!;
  const first = ALERTS_START + random.int(30 * 86_400) * 1e6;
  const peers = Array.from({ length: 10 }, () => `192.0.${random.int(256)}.${random.int(256)}`);
  return {
    source: kind === 'model' ? 'model' : 'detector',
    kind,
    host: `10.0.${random.int(8)}.${random.int(256)}`,
    role: 'source',
    peers,
    peerCount: 10 + random.int(500),
    ports: [22, 80, 443],
    portCount: 3,
    protocols: ['TCP'],
    first,
    last: first + random.int(3600) * 1e6,
    flows: 10 + random.int(10_000),
    uncertainFlows: random.int(10),
    score: random.next() * 100,
    threshold: 5,
    unit: 'hosts in 60 s',
    reasons: Array.from({ length: 6 }, (_, i) => ({
      feature: `feature ${i}`,
      value: i,
      contribution: 0.1,
    })),
    anomalies: [],
    communityIds: Array.from({ length: 10 }, (_, i) => `1:${number}/${i}ABCDEFGHIJKLMNOPQRSTU=`),
    flowIds: Array.from({ length: 10 }, (_, i) => number * 10 + i),
    id: number.toString(16).padStart(16, '0'),
    title: `Title of ${kind}`,
    severity: SEVERITIES[random.int(3)]!,
    technique: { id: 'T1046', name: 'Network Service Discovery', possible: false },
    agreement: 'no model',
    agreementText: 'No model was used; the detectors saw: a scan.',
    models: [],
    coverage: coverageOf({ losses: NO_LOSSES, evicted: {}, late: 0, evidenceDropped: 0 }),
    versions: { program: 'bench' },
  };
}

/** Puts `count` made alerts into a store. */
export async function putAlerts(store: Store, random: Random, count: number): Promise<void> {
  for (let at = 0; at < count; at += AT_ONCE) {
    const alerts = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, n) =>
      makeAlert(random, at + n),
    );
    await store.alerts.put(alerts, 'bench');
  }
}
