import type { Random } from '../../src/base/index.ts';
import { MAX_INPUT } from './bounds.ts';

/** Numbers at which length and sign checks go wrong. */
const INTERESTING: readonly number[] = [
  0, 1, 2, 3, 4, 7, 8, 15, 16, 19, 20, 21, 27, 28, 31, 32, 39, 40, 60, 63, 64, 127, 128, 255, 256,
  511, 512, 1023, 1024, 1500, 1501, 1535, 1536, 4095, 4096, 8191, 16_383, 32_767, 32_768, 65_535,
  65_536, 262_143, 262_144, 262_145, 0xff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff,
];

/** A number of {@link INTERESTING}. */
export function interesting(random: Random): number {
  return INTERESTING[random.int(INTERESTING.length)]!;
}

/** Writes the low `width` bytes of a number where they fit. */
export function put(
  bytes: Uint8Array,
  at: number,
  value: number,
  { width, little }: { readonly width: 1 | 2 | 4; readonly little: boolean },
): void {
  if (at < 0 || at + width > bytes.length) return;
  for (let i = 0; i < width; i++) {
    bytes[at + i] = value >>> (8 * (little ? i : width - 1 - i));
  }
}

/** A length from 1 to `most`, short ones far more often. */
function span(random: Random, most: number): number {
  return Math.max(1, Math.floor(most * random.next() ** 6));
}

/** `bytes` with the part from `from` to `to` replaced. */
export function replace(
  bytes: Uint8Array,
  from: number,
  to: number,
  middle: Uint8Array,
): Uint8Array {
  const room = Math.max(0, Math.min(middle.length, MAX_INPUT - (bytes.length - (to - from))));
  const whole = new Uint8Array(bytes.length - (to - from) + room);
  whole.set(bytes.subarray(0, from));
  whole.set(middle.subarray(0, room), from);
  whole.set(bytes.subarray(to), from + room);
  return whole;
}

type Change = (random: Random, bytes: Uint8Array, other: () => Uint8Array) => Uint8Array;

/** Changes that know nothing of what the bytes mean; `bytes` is theirs and never empty. */
const CHANGES: readonly Change[] = [
  function flipBit(random, bytes) {
    bytes[random.int(bytes.length)]! ^= 1 << random.int(8);
    return bytes;
  },
  function setByte(random, bytes) {
    bytes[random.int(bytes.length)] = random.int(256);
    return bytes;
  },
  function addToByte(random, bytes) {
    bytes[random.int(bytes.length)]! += random.int(33) - 16;
    return bytes;
  },
  function setInteger(random, bytes) {
    const width = ([1, 2, 4] as const)[random.int(3)]!;
    const at = Math.floor(random.int(bytes.length) / width) * width;
    put(bytes, at, interesting(random), { width, little: random.int(2) === 0 });
    return bytes;
  },
  function remove(random, bytes) {
    const from = random.int(bytes.length);
    return replace(bytes, from, from + span(random, bytes.length - from), new Uint8Array(0));
  },
  function repeat(random, bytes) {
    const from = random.int(bytes.length);
    const part = bytes.slice(from, from + span(random, bytes.length - from));
    const at = random.int(2) === 0 ? from : random.int(bytes.length + 1);
    return replace(bytes, at, at, part);
  },
  function insert(random, bytes) {
    const part = new Uint8Array(span(random, 4096));
    const fill = random.int(3);
    for (let i = 0; i < part.length; i++) part[i] = fill === 0 ? random.int(256) : 1 - fill;
    const at = random.int(bytes.length + 1);
    return replace(bytes, at, at, part);
  },
  function fill(random, bytes) {
    const from = random.int(bytes.length);
    return bytes.fill(
      random.int(2) === 0 ? 0 : random.int(256),
      from,
      from + span(random, bytes.length - from),
    );
  },
  function truncate(random, bytes) {
    return bytes.slice(0, random.int(bytes.length));
  },
  function splice(random, bytes, other) {
    const second = other();
    const at = random.int(bytes.length + 1);
    return replace(bytes, at, bytes.length, second.subarray(random.int(second.length + 1)));
  },
];

/** One change of the kinds that suit any bytes. */
export function changeBytes(
  random: Random,
  bytes: Uint8Array,
  other: () => Uint8Array,
): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(random.int(256));
  return CHANGES[random.int(CHANGES.length)]!(random, bytes, other);
}

/** How many changes a case makes: one half the time, two a quarter, at most eight. */
export function changeCount(random: Random): number {
  let count = 1;
  while (count < 8 && random.int(2) === 0) count++;
  return count;
}
