import { gunzipSync, gzipSync } from 'node:zlib';
import type { Random } from '../../src/base/index.ts';
import { MAX_INPUT } from './bounds.ts';
import { type CaptureLayout, captureLayout, type RecordPlace } from './capture-layout.ts';
import { changeBytes, changeCount, interesting, put, replace } from './mutate.ts';
import { changePacket } from './mutate-packet.ts';

/** Larger captures are cut to a run of their records, seven times of eight: small inputs run faster. */
const LARGE = 128 * 1024;

/** LINKTYPE_ values that have a decoder, and some that have none. */
const LINK_TYPES: readonly number[] = [
  0, 1, 9, 10, 12, 14, 50, 51, 101, 104, 105, 108, 113, 119, 127, 163, 192, 226, 228, 229, 239, 276,
  195, 147, 0x7fff, 0xffff,
];

const MAGICS: readonly number[] = [
  0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34, 0x1c0001ac, 0x1c0001ab, 0x0a0d0d0a, 0x1f8b0800, 0xd4c3b2a1,
];

/** Block types of pcapng, and one that does not exist. */
const BLOCK_TYPES: readonly number[] = [1, 2, 3, 4, 5, 6, 9, 10, 0xbad, 0x0a0d0d0a];

/** Bytes in front of a packet in which headers are nested, and how deep at most. */
const HEADERS = 64;
const MAX_NESTED = 40;

/** Times a record is repeated at most, and bytes that may come of it. */
const MAX_REPEATS = 400;
const MAX_REPEATED = 256 * 1024;

interface Capture {
  readonly layout: CaptureLayout;
  readonly record: RecordPlace;
}

type Change = (random: Random, bytes: Uint8Array, capture: Capture) => Uint8Array;

/** Changes that hit the file's own fields, or whole records. */
const CHANGES: readonly Change[] = [
  function setLength(random, bytes, { layout: { little }, record: { lengths } }) {
    const at = lengths[random.int(lengths.length)]!;
    put(bytes, at, interesting(random), { width: 4, little });
    return bytes;
  },
  function nudgeLength(random, bytes, { layout: { little }, record: { lengths } }) {
    const at = lengths[random.int(lengths.length)]!;
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const value = data.getUint32(at, little) + random.int(129) - 64;
    put(bytes, at, value, { width: 4, little });
    return bytes;
  },
  function setTime(random, bytes, { layout: { little }, record: { time } }) {
    if (time < 0) return bytes;
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const at = time + 4 * random.int(2);
    const moved = data.getUint32(at, little) + (random.int(2) === 0 ? 1 : -1) * random.int(10_000);
    put(bytes, at, random.int(3) === 0 ? interesting(random) : moved, { width: 4, little });
    return bytes;
  },
  function setLinkType(random, bytes, { layout: { little, linkType } }) {
    if (linkType < 0) return bytes;
    const value = LINK_TYPES[random.int(LINK_TYPES.length)]!;
    put(bytes, linkType, value, { width: 2, little });
    return bytes;
  },
  function setMagic(random, bytes) {
    const value = MAGICS[random.int(MAGICS.length)]!;
    put(bytes, 0, value, { width: 4, little: random.int(2) === 0 });
    return bytes;
  },
  function dropRecord(_random, bytes, { record }) {
    return replace(bytes, record.start, record.end, new Uint8Array(0));
  },
  function repeatRecord(random, bytes, { record }) {
    const one = bytes.slice(record.start, record.end);
    const most = Math.min(MAX_REPEATS, Math.floor(MAX_REPEATED / one.length));
    const times = 1 + Math.floor(most * random.next() ** 4);
    const many = new Uint8Array(one.length * times);
    const vary = random.int(4) === 0 ? -1 : random.int(one.length);
    for (let i = 0; i < times; i++) {
      many.set(one, i * one.length);
      // One byte counts up: other ports, other fragments, other addresses of the same packet.
      if (vary >= 0) many[i * one.length + vary]! += i;
    }
    return replace(bytes, record.end, record.end, many);
  },
  function moveRecord(random, bytes, { layout: { records }, record }) {
    const to = records[random.int(records.length)]!.start;
    const moved = replace(bytes, to, to, bytes.slice(record.start, record.end));
    const shift = to <= record.start ? record.end - record.start : 0;
    return replace(moved, record.start + shift, record.end + shift, new Uint8Array(0));
  },
  function setBlockType(random, bytes, { layout: { little, records }, record }) {
    const pcapng = records[0]!.lengths.length > 2;
    if (!pcapng) return bytes;
    const type = BLOCK_TYPES[random.int(BLOCK_TYPES.length)]!;
    put(bytes, record.start, type, { width: 4, little });
    return bytes;
  },
  function nestHeaders(random, bytes, { layout: { little }, record }) {
    // Part of the headers again and again: tag in tag, label under label, IP in IP.
    const from = record.data + random.int(Math.min(HEADERS, record.dataEnd - record.data) + 1);
    const part = bytes.slice(from, Math.min(record.dataEnd, from + 4 * (1 + random.int(10))));
    const times = 1 + random.int(MAX_NESTED);
    const nested = new Uint8Array(part.length * times);
    for (let i = 0; i < times; i++) nested.set(part, i * part.length);
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Whole blocks of four bytes, so the padding stays right.
    for (const at of record.lengths) {
      put(bytes, at, data.getUint32(at, little) + nested.length, { width: 4, little });
    }
    return replace(bytes, from, from, nested);
  },
  function cutRecord(random, bytes, { layout: { little }, record }) {
    // The length says what is left: a packet shorter than its own headers claim.
    const left = random.int(record.dataEnd - record.data + 1);
    if (record.end !== record.dataEnd) return bytes;
    put(bytes, record.lengths[0]!, left, { width: 4, little });
    return replace(bytes, record.data + left, record.end, new Uint8Array(0));
  },
];

