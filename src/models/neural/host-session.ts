import type { Matrix, MatrixHistory } from '../../features/index.ts';
import type { ModelSession, SessionOptions } from '../model.ts';
import { type Past, rowsInTime } from './windows.ts';

/** Rows ready for the network, and who came before whom. */
export interface Steps {
  readonly cells: Float32Array;
  readonly past: Past;
}

/** What a session needs of its model. */
export interface SequenceModel {
  readonly cols: number;
  readonly window: number;
  /** A matrix as the network takes it. @throws WiresiftError `MODEL_INPUT` */
  standardise(matrix: Matrix): Float32Array;
  /** Shares of the first `rows` rows. */
  score(steps: Steps, rows: number): Float32Array;
  explain(steps: Steps, row: number, classIndex: number): Float64Array;
}

/** Hosts kept: with 16 flows of 60 columns each, 30 MB. */
const HOSTS = 8192;
/** Whatever a file asks for: fewer hosts are kept where their flows are longer than that together. */
const MOST_BYTES = 2 ** 28;
/** One part in so many is for hosts seen in one batch alone. */
const NEW_SHARE = 8;

/**
 * The last flows of hosts. Those seen once and those seen again wait for room apart, so that a flood of
 * addresses that each come once pushes out its own kind first.
 */
class KeptHosts {
  readonly #rows: number;
  readonly #cols: number;
  readonly #most: number;
  readonly #once = new Map<string, number>();
  readonly #often = new Map<string, number>();
  #cells = new Float32Array(0);
  #times = new Float64Array(0);
  #counts = new Uint16Array(0);
  #free: number[] = [];
  evicted = 0;

  constructor(rows: number, cols: number, most: number) {
    this.#rows = rows;
    this.#cols = cols;
    this.#most = most;
  }

  get bytes(): number {
    return this.#cells.byteLength + this.#times.byteLength + this.#counts.byteLength;
  }

  /** Place of a host, or -1. */
  find(name: string): number {
    return this.#often.get(name) ?? this.#once.get(name) ?? -1;
  }

  count(slot: number): number {
    return this.#counts[slot]!;
  }

