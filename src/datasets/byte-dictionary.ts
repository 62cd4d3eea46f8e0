import { WiresiftError } from '../base/index.ts';

/** Slots looked at before a word goes to the fallback map: at half load a longer run means forged collisions. */
const MAX_PROBES = 64;
/** All distinct words of a column together; a typed array's safe size, and more than any real column has. */
const MAX_ARENA_BYTES = 1 << 30;
/** Bytes that a slot holds of its word: addresses, ports and states fit whole. */
const INLINE_BYTES = 16;
/**
 * A slot is [code + 1, length, hash, start in the arena, first 16 bytes as four words]: 32 bytes, so
 * that one cache line answers most questions.
 */
const STRIDE = 8;
/** Row n of four masks keeps the first n of 16 bytes. */
const MASKS = Int32Array.from({ length: (INLINE_BYTES + 1) * 4 }, (_, i) => {
  const kept = Math.min(4, Math.max(0, (i >> 2) - (i & 3) * 4));
  return kept === 4 ? -1 : (1 << (kept * 8)) - 1;
});

/**
 * Turns the bytes of a cell into the code of a word without making a string. Codes are given out in
 * order of first appearance. Open addressing over a multiplicative hash; in outline
 *
 *     code = map.get(text) ?? map.set(text, map.size).get(text)
 */
export class ByteDictionary {
  /** Distinct words so far. */
  size = 0;
  readonly #overflow = new Map<string, number>();
  #slots = new Int32Array(1024 * STRIDE);
  #mask = 1023;
  /** Where word k begins in the arena; it ends where word k + 1 begins. */
  #starts = new Int32Array(1025);
  #arena = Buffer.alloc(8192);

  /**
   * @param view over the same bytes as `bytes`, which must go on for 16 bytes past `start`
   * @returns the code of `bytes[start, end)`, or -1 when the cell is empty
   */
  code(view: DataView, bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length === 0) return -1;
    const row = length < INLINE_BYTES ? length * 4 : INLINE_BYTES * 4;
    const a = view.getInt32(start, true) & MASKS[row]!;
    const b = view.getInt32(start + 4, true) & MASKS[row + 1]!;
    const c = view.getInt32(start + 8, true) & MASKS[row + 2]!;
    const d = view.getInt32(start + 12, true) & MASKS[row + 3]!;
    let hash = Math.imul(a ^ Math.imul(c, 0x27d4eb2f), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15) ^ b ^ Math.imul(d, 0x165667b1), 0xc2b2ae35);
    for (let i = start + INLINE_BYTES; i < end; i++) {
      hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    }
    hash ^= hash >>> 16;

    const slots = this.#slots;
    const mask = this.#mask;
    let slot = hash & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const base = slot * STRIDE;
      if (slots[base] === 0) {
        if (this.#overflow.size > 0) break;
        slots[base] = this.size + 1;
        slots[base + 1] = length;
        slots[base + 2] = hash;
        slots[base + 3] = this.#starts[this.size]!;
        slots[base + 4] = a;
        slots[base + 5] = b;
        slots[base + 6] = c;
        slots[base + 7] = d;
        return this.#add(bytes, start, end);
      }
      if (
        slots[base + 4] === a &&
        slots[base + 5] === b &&
        slots[base + 6] === c &&
        slots[base + 7] === d &&
        slots[base + 1] === length &&
        (length <= INLINE_BYTES || this.#sameTail(slots[base + 3]!, bytes, start, end))
      ) {
        return slots[base]! - 1;
      }
      slot = (slot + 1) & mask;
    }
    return this.#overflowCode(bytes, start, end);
  }

  /** The words by code: UTF-8, or byte for byte (Latin-1) where a word is not UTF-8. */
  words(): string[] {
    const starts = this.#starts;
    const end = starts[this.size]!;
    // One string for all: a word is then a slice of it, made without a look at its characters.
    const all = this.#arena.toString('latin1', 0, end);
    const ascii = !/[\x80-\xff]/.test(all);
    return Array.from({ length: this.size }, (_, code) => {
      const word = all.slice(starts[code]!, starts[code + 1]!);
      return ascii ? word : decoded(word);
    });
  }

  /** Whether the stored word goes on as `bytes` does, past the bytes that its slot holds. */
  #sameTail(from: number, bytes: Uint8Array, start: number, end: number): boolean {
    const arena = this.#arena;
    const shift = from - start;
    let i = start + INLINE_BYTES;
    while (i < end && arena[i + shift] === bytes[i]) i++;
    return i === end;
  }

  #add(bytes: Uint8Array, start: number, end: number): number {
    const code = this.size++;
    const from = this.#starts[code]!;
    const to = from + end - start;
    this.#reserve(to);
    const arena = this.#arena;
    for (let i = start; i < end; i++) arena[from + i - start] = bytes[i]!;
    if (code + 2 > this.#starts.length) this.#starts = widen(this.#starts, this.#starts.length * 2);
    this.#starts[code + 1] = to;
    if (this.size * 2 >= this.#mask) this.#grow();
    return code;
  }

  /**
   * V8 seeds the hashes of its strings, so a map of strings cannot be flooded on purpose. Once in
   * use it takes every new word, lest one be known in both places after the table has grown.
   */
  #overflowCode(bytes: Uint8Array, start: number, end: number): number {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    let code = this.#overflow.get(key);
    if (code === undefined) {
      code = this.#add(bytes, start, end);
      this.#overflow.set(key, code);
    }
    return code;
  }

  #reserve(size: number): void {
    if (size <= this.#arena.length) return;
    if (size > MAX_ARENA_BYTES) {
      throw new WiresiftError({
        code: 'DATASET_LIMIT',
        where: 'distinct words of one column',
        saw: `more than ${MAX_ARENA_BYTES} bytes`,
        expected: 'a column of addresses, ports, states or labels',
        todo: 'Check that the file is what its name says, or read fewer files at a time',
      });
    }
    const grown = Buffer.alloc(Math.max(size, Math.min(MAX_ARENA_BYTES, this.#arena.length * 2)));
    grown.set(this.#arena);
    this.#arena = grown;
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2);
    const mask = this.#mask * 2 + 1;
    for (let from = 0; from < old.length; from += STRIDE) {
      if (old[from] === 0) continue;
      let slot = old[from + 2]! & mask;
      while (slots[slot * STRIDE] !== 0) slot = (slot + 1) & mask;
      const to = slot * STRIDE;
      for (let i = 0; i < STRIDE; i++) slots[to + i] = old[from + i]!;
    }
    this.#slots = slots;
    this.#mask = mask;
  }
}

function widen(old: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(size);
  grown.set(old);
  return grown;
}

function decoded(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString();
  return text.includes('\uFFFD') && !bytes.includes('\uFFFD') ? latin1 : text;
}
