import { ipv4Text, ipv6Text, parseAddress } from '../src/base/index.ts';
import { openCapture } from '../src/capture/index.ts';
import { createDecoder, Packet } from '../src/decode/index.ts';
import { ADDRESS_STRIDE, type FlowBatch, Meter, ZeekTracker } from '../src/flow/index.ts';
import type { RowLayout } from './compare.ts';

/** A flow as a tool, or one of our meters, counts it: two ends, and what each of them sent. */
export interface CountedFlow {
  /** IP protocol number. */
  readonly protocol: number;
  /** The ends, written as {@link endText} does. */
  readonly from: string;
  readonly to: string;
  /** Packets and bytes: sent by `from`, then by `to`. */
  readonly packets: readonly [number, number];
  readonly bytes: readonly [number, number];
  /** First and last packet, microseconds since 1970, where it is known. */
  readonly start?: number;
  readonly end?: number;
  /** Outermost VLAN id, where VLANs are metered apart. */
  readonly vlan?: number;
}

/** The columns of a conversation's row; `a` is the end whose text comes first. */
export const CONVERSATION_COLUMNS: readonly string[] = [
  'proto',
  'a',
  'b',
  'packets a→b',
  'packets b→a',
  'bytes a→b',
  'bytes b→a',
];

/** How rows of {@link conversationRows} are compared. */
export const CONVERSATION_LAYOUT: RowLayout = {
  columns: CONVERSATION_COLUMNS,
  separator: ' ',
  keys: [(cells) => cells.slice(0, 3).join()],
};

const TCP = 6;
const UDP = 17;

/** Whether ports tell flows of this IP protocol apart in both our meters; elsewhere addresses do. */
export function hasPorts(protocol: number): boolean {
  return protocol === TCP || protocol === UDP;
}

/** Link headers that Argus, and so our meter, leaves out of a frame's bytes: by link type. */
const LEFT_OUT: Readonly<Record<number, number>> = { 0: 4, 104: 4, 113: 16 };

/** Address and port as one word: `10.0.0.1:80`, `[2001:db8::1]:80`; port 0 where there are none. */
export function endText(address: string, port: number, protocol: number): string {
  const bytes = parseAddress(address);
  if (!bytes) return `${address}:${port}`;
  return endOfBytes(bytes, bytes.length, hasPorts(protocol) ? port : 0);
}

function endOfBytes(bytes: Uint8Array, length: number, port: number, offset = 0): string {
  return length === 4
    ? `${ipv4Text(bytes, offset)}:${port}`
    : `[${ipv6Text(bytes, offset)}]:${port}`;
}

/** The rows of flows summed by unordered 5-tuple: one row a conversation, by name. */
export function conversationRows(flows: readonly CountedFlow[]): string[] {
  const sums = new Map<string, number[]>();
  for (const { protocol, from, to, packets, bytes } of flows) {
    const turned = from > to;
    const key = `${protocol} ${turned ? to : from} ${turned ? from : to}`;
    const sum = sums.get(key) ?? [0, 0, 0, 0];
    sums.set(key, sum);
    // A flow from an end to itself has no sides: all of it is one side's.
    const [one, other] = from === to ? [0, 0] : turned ? [1, 0] : [0, 1];
    sum[one]! += packets[0];
    sum[other]! += packets[1];
    sum[2 + one]! += bytes[0];
    sum[2 + other]! += bytes[1];
  }
  return [...sums].map(([key, sum]) => `${key} ${sum.join(' ')}`).sort();
}

/** The conversation that a flow belongs to: the first three cells of its row. */
export function conversationOf({ protocol, from, to }: CountedFlow): string {
  return from > to ? `${protocol} ${to} ${from}` : `${protocol} ${from} ${to}`;
}

/** What a capture's packets are run through, and how. */
export interface MeteringOptions {
  /** `link`: the argus meter, bytes of whole frames. `ip`: the zeek view's tracker, bytes of IP packets. */
  readonly meter: 'link' | 'ip';
  /** Seconds after which the argus meter ends a record; default one hour. */
  readonly statusInterval?: number;
  /** Only so many packets of the capture; default all. */
  readonly packets?: number;
  /** Flows of different VLANs are different flows, each VLAN metered alone; default one meter. */
  readonly byVlan?: boolean;
}

/** The IP flows that our capture, decode and one of our meters make of a capture. */
export async function meteredFlows(path: string, options: MeteringOptions): Promise<CountedFlow[]> {
  const flows: CountedFlow[] = [];
  const { packets = Number.POSITIVE_INFINITY, byVlan = false } = options;
  const meters = new Map<number, Meter | ZeekTracker>();
  const decoder = createDecoder();
  const packet = new Packet();
  const source = await openCapture(path);
  let seen = 0;
  let header = 0;
  await source.read((frame) => {
    if (seen++ >= packets) return;
    decoder.decode(frame, packet);
    header = LEFT_OUT[packet.linkType] ?? 0;
    const vlan = byVlan ? packet.vlanOuter : 0;
    let meter = meters.get(vlan);
    if (!meter) {
      const add = (flow: CountedFlow): void => {
        flows.push(byVlan ? { ...flow, vlan } : flow);
      };
      meter = meterInto(add, options, () => header);
      meters.set(vlan, meter);
    }
    meter.add(packet);
  });
  for (const meter of meters.values()) meter.finish();
  return flows;
}

function meterInto(
  add: (flow: CountedFlow) => void,
  { meter, statusInterval = 3600 }: MeteringOptions,
  header: () => number,
): Meter | ZeekTracker {
  if (meter === 'link') {
    return new Meter({ statusInterval }, (batch) => addFrames(add, batch, header()));
  }
  // Other exporters count packets with wrong checksums, too.
  return new ZeekTracker({ ignoreChecksums: true, analyse: false }, (batch) => {
    for (let row = 0; row < batch.length; row++) {
      add({
        ...ends(batch, row, batch.protocol[row]!),
        packets: [batch.originatorPackets[row]!, batch.responderPackets[row]!],
        bytes: [batch.originatorIpBytes[row]!, batch.responderIpBytes[row]!],
        start: batch.start[row]!,
        end: batch.start[row]! + Math.max(0, batch.duration[row]!),
      });
    }
  });
}

function addFrames(add: (flow: CountedFlow) => void, batch: FlowBatch, header: number): void {
  for (let row = 0; row < batch.length; row++) {
    const etherType = batch.etherType[row];
    if (etherType !== 0x0800 && etherType !== 0x86dd) continue;
    const there = batch.originatorPackets[row]!;
    const back = batch.responderPackets[row]!;
    add({
      ...ends(batch, row, batch.protocol[row]!),
      packets: [there, back],
      bytes: [
        batch.originatorBytes[row]! + there * header,
        batch.responderBytes[row]! + back * header,
      ],
      start: batch.start[row]!,
      end: batch.end[row]!,
    });
  }
}

/** What both meters' batches have of a flow's ends. */
type Ends = Pick<FlowBatch, 'addresses' | 'addressLength' | 'originatorPort' | 'responderPort'>;

function ends(
  { addresses, addressLength, originatorPort, responderPort }: Ends,
  row: number,
  protocol: number,
): Pick<CountedFlow, 'protocol' | 'from' | 'to'> {
  const at = row * ADDRESS_STRIDE;
  const length = addressLength[row]!;
  const [from, to] = hasPorts(protocol) ? [originatorPort[row]!, responderPort[row]!] : [0, 0];
  return {
    protocol,
    from: endOfBytes(addresses, length, from, at),
    to: endOfBytes(addresses, length, to, at + 16),
  };
}
