import { parseAddress } from '../../src/base/index.ts';
import { CLOSE_REASONS, type CloseReason, FlowBatch } from '../../src/flow/index.ts';

/** A flow as a test writes it; times in seconds, the rest as in FlowBatch. */
export interface TestFlow {
  readonly from: string;
  readonly to: string;
  readonly at: number;
  readonly duration?: number;
  readonly protocol?: 'tcp' | 'udp' | 'icmp' | 'icmp6';
  readonly sourcePort?: number;
  readonly port?: number;
  /** Packets and bytes of originator and responder. */
  readonly packets?: readonly [number, number];
  readonly bytes?: readonly [number, number];
  readonly flags?: readonly [number, number];
  readonly certain?: boolean;
  readonly closed?: CloseReason;
  readonly type?: number;
  readonly anomaly?: number;
}

export const FSPA = 27;
export const SYN_ONLY = { packets: [1, 0], bytes: [60, 0], flags: [2, 0] } as const;
export const REFUSED = { packets: [1, 1], bytes: [60, 54], flags: [2, 20] } as const;
/** 2026-01-01 00:00 UTC in seconds; a multiple of every window's length. */
export const EPOCH = 1_767_225_600;

const PROTOCOLS = { tcp: 6, udp: 17, icmp: 1, icmp6: 58 } as const;

/** Fills a batch by hand; the ids count from `firstId`. */
export function batchOf(flows: readonly TestFlow[], firstId = 1): FlowBatch {
  const batch = new FlowBatch(Math.max(1, flows.length));
  batch.length = flows.length;
  // A reused batch holds old bytes behind a short address.
  batch.addresses.fill(0xaa);
  flows.forEach((flow, i) => {
    const from = parseAddress(flow.from)!;
    const to = parseAddress(flow.to)!;
    const protocol = flow.protocol ?? 'tcp';
    const [sent, answered] = flow.packets ?? [6, 6];
    const [sentBytes, answeredBytes] = flow.bytes ?? [sent * 90, answered * 200];
    const [sentFlags, answeredFlags] = flow.flags ?? (protocol === 'tcp' ? [FSPA, FSPA] : [0, 0]);
    batch.id[i] = firstId + i;
    batch.start[i] = (EPOCH + flow.at) * 1e6;
    batch.end[i] = (EPOCH + flow.at + (flow.duration ?? 0.5)) * 1e6;
    batch.addressLength[i] = from.length;
    batch.addresses.set(from, i * 32);
    batch.addresses.set(to, i * 32 + 16);
    batch.etherType[i] = from.length === 4 ? 0x0800 : 0x86dd;
    batch.protocol[i] = PROTOCOLS[protocol];
    batch.originatorPort[i] = protocol.startsWith('icmp') ? 0 : (flow.sourcePort ?? 40_000 + i);
    batch.responderPort[i] = protocol.startsWith('icmp') ? 0 : (flow.port ?? 80);
    batch.icmpType[i] = flow.type ?? (protocol === 'icmp' ? 8 : protocol === 'icmp6' ? 128 : 0);
    batch.originatorPackets[i] = sent;
    batch.responderPackets[i] = answered;
    batch.originatorBytes[i] = sentBytes;
    batch.responderBytes[i] = answeredBytes;
    batch.originatorFlags[i] = sentFlags;
    batch.responderFlags[i] = answeredFlags;
    batch.directionCertain[i] = flow.certain === false ? 0 : 1;
    batch.closeReason[i] = CLOSE_REASONS.indexOf(flow.closed ?? 'closed');
    batch.anomalyLow[i] = flow.anomaly ?? 0;
  });
  return batch;
}

/** `make(0)` to `make(count - 1)`. */
export function many(count: number, make: (i: number) => TestFlow): TestFlow[] {
  return Array.from({ length: count }, (_, i) => make(i));
}