/** A run of a capture's records behind its header. */
function someRecords(random: Random, bytes: Uint8Array, layout: CaptureLayout): Uint8Array {
  const { records, body } = layout;
  const first = random.int(records.length);
  let last = first;
  const from = records[first]!.start;
  while (last < records.length && records[last]!.end - from <= LARGE) last++;
  const to = last > first ? records[last - 1]!.end : Math.min(bytes.length, from + LARGE);
  return replace(bytes.subarray(0, to), body, from, new Uint8Array(0));
}

function unzipped(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return Uint8Array.from(gunzipSync(bytes, { maxOutputLength: MAX_INPUT }));
  } catch {
    return bytes;
  }
}

/** A changed copy of a capture: fields of the file, of the packets' headers, or any bytes. */
export function mutateCapture(
  random: Random,
  input: Uint8Array,
  other: () => Uint8Array,
): Uint8Array {
  let bytes = random.int(8) === 0 ? input : unzipped(input);
  const large = captureLayout(bytes);
  if (large && large.records.length > 0 && bytes.length > LARGE && random.int(8) !== 0) {
    bytes = someRecords(random, bytes, large);
  }
  const small = (): Uint8Array => other().subarray(0, LARGE);
  for (let turns = changeCount(random); turns > 0; turns--)
    bytes = changeOnce(random, bytes, small);
  if (random.int(16) !== 0) return bytes;
  bytes = Uint8Array.from(gzipSync(bytes, { level: 1 }));
  return random.int(2) === 0 ? bytes : changeBytes(random, bytes, small);
}

function changeOnce(random: Random, bytes: Uint8Array, other: () => Uint8Array): Uint8Array {
  const layout = captureLayout(bytes);
  const kind = random.int(8);
  if (!layout || layout.records.length === 0 || kind < 2) return changeBytes(random, bytes, other);
  const record = layout.records[random.int(layout.records.length)]!;
  if (kind < 5) {
    changePacket(random, bytes.subarray(record.data, record.dataEnd));
    return bytes;
  }
  return CHANGES[random.int(CHANGES.length)]!(random, bytes, { layout, record });
}
