import { raise } from './anomaly.ts';
import { MAX_CAPTURED, type OnFrame, RecordParser } from './parser.ts';

/** What the 24 (Ixia: 28) bytes at the start of a pcap file say. */
export interface PcapHeader {
  readonly littleEndian: boolean;
  /** The second field of a record's time counts nanoseconds, not microseconds. */
  readonly nanoseconds: boolean;
  readonly versionMajor: number;
  readonly versionMinor: number;
  /** In bytes; 0 means no limit. */
  readonly snapLength: number;
  /** LINKTYPE_ value without the FCS bits above it. */
  readonly linkType: number;
  readonly fileHeaderLength: number;
  /** 16, or 24 in the variant of Kuznetzov's patches. */
  readonly recordHeaderLength: number;
}

/** Bytes of the longest pcap file header known here (Ixia). */
export const LONGEST_PCAP_HEADER = 28;

interface Variant {
  readonly nanoseconds: boolean;
  readonly fileHeaderLength: number;
  readonly recordHeaderLength: number;
}

/**
 * Magic numbers: libpcap's `sf-pcap.c` for the first three, Wireshark's `wiretap/libpcap.h` for
 * Ixia's two (which carry the total size of the records in four more bytes of the file header).
 */
const VARIANTS: ReadonlyMap<number, Variant> = new Map([
  [0xa1b2c3d4, { nanoseconds: false, fileHeaderLength: 24, recordHeaderLength: 16 }],
  [0xa1b23c4d, { nanoseconds: true, fileHeaderLength: 24, recordHeaderLength: 16 }],
  [0xa1b2cd34, { nanoseconds: false, fileHeaderLength: 24, recordHeaderLength: 24 }],
  [0x1c0001ac, { nanoseconds: true, fileHeaderLength: 28, recordHeaderLength: 16 }],
  [0x1c0001ab, { nanoseconds: false, fileHeaderLength: 28, recordHeaderLength: 16 }],
]);

/** Bits 28-31 give the FCS length and bit 26 says whether they do (draft-ietf-opsawg-pcap). */
const LINK_TYPE_MASK = 0x03ff_ffff;

/** True when the four bytes at `offset` are a pcap magic number in either byte order. */
export function isPcapMagic(bytes: Uint8Array, offset: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 4);
  return VARIANTS.has(view.getUint32(0)) || VARIANTS.has(view.getUint32(0, true));
}

/**
 * Reads the file header that starts at `from` and must end before `to`.
 * @returns undefined when the magic is none of pcap's, or the header is cut off
 */
export function readPcapHeader(
  bytes: Uint8Array,
  from: number,
  to: number,
): PcapHeader | undefined {
  if (to - from < 24) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, to - from);
  const littleEndian = VARIANTS.has(view.getUint32(0, true));
  const variant = VARIANTS.get(view.getUint32(0, littleEndian));
  if (!variant || to - from < variant.fileHeaderLength) return undefined;
  return {
    ...variant,
    littleEndian,
    versionMajor: view.getUint16(4, littleEndian),
    versionMinor: view.getUint16(6, littleEndian),
    snapLength: view.getUint32(16, littleEndian),
    linkType: view.getUint32(20, littleEndian) & LINK_TYPE_MASK,
  };
}

/**
 * What a fraction above a whole second is taken for, as Argus takes it: garbage there must not carry
 * the packet up to an hour into the future.
 */
const LAST_MICRO = 999_999;
const LAST_NANO = 999_999_999;

/**
 * Reads the records of a pcap file (draft-ietf-opsawg-pcap; libpcap `sf-pcap.c` for the variants).
 * A captured length above {@link MAX_CAPTURED} ends the reading, as in libpcap and Wireshark: there
 * is no mark to find the next record by, and bytes of a packet must not pass for one.
 */
export class PcapParser extends RecordParser {
  readonly format = 'pcap';
  readonly header: PcapHeader;

  constructor(header: PcapHeader) {
    super();
    this.header = header;
    this.frame.linkType = header.linkType;
    const { versionMajor, versionMinor } = header;
    // 543.0 is what one vendor's tcpdump wrote; libpcap reads it as 2.4 too.
    const known = (versionMajor === 2 && versionMinor <= 4) || versionMajor === 543;
    if (!known) raise(this.anomalies, 'capture_version_unknown');
  }

  parse(bytes: Uint8Array, from: number, to: number, onFrame: OnFrame): number {
    this.attach(bytes);
    const { frame, view, anomalies } = this;
    const { littleEndian, nanoseconds, recordHeaderLength, versionMajor, versionMinor } =
      this.header;
    const snapLength = this.header.snapLength || MAX_CAPTURED;
    // Before 2.3 the two lengths stood the other way round; in 2.3 either order is met.
    const swapped = versionMajor === 2 && versionMinor < 3;
    const maybeSwapped = versionMajor === 2 && versionMinor === 3;
    const capturedAt = swapped ? 12 : 8;
    const originalAt = swapped ? 8 : 12;
    const fractions = nanoseconds ? 1e9 : 1e6;
    let at = from;
    while (to - at >= recordHeaderLength && !this.stopped) {
      let captured = view.getUint32(at + capturedAt, littleEndian);
      let original = view.getUint32(at + originalAt, littleEndian);
      if (maybeSwapped && captured > original) {
        const kept = captured;
        captured = original;
        original = kept;
      }
      if (captured > MAX_CAPTURED) {
        raise(anomalies, 'capture_record_too_large');
        this.stopped = true;
        break;
      }
      const start = at + recordHeaderLength;
      const end = start + captured;
      if (end > to) break;
      if (captured > original) {
        raise(anomalies, 'capture_length_lie');
        original = captured;
      }
      if (captured > snapLength) raise(anomalies, 'capture_over_snap_length');
      // Signed, as libpcap has it: a negative fraction is wrong but has been written.
      const fraction = view.getInt32(at + 4, littleEndian);
      if (fraction < 0 || fraction >= fractions) raise(anomalies, 'capture_time_out_of_range');
      const seconds = view.getUint32(at, littleEndian);
      if (nanoseconds) {
        const whole = fraction > 1e9 ? LAST_NANO : fraction;
        const micros = Math.floor(whole / 1000);
        frame.time = seconds * 1e6 + micros;
        frame.nanos = whole - micros * 1000;
      } else frame.time = seconds * 1e6 + (fraction > 1e6 ? LAST_MICRO : fraction);
      frame.start = start;
      frame.end = end;
      frame.originalLength = original;
      frame.number = ++this.frames;
      at = end;
      onFrame(frame);
    }
    return at;
  }
}
