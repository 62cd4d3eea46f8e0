import { WINDOW_FEATURES } from '../../../src/flow/windows/columns.ts';
import type { Flow } from './flows.ts';

/**
 * The features of one host as defined, from all its flows up to the last, by rescanning: exact, and
 * without bounds. NaN for regularity, which `contact-gaps.test.ts` holds to its own model.
 */
export function exactFeatures(flows: readonly Flow[], host: number, windows: readonly number[]) {
  const own = flows.filter((flow) => flow.from === host || flow.to === host);
  const now = own[own.length - 1]!.end;
  const known = new Set<number>();
  const fresh = own.map((flow) => {
    const isNew = !known.has(peerOf(flow, host));
    known.add(peerOf(flow, host));
    return isNew;
  });
  return windows.map((seconds) => {
    const bucket = (seconds * 1e6) / 8;
    const first = (Math.floor(now / bucket) - 7) * bucket;
    const inside = own.map((flow) => flow.end >= first);
    const seen = own.filter((_, i) => inside[i]);
    const peers = seen.map((flow) => peerOf(flow, host));
    const ports = seen.map((flow) => (flow.protocol ?? 6) * 65536 + (flow.port ?? 80));
    const sum = (pick: (flow: Flow) => number) => seen.reduce((all, flow) => all + pick(flow), 0);
    const asked = seen.filter((flow) => flow.dns).length;
    const features: Record<string, number> = {
      flows: seen.length,
      peers: new Set(peers).size,
      ports: new Set(ports).size,
      failed_ratio: seen.filter((flow) => flow.answered === false).length / seen.length,
      bytes_out: sum((flow) => (flow.from === host ? (flow.out ?? 100) : (flow.in ?? 200))),
      bytes_in: sum((flow) => (flow.from === host ? (flow.in ?? 200) : (flow.out ?? 100))),
      packets_out: sum((flow) => (flow.from === host ? 3 : flow.answered === false ? 0 : 2)),
      packets_in: sum((flow) => (flow.from === host ? (flow.answered === false ? 0 : 2) : 3)),
      peer_entropy: entropyOf(peers),
      port_entropy: entropyOf(ports),
      regularity: Number.NaN,
      dns_queries: asked,
      nxdomain_ratio: asked > 0 ? seen.filter((flow) => flow.nxdomain).length / asked : Number.NaN,
      new_peer_ratio: fresh.filter((isNew, i) => isNew && inside[i]).length / seen.length,
    };
    return WINDOW_FEATURES.map(({ name }) => features[name]!);
  });
}

function peerOf(flow: Flow, host: number): number {
  return flow.from === host ? flow.to : flow.from;
}

/** Shannon entropy in bits of how often each item stands in the list. */
export function entropyOf(items: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values())
    bits += (count / items.length) * Math.log2(items.length / count);
  return bits;
}
