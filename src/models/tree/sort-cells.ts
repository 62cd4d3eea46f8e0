/** Bits of a digit, and values it takes. */
const DIGIT = 11;
const RADIX = 2 ** DIGIT;
const LOW = RADIX - 1;
/** Fewer cells are sorted faster by comparing them. */
const FEW = 4096;
const SIGN = 0x8000_0000;

/**
 * Sorts columns of finite 32-bit floats digit by digit of their bits (least significant first): in
 * time linear in the rows, where comparing takes their logarithm more.
 */
export class CellSorter {
  readonly #keys: Uint32Array;
  readonly #moved: Uint32Array;
  readonly #counts = new Uint32Array(3 * RADIX);

  /** @param rows cells of a column */
  constructor(rows: number) {
    this.#keys = new Uint32Array(rows);
    this.#moved = new Uint32Array(rows < FEW ? 0 : rows);
  }

  /** @returns the cells in ascending order, -0 before 0; overwritten by the next call */
  sorted(cells: Float32Array): Float32Array {
    const rows = cells.length;
    let keys = this.#keys;
    if (rows < FEW) {
      const copy = new Float32Array(keys.buffer, 0, rows);
      copy.set(cells);
      return copy.sort();
    }
    this.#readKeys(cells);
    let moved = this.#moved;
    for (let digit = 0; digit < 3; digit++) {
      const counts = this.#counts.subarray(digit * RADIX, (digit + 1) * RADIX);
      const shift = digit * DIGIT;
      // All cells alike in this digit: nothing would move.
      if (counts[(keys[0]! >>> shift) & LOW] === rows) continue;
      move(keys, moved, counts, shift);
      [keys, moved] = [moved, keys];
    }
    for (let i = 0; i < rows; i++) {
      const key = keys[i]!;
      keys[i] = key & SIGN ? key ^ SIGN : ~key;
    }
    return new Float32Array(keys.buffer, 0, rows);
  }

  /** Bits of the cells, turned so that whole numbers order them, and counts of each digit. */
  #readKeys(cells: Float32Array): void {
    const bits = new Uint32Array(cells.buffer, cells.byteOffset, cells.length);
    const keys = this.#keys;
    const counts = this.#counts.fill(0);
    for (let i = 0; i < bits.length; i++) {
      const word = bits[i]!;
      const key = (word & SIGN ? ~word : word | SIGN) >>> 0;
      keys[i] = key;
      counts[key & LOW]!++;
      counts[RADIX + ((key >>> DIGIT) & LOW)]!++;
      counts[2 * RADIX + (key >>> (2 * DIGIT))]!++;
    }
  }
}

/** Moves the keys by one digit, those of equal digit in their order; overwrites the counts. */
function move(keys: Uint32Array, to: Uint32Array, counts: Uint32Array, shift: number): void {
  let sum = 0;
  for (let value = 0; value < RADIX; value++) {
    const count = counts[value]!;
    counts[value] = sum;
    sum += count;
  }
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    to[counts[(key >>> shift) & LOW]!++] = key;
  }
}
