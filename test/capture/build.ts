import { openCaptureBytes } from '../../src/capture/index.ts';

/** A frame as a test writes and compares it. */
export interface Seen {
  readonly bytes: string;
  readonly time: number;
  readonly nanos: number;
  readonly original: number;
  readonly linkType: number;
  readonly number: number;
}

/** What a reading gave: every frame copied, and the anomalies as a plain object. */
export interface Reading {
  readonly frames: Seen[];
  readonly anomalies: Record<string, number>;
  readonly format: string;
}

/** Reads a capture in memory to its end. */
export async function readAll(bytes: Uint8Array, chunkBytes?: number): Promise<Reading> {
  const options = chunkBytes === undefined ? {} : { chunkBytes };
  const source = await openCaptureBytes(bytes, 'test', options);
  const frames: Seen[] = [];
  await source.read((frame) => {
    if (frame.start < 0 || frame.start > frame.end || frame.end > frame.bytes.length) {
      throw new Error(`frame ${frame.number} leaves its buffer`);
    }
    frames.push({
      bytes: Buffer.from(frame.bytes.subarray(frame.start, frame.end)).toString('hex'),
      time: frame.time,
      nanos: frame.nanos,
      original: frame.originalLength,
      linkType: frame.linkType,
      number: frame.number,
    });
  });
  return { frames, anomalies: { ...source.anomalies }, format: source.format };
}

/** Numbers as bytes in either order, one after the other. */
export class Bytes {
  readonly little: boolean;
  #parts: Buffer[] = [];

  constructor(little: boolean) {
    this.little = little;
  }

  u16(...values: number[]): this {
    for (const value of values) {
      const part = Buffer.alloc(2);
      if (this.little) part.writeUInt16LE(value);
      else part.writeUInt16BE(value);
      this.#parts.push(part);
    }
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) {
      const part = Buffer.alloc(4);
      if (this.little) part.writeUInt32LE(value >>> 0);
      else part.writeUInt32BE(value >>> 0);
      this.#parts.push(part);
    }
    return this;
  }

  i64(value: bigint): this {
    const part = Buffer.alloc(8);
    if (this.little) part.writeBigInt64LE(value);
    else part.writeBigInt64BE(value);
    this.#parts.push(part);
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#parts.push(Buffer.from(bytes));
    return this;
  }

  end(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

export interface PcapFields {
  readonly magic?: number;
  readonly little?: boolean;
  readonly version?: readonly [number, number];
  readonly snapLength?: number;
  readonly linkType?: number;
}

/** A pcap file header; Ixia's magics get their four more bytes. */
export function pcapHeader(fields: PcapFields = {}): Buffer {
  const { magic = 0xa1b2c3d4, little = true, version = [2, 4], linkType = 1 } = fields;
  const bytes = new Bytes(little).u32(magic).u16(...version);
  bytes.u32(0, 0, fields.snapLength ?? 65_535, linkType);
  if (magic >>> 24 === 0x1c) bytes.u32(0);
  return bytes.end();
}

export interface RecordFields {
  readonly little?: boolean;
  readonly seconds?: number;
  readonly fraction?: number;
  readonly captured?: number;
  readonly original?: number;
  /** Bytes between the record header and the packet. */
  readonly extra?: number;
}

/** A pcap record with header. */
export function pcapRecord(body: Uint8Array, fields: RecordFields = {}): Buffer {
  const { little = true, seconds = 1, fraction = 2 } = fields;
  const captured = fields.captured ?? body.length;
  const bytes = new Bytes(little).u32(seconds, fraction, captured, fields.original ?? body.length);
  return bytes
    .raw(new Uint8Array(fields.extra ?? 0))
    .raw(body)
    .end();
}

/** A packet body of `length` bytes that count up from `first`. */
export function body(length: number, first = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => first + i);
}

/** A pcapng block around `content`, padded. */
export function block(type: number, content: Uint8Array, little = true): Buffer {
  const padding = -content.length & 3;
  const length = 12 + content.length + padding;
  return new Bytes(little)
    .u32(type, length)
    .raw(content)
    .raw(new Uint8Array(padding))
    .u32(length)
    .end();
}

/** A Section Header Block. */
export function section(little = true, version: readonly [number, number] = [1, 0]): Buffer {
  const content = new Bytes(little)
    .u32(0x1a2b3c4d)
    .u16(...version)
    .i64(-1n);
  return block(0x0a0d0d0a, content.end(), little);
}

export interface InterfaceFields {
  readonly little?: boolean;
  readonly linkType?: number;
  readonly snapLength?: number;
  readonly resolution?: number;
  readonly offset?: bigint;
}

/** An Interface Description Block, with the options that are given. */
export function interfaceBlock(fields: InterfaceFields = {}): Buffer {
  const { little = true, linkType = 1, snapLength = 0, resolution, offset } = fields;
  const bytes = new Bytes(little).u16(linkType, 0).u32(snapLength);
  if (resolution !== undefined) bytes.u16(9, 1).raw(Uint8Array.of(resolution, 0, 0, 0));
  if (offset !== undefined) bytes.u16(14, 8).i64(offset);
  if (resolution !== undefined || offset !== undefined) bytes.u16(0, 0);
  return block(1, bytes.end(), little);
}

export interface PacketFields {
  readonly little?: boolean;
  readonly index?: number;
  readonly time?: bigint;
  readonly captured?: number;
  readonly original?: number;
}

function times(time: bigint): [number, number] {
  return [Number(time >> 32n), Number(time & 0xffff_ffffn)];
}

/** An Enhanced Packet Block. */
export function enhanced(data: Uint8Array, fields: PacketFields = {}): Buffer {
  const { little = true, index = 0, time = 1_000_002n } = fields;
  const bytes = new Bytes(little).u32(index, ...times(time));
  bytes.u32(fields.captured ?? data.length, fields.original ?? data.length).raw(data);
  return block(6, bytes.end(), little);
}

/** An obsolete Packet Block, with a count of drops that must not be read as part of the index. */
export function oldPacket(data: Uint8Array, fields: PacketFields = {}): Buffer {
  const { little = true, index = 0, time = 1_000_002n } = fields;
  const bytes = new Bytes(little).u16(index, 7).u32(...times(time));
  bytes.u32(fields.captured ?? data.length, fields.original ?? data.length).raw(data);
  return block(2, bytes.end(), little);
}

/** A Simple Packet Block. */
export function simple(data: Uint8Array, original = data.length, little = true): Buffer {
  return block(3, new Bytes(little).u32(original).raw(data).end(), little);
}
