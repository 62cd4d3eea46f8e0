import assert from 'node:assert/strict';
import { Frame } from '../../src/capture/index.ts';
import { anomalyNames, createDecoder, type IpLayer, Packet } from '../../src/decode/index.ts';

/** Bytes of hexadecimal text; blanks are free. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replace(/\s/g, '').match(/../g) ?? [], (two) =>
    Number.parseInt(two, 16),
  );
}

/** One array of all parts; text stands for hexadecimal. */
export function join(...parts: (Uint8Array | string)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => [...(typeof part === 'string' ? hex(part) : part)]),
  );
}

/** Two and four bytes, most significant first, as hexadecimal text. */
export const be16 = (value: number): string => value.toString(16).padStart(4, '0');
export const be32 = (value: number): string => value.toString(16).padStart(8, '0');
/** Two bytes, least significant first. */
export const le16 = (value: number): string => be16(((value & 255) << 8) | (value >> 8));

export const DESTINATION_MAC = '02 00 00 00 00 02';
export const SOURCE_MAC = '02 00 00 00 00 01';

/** Ethernet II frame. */
export function ethernet(type: number, ...payload: (Uint8Array | string)[]): Uint8Array {
  return join(DESTINATION_MAC, SOURCE_MAC, be16(type), ...payload);
}

/** Fields of a built IP header that differ from a plain one. */
export interface IpFields {
  readonly length?: number;
  readonly fragment?: number;
  readonly options?: string;
  readonly first?: number;
  readonly source?: string;
}

/** IPv4 packet from 10.0.0.1 to 10.0.0.2; checksum zero. */
export function ipv4(protocol: number, payload: Uint8Array, fields: IpFields = {}): Uint8Array {
  const options = hex(fields.options ?? '');
  const header = 20 + options.length;
  const first = fields.first ?? 0x40 | (header / 4);
  return join(
    Uint8Array.of(first, 0x28),
    be16(fields.length ?? header + payload.length),
    '1234',
    be16(fields.fragment ?? 0x4000),
    Uint8Array.of(63, protocol),
    '0000',
    fields.source ?? '0a000001',
    '0a000002',
    options,
    payload,
  );
}

/** IPv6 packet from fd00::1 to fd00::2. */
export function ipv6(next: number, payload: Uint8Array, fields: IpFields = {}): Uint8Array {
  return join(
    Uint8Array.of(fields.first ?? 0x62, 0x80, 0, 7),
    be16(fields.length ?? payload.length),
    Uint8Array.of(next, 62),
    'fd00 0000 0000 0000 0000 0000 0000 0001',
    'fd00 0000 0000 0000 0000 0000 0000 0002',
    payload,
  );
}

/** TCP segment from port 40000 to 443, sequence 0xfffffff0, acknowledgement 7, window 0x8000. */
export function tcp(flags = 0x18, data: Uint8Array = hex('646174'), options = ''): Uint8Array {
  const words = 5 + hex(options).length / 4;
  return join(
    be16(40000),
    be16(443),
    'fffffff0 00000007',
    Uint8Array.of(words << 4, flags),
    '8000 0000 0000',
    options,
    data,
  );
}

/** UDP datagram; the length follows the data unless given. */
export function udp(
  ports: readonly [number, number],
  data: Uint8Array,
  length = data.length + 8,
): Uint8Array {
  return join(be16(ports[0]), be16(ports[1]), be16(length), '0000', data);
}

/** A frame over the bytes, set amid others so that offsets from zero would show. */
export function frameOf(bytes: Uint8Array, linkType = 1, originalLength = bytes.length): Frame {
  const frame = new Frame();
  frame.bytes = new Uint8Array(bytes.length + 64).fill(0xee);
  frame.bytes.set(bytes, MARGIN);
  frame.start = MARGIN;
  frame.end = MARGIN + bytes.length;
  frame.originalLength = originalLength;
  frame.linkType = linkType;
  frame.number = 1;
  return frame;
}

/** Where {@link frameOf} puts the first byte. */
export const MARGIN = 32;

/** Decodes one frame and checks that nothing points outside it. */
export function decode(bytes: Uint8Array, linkType = 1, originalLength = bytes.length): Packet {
  const packet = new Packet();
  createDecoder().decode(frameOf(bytes, linkType, originalLength), packet);
  assertBounds(packet);
  return packet;
}

/** Names of the packet's anomalies. */
export function odd(packet: Packet): string[] {
  return anomalyNames(packet.anomalyLow, packet.anomalyHigh);
}

/** Innermost IP layer. */
export function last(packet: Packet): IpLayer {
  assert.ok(packet.ipCount > 0, 'no IP layer');
  return packet.ip[packet.ipCount - 1];
}

/** Captured transport payload of the innermost layer, as text. */
export function data(packet: Packet): string {
  const { dataStart, dataEnd } = last(packet);
  return Buffer.from(packet.bytes.subarray(dataStart, dataEnd)).toString('latin1');
}

/** Fails unless every offset of the packet lies within its frame, with room for what it points at. */
export function assertBounds(packet: Packet): void {
  const { start, end } = packet;
  const field = (name: string, offset: number, size: number): void => {
    if (offset === -1) return;
    assert.ok(offset >= start && offset + size <= end, `${name} ${offset} not in ${start}-${end}`);
  };
  field('sourceMac', packet.sourceMacOffset, 6);
  field('destinationMac', packet.destinationMacOffset, 6);
  field('network', packet.networkOffset, 0);
  field('arpSenderMac', packet.arpSenderMacOffset, 6);
  field('arpTargetMac', packet.arpTargetMacOffset, 6);
  field('arpSenderIp', packet.arpSenderIpOffset, 4);
  field('arpTargetIp', packet.arpTargetIpOffset, 4);
  assert.ok(packet.ipCount >= 0 && packet.ipCount <= packet.ip.length);
  for (const layer of packet.ip.slice(0, packet.ipCount)) {
    const size = layer.version === 4 ? 4 : 16;
    assert.ok(layer.version === 4 || layer.version === 6);
    field('ip', layer.headerStart, 0);
    field('ip source', layer.sourceOffset, size);
    field('ip destination', layer.destinationOffset, size);
    field('payload', layer.payloadStart, 0);
    field('data', layer.dataStart, 0);
    assert.ok(layer.payloadStart <= layer.payloadEnd && layer.payloadEnd <= end, 'payload end');
    assert.ok(layer.dataStart <= layer.dataEnd && layer.dataEnd <= layer.payloadEnd, 'data end');
    assert.ok(layer.payloadLength >= layer.payloadEnd - layer.payloadStart, 'payload length');
    assert.ok(layer.dataLength >= layer.dataEnd - layer.dataStart, 'data length');
  }
}
