import { Frame } from '../../src/capture/index.ts';
import { createDecoder, Packet } from '../../src/decode/index.ts';
import { ArgusCsv, Meter, type MeterOptions } from '../../src/flow/index.ts';

/** A frame to be metered: seconds since 1970, and bytes. */
export interface TestFrame {
  readonly time: number;
  readonly bytes: readonly number[];
  /** Bytes on the wire, when the capture cut some off. */
  readonly wire?: number;
}

export const A = '10.0.0.1';
export const B = '10.0.0.2';

const FLAGS = 'FSRPAUEC';

export const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255];
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
export const address = (text: string): number[] => text.split('.').map(Number);
export const mac = (last: number): number[] => [2, 0, 0, 0, 0, last];

export function ether(from: number, to: number, type: number, payload: number[]): number[] {
  return [...mac(to), ...mac(from), ...u16(type), ...payload];
}

export interface IpFields {
  readonly tos?: number;
  readonly id?: number;
  /** Flags and fragment offset as they stand in the header. */
  readonly offset?: number;
}

export function ipv4(
  from: string,
  to: string,
  protocol: number,
  payload: number[],
  fields: IpFields = {},
): number[] {
  const length = 20 + payload.length;
  const { tos = 0, id = 1, offset = 0 } = fields;
  const head = [0x45, tos, ...u16(length), ...u16(id), ...u16(offset), 64, protocol, 0, 0];
  return [...head, ...address(from), ...address(to), ...payload];
}

export function udp(from: number, to: number, data: number[] = []): number[] {
  return [...u16(from), ...u16(to), ...u16(8 + data.length), 0, 0, ...data];
}

/** `flags` in letters: F S R P A U E C. `numbers`: sequence, then acknowledgement. */
export function tcp(
  from: number,
  to: number,
  flags: string,
  numbers: readonly [number, number] = [1, 0],
  data: number[] = [],
): number[] {
  const bits = [...flags].reduce((sum, letter) => sum | (1 << FLAGS.indexOf(letter)), 0);
  const [sequence, acknowledgement] = numbers;
  const ports = [...u16(from), ...u16(to)];
  return [
    ...ports,
    ...u32(sequence),
    ...u32(acknowledgement),
    0x50,
    bits,
    ...u16(8192),
    0,
    0,
    0,
    0,
    ...data,
  ];
}

/** An Ethernet frame with an IPv4 packet. */
export function ip(time: number, packet: number[]): TestFrame {
  return { time, bytes: ether(1, 2, 0x0800, packet) };
}

export function arp(time: number, operation: number, from: string, to: string): TestFrame {
  const asks = operation === 1;
  const fixed = [0, 1, 8, 0, 6, 4, 0, operation];
  const sender = [...mac(asks ? 1 : 2), ...address(from)];
  const target = [...mac(asks ? 0 : 1), ...address(to)];
  return { time, bytes: ether(asks ? 1 : 2, 9, 0x0806, [...fixed, ...sender, ...target]) };
}

/** Feeds frames to a callback as decoded packets, one reused object. */
export function decodeFrames(frames: readonly TestFrame[], use: (packet: Packet) => void): void {
  const decoder = createDecoder();
  const packet = new Packet();
  const frame = new Frame();
  frame.linkType = 1;
  frames.forEach(({ time, bytes, wire }, index) => {
    frame.bytes = Uint8Array.from(bytes);
    frame.start = 0;
    frame.end = bytes.length;
    frame.originalLength = wire ?? bytes.length;
    frame.time = Math.round(time * 1e6);
    frame.number = index + 1;
    decoder.decode(frame, packet);
    use(packet);
  });
}

/** What a run of the meter gave. */
export interface Metered {
  readonly rows: string[];
  readonly reasons: number[];
  readonly meter: Meter;
}

/** Rows of the argus CSV that the frames give, without the date and the empty label. */
export function metered(frames: readonly TestFrame[], options: MeterOptions = {}): Metered {
  const rows: string[] = [];
  const reasons: number[] = [];
  const csv = new ArgusCsv();
  const meter = new Meter(options, (batch) => {
    rows.push(...Buffer.from(csv.write(batch)).toString().trimEnd().split('\n'));
    reasons.push(...batch.closeReason.subarray(0, batch.length));
  });
  decodeFrames(frames, (packet) => meter.add(packet));
  meter.finish();
  return { rows: rows.map((row) => row.slice(11, -1)), reasons, meter };
}
