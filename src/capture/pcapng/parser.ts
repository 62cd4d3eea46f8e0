import { raise } from '../anomaly.ts';
import { MAX_CAPTURED, type OnFrame, RecordParser } from '../parser.ts';
import { type CaptureInterface, readInterface } from './interface.ts';
import { setTime } from './timestamp.ts';

/**
 * Longest block read, in bytes: libpcap's limit of 16 MiB. It bounds the memory that one length
 * field of a hostile file can claim, and leaves room for blocks of names and secrets.
 */
export const MAX_BLOCK = 16 * 1024 * 1024;

/** Interfaces kept for one section: all that the 16-bit number of the old Packet Block can name. */
export const MAX_INTERFACES = 65_536;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

/**
 * Blocks with a registered meaning that carry no packet: name resolution, interface statistics,
 * IRIG time, ARINC 429, systemd journal, decryption secrets, and custom blocks (to copy or not).
 */
const WITHOUT_PACKET: ReadonlySet<number> = new Set([4, 5, 7, 8, 9, 10, 0x0bad, 0x4000_0bad]);

/** True when a Section Header Block with a valid byte-order magic starts at `from`. */
export function isSectionHeader(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < 12) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, 12);
  if (view.getUint32(0) !== SECTION_HEADER) return false;
  return view.getUint32(8) === BYTE_ORDER_MAGIC || view.getUint32(8, true) === BYTE_ORDER_MAGIC;
}

/**
 * Reads the blocks of a pcapng file (draft-ietf-opsawg-pcapng). A block whose two lengths disagree
 * ends the reading, for nothing then says where the next one starts; a block that is well framed but
 * wrong inside is skipped.
 */
export class PcapngParser extends RecordParser {
  readonly format = 'pcapng';
  #littleEndian = true;
  #interfaces: CaptureInterface[] = [];
  /** The section's version is not 1: its blocks are passed over until the next section. */
  #opaque = false;

  parse(bytes: Uint8Array, from: number, to: number, onFrame: OnFrame): number {
    this.attach(bytes);
    const view = this.view;
    let at = from;
    while (to - at >= 12 && !this.stopped) {
      const isSection = view.getUint32(at, true) === SECTION_HEADER;
      if (isSection && !this.#readByteOrder(at)) break;
      const littleEndian = this.#littleEndian;
      const length = view.getUint32(at + 4, littleEndian);
      if (length < 12 || length > MAX_BLOCK) {
        this.#stop();
        break;
      }
      const padded = (length + 3) & ~3;
      const next = at + padded;
      if (next > to) break;
      if (view.getUint32(next - 4, littleEndian) !== length) {
        this.#stop();
        break;
      }
      if (padded !== length) raise(this.anomalies, 'capture_block_unaligned');
      const body = at + 8;
      const end = next - 4;
      const type = view.getUint32(at, littleEndian);
      at = next;
      if (isSection) this.#startSection(body, end);
      else if (this.#opaque) continue;
      else if (type === ENHANCED_PACKET) this.#enhancedPacket(body, end, onFrame);
      else if (type === INTERFACE_DESCRIPTION) this.#addInterface(body, end);
      else if (type === SIMPLE_PACKET) this.#simplePacket(body, end, onFrame);
      else if (type === OLD_PACKET) this.#oldPacket(body, end, onFrame);
      else if (!WITHOUT_PACKET.has(type)) raise(this.anomalies, 'capture_unknown_block');
    }
    return at;
  }

  #stop(): void {
    raise(this.anomalies, 'capture_block_malformed');
    this.stopped = true;
  }

  #malformed(): void {
    raise(this.anomalies, 'capture_block_malformed');
  }

  /** The byte order holds for the whole section, and already for the length of its own header. */
  #readByteOrder(at: number): boolean {
    if (this.view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC) this.#littleEndian = true;
    else if (this.view.getUint32(at + 8) === BYTE_ORDER_MAGIC) this.#littleEndian = false;
    else {
      this.#stop();
      return false;
    }
    return true;
  }

  #startSection(body: number, end: number): void {
    this.#interfaces = [];
    this.#opaque = true;
    if (end - body < 16) {
      this.#malformed();
      return;
    }
    const major = this.view.getUint16(body + 4, this.#littleEndian);
    const minor = this.view.getUint16(body + 6, this.#littleEndian);
    // Version 1.2 is 1.0 written by tools that counted up without a change of layout (the draft).
    this.#opaque = major !== 1 || (minor !== 0 && minor !== 2);
    if (this.#opaque) raise(this.anomalies, 'capture_version_unknown');
  }

  #addInterface(body: number, end: number): void {
    if (this.#interfaces.length >= MAX_INTERFACES) {
      raise(this.anomalies, 'capture_too_many_interfaces');
      return;
    }
    const found = readInterface(this.view, body, end, this.#littleEndian);
    if (!found || found.malformed) this.#malformed();
    if (found) this.#interfaces.push(found);
  }

  #enhancedPacket(body: number, end: number, onFrame: OnFrame): void {
    if (end - body < 20) this.#malformed();
    else this.#timedPacket(this.view.getUint32(body, this.#littleEndian), body, end, onFrame);
  }

  #oldPacket(body: number, end: number, onFrame: OnFrame): void {
    if (end - body < 20) this.#malformed();
    else this.#timedPacket(this.view.getUint16(body, this.#littleEndian), body, end, onFrame);
  }

  /** The Enhanced and the old Packet Block differ in their first four bytes alone. */
  #timedPacket(index: number, body: number, end: number, onFrame: OnFrame): void {
    const { view, frame, anomalies } = this;
    const littleEndian = this.#littleEndian;
    if (index >= this.#interfaces.length) {
      raise(anomalies, 'capture_unknown_interface');
      return;
    }
    const face = this.#interfaces[index]!;
    const captured = view.getUint32(body + 12, littleEndian);
    if (captured > end - body - 20) {
      this.#malformed();
      return;
    }
    const high = view.getUint32(body + 4, littleEndian);
    const low = view.getUint32(body + 8, littleEndian);
    if (!setTime(frame, face.scale, high, low)) raise(anomalies, 'capture_time_out_of_range');
    frame.originalLength = view.getUint32(body + 16, littleEndian);
    frame.start = body + 20;
    this.#deliver(face, captured, onFrame);
  }

  #simplePacket(body: number, end: number, onFrame: OnFrame): void {
    const { view, frame, anomalies } = this;
    const face = this.#interfaces[0];
    if (!face) {
      raise(anomalies, 'capture_unknown_interface');
      return;
    }
    if (end - body < 4) {
      this.#malformed();
      return;
    }
    const original = view.getUint32(body, this.#littleEndian);
    const captured = face.snapLength ? Math.min(original, face.snapLength) : original;
    if (captured > end - body - 4) {
      this.#malformed();
      return;
    }
    raise(anomalies, 'capture_no_time');
    frame.originalLength = original;
    frame.start = body + 4;
    this.#deliver(face, captured, onFrame);
  }

  #deliver(face: CaptureInterface, captured: number, onFrame: OnFrame): void {
    const { frame, anomalies } = this;
    if (captured > MAX_CAPTURED) {
      raise(anomalies, 'capture_record_too_large');
      return;
    }
    if (captured > frame.originalLength) {
      raise(anomalies, 'capture_length_lie');
      frame.originalLength = captured;
    }
    if (face.snapLength !== 0 && captured > face.snapLength) {
      raise(anomalies, 'capture_over_snap_length');
    }
    frame.end = frame.start + captured;
    frame.linkType = face.linkType;
    frame.number = ++this.frames;
    onFrame(frame);
  }
}