  /** Copies the rows kept at a place to those from `row` on. */
  copy(
    slot: number,
    { cells, times }: Omit<Past, 'before'> & { cells: Float32Array },
    row: number,
  ) {
    const length = this.#counts[slot]!;
    const from = slot * this.#rows;
    const kept = this.#cells.subarray(from * this.#cols, (from + length) * this.#cols);
    cells.set(kept, row * this.#cols);
    times.set(this.#times.subarray(from, from + length), row);
  }

  /** Keeps these rows of a host, the latest last; the host counts as the one seen last. */
  keep(name: string, { cells, past }: Steps, rows: readonly number[]): void {
    const slot = this.#claim(name);
    const kept = rows.slice(-this.#rows);
    kept.forEach((row, i) => {
      const at = slot * this.#rows + i;
      this.#cells.set(cells.subarray(row * this.#cols, (row + 1) * this.#cols), at * this.#cols);
      this.#times[at] = past.times[row]!;
    });
    this.#counts[slot] = kept.length;
  }

  #claim(name: string): number {
    const known = this.find(name);
    if (known >= 0) {
      this.#once.delete(name);
      this.#often.delete(name);
      this.#often.set(name, known);
      return known;
    }
    if (this.#once.size + this.#often.size >= this.#most) this.#evict();
    const slot = this.#free.pop() ?? this.#once.size + this.#often.size;
    this.#grow(slot);
    this.#once.set(name, slot);
    return slot;
  }

  #evict(): void {
    const crowd = this.#once.size * NEW_SHARE > this.#most || this.#often.size === 0;
    const from = crowd ? this.#once : this.#often;
    const [name, slot] = from.entries().next().value!;
    from.delete(name);
    this.#free.push(slot);
    this.evicted++;
  }

  #grow(slot: number): void {
    if (slot < this.#counts.length) return;
    const slots = Math.min(this.#most, Math.max(16, 2 * this.#counts.length));
    const cells = new Float32Array(slots * this.#rows * this.#cols);
    const times = new Float64Array(slots * this.#rows);
    const counts = new Uint16Array(slots);
    cells.set(this.#cells);
    times.set(this.#times);
    counts.set(this.#counts);
    this.#cells = cells;
    this.#times = times;
    this.#counts = counts;
  }
}

/** Scores flows batch by batch, with the last flows of each host at hand. */
export class HostSession implements ModelSession {
  readonly #model: SequenceModel;
  readonly #kept: KeptHosts;
  #last: { steps: Steps; rows: number } | undefined;

  constructor(model: SequenceModel, { hosts = HOSTS }: SessionOptions = {}) {
    this.#model = model;
    const size = Math.max(1, (model.window - 1) * (4 * model.cols + 8));
    const most = Math.max(1, Math.min(Math.floor(hosts), Math.floor(MOST_BYTES / size)));
    this.#kept = new KeptHosts(model.window - 1, model.cols, most);
  }

  get evicted(): number {
    return this.#kept.evicted;
  }

  get bytes(): number {
    return this.#kept.bytes;
  }

  score(matrix: Matrix): Float32Array {
    const own = this.#model.standardise(matrix);
    const lists = matrix.history ? rowsByHost(matrix.history) : new Map<string, number[]>();
    const steps = this.#join(matrix, own, lists);
    const scores = this.#model.score(steps, matrix.rows);
    if (this.#model.window > 1) {
      for (const [name, rows] of lists) this.#kept.keep(name, steps, rows);
    }
    this.#last = { steps, rows: matrix.rows };
    return scores;
  }

  explain(row: number, classIndex: number): Float64Array {
    const { steps, rows } = this.#last ?? { rows: 0 };
    if (!steps || !(row >= 0 && row < rows)) throw new RangeError(`row ${row} of ${rows}`);
    return this.#model.explain(steps, row, classIndex);
  }

  /**
   * The batch's rows, then what is kept of their hosts; puts the kept rows among each host's, by time.
   */
  #join({ rows, history }: Matrix, own: Float32Array, lists: Map<string, number[]>): Steps {
    const { cols } = this.#model;
    const found = [...lists.keys()].map((name) => ({ name, slot: this.#kept.find(name) }));
    const known = found.filter(({ slot }) => slot >= 0);
    const total = known.reduce((sum, { slot }) => sum + this.#kept.count(slot), rows);
    const cells = new Float32Array(total * cols);
    const times = new Float64Array(total);
    const before = new Int32Array(total).fill(-1);
    cells.set(own);
    if (history) times.set(history.times);
    let at = rows;
    for (const { name, slot } of known) {
      const count = this.#kept.count(slot);
      this.#kept.copy(slot, { cells, times }, at);
      const earlier = Array.from({ length: count }, (_, i) => at + i);
      lists.set(name, merged(earlier, lists.get(name)!, times));
      at += count;
    }
    for (const list of lists.values()) {
      for (let i = 1; i < list.length; i++) before[list[i]!] = list[i - 1]!;
    }
    return { cells, past: { before, times } };
  }
}

/** Rows of each host in the order of time. */
function rowsByHost(history: MatrixHistory): Map<string, number[]> {
  const lists = new Map<string, number[]>();
  for (const row of rowsInTime(history)) {
    const name = history.names[history.hosts[row]!]!;
    const list = lists.get(name);
    if (list) list.push(row);
    else lists.set(name, [row]);
  }
  return lists;
}

/** Two lists in the order of time; of equal times the kept rows come first. */
function merged(kept: readonly number[], fresh: readonly number[], times: Float64Array): number[] {
  const out: number[] = [];
  let k = 0;
  for (const row of fresh) {
    while (k < kept.length && times[kept[k]!]! <= times[row]!) out.push(kept[k++]!);
    out.push(row);
  }
  while (k < kept.length) out.push(kept[k++]!);
  return out;
}
