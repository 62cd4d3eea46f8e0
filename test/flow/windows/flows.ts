import { Random } from '../../../src/base/index.ts';
import { FlowBatch } from '../../../src/flow/flow.ts';
import { STATE_FIRST } from '../../../src/flow/record-state.ts';

/** A flow record as a test writes it; hosts are IPv4 addresses as numbers, times in microseconds. */
export interface Flow {
  readonly from: number;
  readonly to: number;
  readonly end: number;
  readonly start?: number;
  readonly port?: number;
  readonly protocol?: number;
  readonly out?: number;
  readonly in?: number;
  readonly answered?: boolean;
  readonly dns?: boolean;
  readonly nxdomain?: boolean;
  /** False for a further record of a flow that went on. */
  readonly first?: boolean;
}

/** 2026-01-01 00:00 UTC. */
export const EPOCH = 1_767_225_600e6;

export function batchOf(flows: readonly Flow[]): FlowBatch {
  const batch = new FlowBatch(Math.max(1, flows.length));
  batch.length = flows.length;
  // A reused batch holds old bytes behind a short address.
  batch.addresses.fill(0xaa);
  const view = new DataView(batch.addresses.buffer, batch.addresses.byteOffset);
  flows.forEach((flow, i) => {
    view.setUint32(i * 32, flow.from);
    view.setUint32(i * 32 + 16, flow.to);
    batch.addressLength[i] = 4;
    batch.etherType[i] = 0x0800;
    batch.protocol[i] = flow.protocol ?? 6;
    batch.responderPort[i] = flow.port ?? 80;
    batch.end[i] = flow.end;
    batch.start[i] = flow.start ?? flow.end;
    batch.originatorBytes[i] = flow.out ?? 100;
    batch.responderBytes[i] = flow.in ?? 200;
    batch.originatorPackets[i] = 3;
    batch.responderPackets[i] = flow.answered === false ? 0 : 2;
    batch.state[i] = flow.first === false ? 0 : STATE_FIRST;
  });
  return batch;
}

export function extraOf(flows: readonly Flow[]) {
  return {
    dnsQuery: Uint8Array.from(flows, (flow) => (flow.dns ? 1 : 0)),
    nxdomain: Uint8Array.from(flows, (flow) => (flow.nxdomain ? 1 : 0)),
  };
}

/** Flows in the order of their ends among a few hosts, with pauses from microseconds to minutes. */
export function randomFlows(seed: number, count: number, hosts = 6): Flow[] {
  const random = new Random(seed);
  let time = EPOCH + random.int(1e9);
  return Array.from({ length: count }, () => {
    time += Math.round(10 ** (random.next() * 7.5));
    const dns = random.next() < 0.3;
    return {
      from: 0x0a000001 + random.int(hosts),
      to: 0x0a000001 + random.int(hosts * 3),
      end: time,
      start: time - random.int(2e6),
      port: [53, 80, 443, 8080][random.int(4)]!,
      protocol: random.next() < 0.5 ? 6 : 17,
      out: random.int(1e6),
      in: random.int(1e9),
      answered: random.next() < 0.7,
      dns,
      nxdomain: dns && random.next() < 0.5,
    };
  });
}
