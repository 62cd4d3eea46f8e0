/** Where a record of a capture lies: its header, its packet, and its end with padding and trailer. */
export interface RecordPlace {
  readonly start: number;
  readonly data: number;
  readonly dataEnd: number;
  readonly end: number;
  /** Offsets of 32-bit lengths that describe the record. */
  readonly lengths: readonly number[];
  /** Offset of the record's time: two 32-bit words; -1 for none. */
  readonly time: number;
}

/** What a mutation must know of a capture to hit its fields; made without the program's own reader. */
export interface CaptureLayout {
  readonly little: boolean;
  /** Offset of the link type, 16 bits in pcapng, 32 in pcap; -1 when there is none. */
  readonly linkType: number;
  readonly records: readonly RecordPlace[];
  /** First byte behind the file header. */
  readonly body: number;
}

/** Records looked at: more than the largest capture of the collection has in its first megabytes. */
const MAX_RECORDS = 65_536;

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The layout of a pcap or pcapng file as far as its lengths hold; undefined for other bytes. */
export function captureLayout(bytes: Uint8Array): CaptureLayout | undefined {
  if (bytes.length < 28) return undefined;
  const data = view(bytes);
  if (data.getUint32(0) === 0x0a0d0d0a) return pcapngLayout(data, data.getUint32(8) !== 0x1a2b3c4d);
  for (const little of [true, false]) {
    const magic = data.getUint32(0, little);
    if (magic === 0xa1b2c3d4 || magic === 0xa1b23c4d) return pcapLayout(data, little, [24, 16]);
    if (magic === 0xa1b2cd34) return pcapLayout(data, little, [24, 24]);
    if (magic === 0x1c0001ac || magic === 0x1c0001ab) return pcapLayout(data, little, [28, 16]);
  }
  return undefined;
}

function pcapLayout(
  data: DataView,
  little: boolean,
  [body, header]: readonly [number, number],
): CaptureLayout {
  const records: RecordPlace[] = [];
  let at = body;
  while (at + header <= data.byteLength && records.length < MAX_RECORDS) {
    const start = at + header;
    const end = start + data.getUint32(at + 8, little);
    if (end > data.byteLength) break;
    const lengths = [at + 8, at + 12];
    records.push({ start: at, data: start, dataEnd: end, end, lengths, time: at });
    at = end;
  }
  return { little, linkType: 20, records, body };
}

/** Where the packet of a block begins, by block type: enhanced, simple, old. */
const PACKET_AT: ReadonlyMap<number, number> = new Map([
  [6, 28],
  [3, 12],
  [2, 28],
]);

function pcapngLayout(data: DataView, little: boolean): CaptureLayout {
  const records: RecordPlace[] = [];
  let linkType = -1;
  let body = 0;
  let at = 0;
  while (at + 12 <= data.byteLength && records.length < MAX_RECORDS) {
    const type = data.getUint32(at, little);
    const end = at + data.getUint32(at + 4, little);
    if (end < at + 12 || end > data.byteLength) break;
    const packet = PACKET_AT.get(type);
    if (type === 1 && linkType < 0) linkType = at + 8;
    if (packet === undefined || end < at + packet + 4) {
      if (records.length === 0) body = end;
    } else {
      const start = at + packet;
      const captured = type === 3 ? end - 4 - start : data.getUint32(at + 20, little);
      const dataEnd = Math.min(end - 4, start + captured);
      const lengths = type === 3 ? [at + 4, at + 8, end - 4] : [at + 4, at + 20, at + 24, end - 4];
      records.push({
        start: at,
        data: start,
        dataEnd,
        end,
        lengths,
        time: type === 3 ? -1 : at + 12,
      });
    }
    at = end;
  }
  return { little, linkType, records, body };
}
