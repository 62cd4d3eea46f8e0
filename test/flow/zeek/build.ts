import { Frame } from '../../../src/capture/index.ts';
import { createDecoder, Packet } from '../../../src/decode/index.ts';
import { type ZeekOptions, ZeekTracker, ZeekTsv } from '../../../src/flow/index.ts';
import { sumWords } from '../../../src/flow/zeek/checksum.ts';

export const SECOND = 1e6;
export const START = 1_700_000_000 * SECOND;

/** Fields of a packet that differ from a plain one. */
export interface Fields {
  /** Last byte of 10.0.0.x; the client is 1, the server 2. */
  readonly from?: number;
  readonly to?: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly flags?: string;
  readonly sequence?: number;
  readonly acknowledgement?: number;
  readonly window?: number;
  readonly data?: string | Uint8Array;
  readonly protocol?: number;
  readonly type?: number;
  readonly code?: number;
  /** Seconds behind the packet before. */
  readonly after?: number;
  /** Break the transport checksum, or the IP header's. */
  readonly bad?: boolean;
  readonly badHeader?: boolean;
  /** Fragment offset in bytes, and whether more follow; then `data` is the bare IP payload. */
  readonly fragment?: readonly [number, boolean];
  readonly identification?: number;
  /** Bytes of the frame that the capture kept. */
  readonly captured?: number;
}

const FLAG_BITS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16 };

function bytesOf(data: string | Uint8Array | undefined): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data, 'latin1') : (data ?? new Uint8Array(0));
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

function put32(bytes: Uint8Array, at: number, value: number): void {
  put16(bytes, at, value >>> 16);
  put16(bytes, at + 2, value & 0xffff);
}

/** TCP, UDP or ICMP header and data, without checksum. */
function transport(fields: Fields, data: Uint8Array): Uint8Array {
  const protocol = fields.protocol ?? 6;
  const length = protocol === 6 ? 20 : 8;
  const payload = new Uint8Array(length + data.length);
  payload.set(data, length);
  if (protocol === 1) {
    payload[0] = fields.type ?? 8;
    payload[1] = fields.code ?? 0;
    return payload;
  }
  put16(payload, 0, fields.sourcePort ?? 40_000);
  put16(payload, 2, fields.destinationPort ?? 9999);
  if (protocol === 17) {
    put16(payload, 4, payload.length);
    return payload;
  }
  put32(payload, 4, fields.sequence ?? 0);
  put32(payload, 8, fields.acknowledgement ?? 0);
  payload[12] = 0x50;
  payload[13] = [...(fields.flags ?? 'A')].reduce((sum, flag) => sum | FLAG_BITS[flag]!, 0);
  put16(payload, 14, fields.window ?? 1000);
  return payload;
}

const SUM_OFFSET: Readonly<Record<number, number>> = { 6: 16, 17: 6, 1: 2 };

/** An IPv4 packet with sound checksums, unless they are to be bad. */
export function ipPacket(fields: Fields): Uint8Array {
  const data = bytesOf(fields.data);
  const protocol = fields.protocol ?? 6;
  const known = protocol === 6 || protocol === 17 || protocol === 1;
  const bare = fields.fragment !== undefined || !known;
  const payload = bare ? data : transport(fields, data);
  const packet = new Uint8Array(20 + payload.length);
  packet.set(payload, 20);
  packet[0] = 0x45;
  put16(packet, 2, packet.length);
  put16(packet, 4, fields.identification ?? 7);
  if (fields.fragment) {
    put16(packet, 6, (fields.fragment[0] >> 3) | (fields.fragment[1] ? 0x2000 : 0));
  }
  packet[8] = 64;
  packet[9] = protocol;
  packet.set([10, 0, 0, fields.from ?? 1, 10, 0, 0, fields.to ?? 2], 12);
  put16(packet, 10, ~sumWords(packet, 0, 20) & 0xffff);
  if (fields.badHeader) packet[8]--;
  if (!bare) {
    const at = 20 + SUM_OFFSET[protocol]!;
    const pseudo = protocol === 1 ? 0 : sumWords(packet, 12, 20) + protocol + payload.length;
    const sum = sumWords(packet, 20, packet.length) + pseudo;
    const folded = (sum & 0xffff) + (sum >>> 16);
    put16(packet, at, ~((folded & 0xffff) + (folded >>> 16)) & 0xffff || 0xffff);
    if (fields.bad) packet[at]! ^= 0x55;
  }
  return packet;
}

/** One row of our `conn.log`, by column. */
export interface Row {
  readonly ts: string;
  readonly uid: string;
  readonly ends: string;
  readonly proto: string;
  readonly service: string;
  readonly duration: string;
  readonly origBytes: string;
  readonly respBytes: string;
  readonly state: string;
  readonly local: string;
  readonly missed: string;
  readonly history: string;
  /** Packets and IP bytes: originator's, responder's. */
  readonly counts: string;
  readonly parents: string;
}

/** A tracker that is fed packets made here. */
export class Wire {
  readonly tracker: ZeekTracker;
  readonly #tsv = new ZeekTsv();
  readonly #decoder = createDecoder();
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  #text = '';
  time = START;

  /** @param tracker one whose batches go elsewhere, in place of one with the options */
  constructor(options: ZeekOptions = {}, tracker?: ZeekTracker) {
    this.tracker =
      tracker ??
      new ZeekTracker(options, (batch) => {
        this.#text += this.#tsv.write(batch);
      });
  }

  /** Sends one packet, a hundredth of a second after the one before unless told otherwise. */
  send(fields: Fields): this {
    return this.raw(ipPacket(fields), fields.after ?? 0.01, fields.captured);
  }

  /** From the server: ports and addresses turned. */
  reply(fields: Fields): this {
    return this.send({ from: 2, to: 1, sourcePort: 9999, destinationPort: 40_000, ...fields });
  }

  /** Any IP packet. */
  raw(bytes: Uint8Array, after = 0.01, captured = bytes.length): this {
    const frame = this.#frame;
    this.time += Math.round(after * SECOND);
    frame.bytes = bytes;
    frame.start = 0;
    frame.end = captured;
    frame.originalLength = bytes.length;
    frame.time = this.time;
    frame.linkType = 101;
    this.#decoder.decode(frame, this.#packet);
    this.tracker.add(this.#packet);
    return this;
  }

  /** SYN, SYN-ACK, ACK; the client's first byte has number 1, the server's 1001. */
  handshake(): this {
    return this.send({ flags: 'S', sequence: 0 })
      .reply({ flags: 'SA', sequence: 1000, acknowledgement: 1 })
      .send({ flags: 'A', sequence: 1, acknowledgement: 1001 });
  }

  /** Ends the capture. @returns all rows, in the order in which the connections ended */
  rows(): Row[] {
    this.tracker.finish();
    return this.text().map(rowOf);
  }

  /** The lines so far. */
  text(): string[] {
    return this.#text.split('\n').filter((line) => line !== '');
  }
}

function rowOf(line: string): Row {
  const c = line.split('\t');
  return {
    ts: c[0]!,
    uid: c[1]!,
    ends: `${c[2]}:${c[3]} ${c[4]}:${c[5]}`,
    proto: c[6]!,
    service: c[7]!,
    duration: c[8]!,
    origBytes: c[9]!,
    respBytes: c[10]!,
    state: c[11]!,
    local: `${c[12]}${c[13]}`,
    missed: c[14]!,
    history: c[15]!,
    counts: `${c[16]} ${c[17]} ${c[18]} ${c[19]}`,
    parents: c[20]!,
  };
}
