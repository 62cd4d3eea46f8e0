import { FRESH, ITEMS, MARKS, type PendingRows, PORT, TICK } from './pending-rows.ts';

/** Rows kept of a host before it is kept in full: too few to say anything of regularity. */
export const FIRST_ROWS = 3;
/** Mark of a kept row: on which side of it the host is. */
const SIDE = FRESH;
/** Mark of a kept row whose peer the host had not met. */
const MET_FIRST = 128;
const NUMBERS = 8;
const WORDS = 16;

/** Bits of entropy of one to three flows to so many distinct items. */
const ENTROPIES = [[0], [0, 0], [0, 0, 1], [0, 0, Math.log2(3) - 2 / 3, Math.log2(3)]] as const;

/** Entropy in bits of `flows` flows, at most {@link FIRST_ROWS}, to `distinct` items. */
export function entropyOfFew(flows: number, distinct: number): number {
  return ENTROPIES[flows]![distinct]!;
}

/**
 * The first rows of each host, as they came. Most hosts of a scan or a flood have no more, and cost a
 * line each in place of all that a busy host needs.
 */
export class FirstRows {
  readonly numbers: Float64Array;
  readonly words: Uint32Array;

  constructor(hosts: number) {
    this.numbers = new Float64Array(hosts * FIRST_ROWS * NUMBERS);
    this.words = new Uint32Array(this.numbers.buffer);
  }

  /** Bytes of all hosts. */
  get bytes(): number {
    return this.numbers.byteLength;
  }

  /** Keeps a pending row as its host's `nth`. @param tick at which it counts */
  keep(row: number, pending: PendingRows, side: number, tick: number): void {
    const { words } = this;
    const from = (side >> 1) * WORDS;
    const to = row * WORDS;
    for (let i = 0; i < WORDS; i++) words[to + i] = pending.words[from + i]!;
    words[to + MARKS] = (words[to + MARKS]! & ~(FRESH * 3)) | (side & 1 ? SIDE : 0);
    this.numbers[row * NUMBERS + TICK] = tick;
  }

  /** Marks row `last` of those from `first` on as the first with its peer, if it is. */
  markPeer(first: number, last: number): void {
    const peer = this.peer(last);
    for (let row = first; row < last; row++) if (this.peer(row) === peer) return;
    const marks = last * WORDS + MARKS;
    this.words[marks] = this.words[marks]! | MET_FIRST;
  }

  /** Puts a kept row in the place of a pending one. @returns the side that waits there */
  restore(row: number, pending: PendingRows, place: number): number {
    const from = row * WORDS;
    const to = place * WORDS;
    for (let i = 0; i < WORDS; i++) pending.words[to + i] = this.words[from + i]!;
    return 2 * place + this.side(row);
  }

  tick(row: number): number {
    return this.numbers[row * NUMBERS + TICK]!;
  }

  /** 0 where the host is the row's originator, 1 where it is the responder. */
  side(row: number): number {
    return this.words[row * WORDS + MARKS]! & SIDE;
  }

  hasNewPeer(row: number): boolean {
    return (this.words[row * WORDS + MARKS]! & MET_FIRST) !== 0;
  }

  peer(row: number): number {
    return this.words[row * WORDS + ITEMS + 1 - this.side(row)]!;
  }

  port(row: number): number {
    return this.words[row * WORDS + PORT]!;
  }

  /** Distinct peers (or ports) of two or three rows from `first` to `last`, or of one. */
  distinct(first: number, last: number, isPort: boolean): number {
    let count = 0;
    for (let row = first; row <= last; row++) {
      const item = isPort ? this.port(row) : this.peer(row);
      let other = first;
      while (other < row && (isPort ? this.port(other) : this.peer(other)) !== item) other++;
      if (other === row) count++;
    }
    return count;
  }
}
