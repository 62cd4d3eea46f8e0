import { FlowLog, type FlowLogOptions } from './flow-log.ts';
import { LinearCounting } from './linear-counting.ts';
import { entropyOfWeights, weight, withSpread } from './weights.ts';

/** The two kinds of items that a flow has. */
export const PEERS = 0;
export const PORTS = 1;
const KINDS = 2;
/** Cells by which a host's items are counted once some were lost. */
const CELLS = 512;
/** After so many generations, or twice so many, no entry of an earlier one may be left. */
const GENERATIONS_APART = 128;
/** Most flows of one item that are counted within a window. */
const MOST_COUNT = 0xffff;

/**
 * The peers and the ports of each host's latest flows: how many flows of each are inside every window,
 * and from that how many items are distinct, and their entropy.
 *
 * An item stands in one of two sets of four ({@link FlowLog} has the layout) with the stamp of its last
 * flow and its flows in every window. A log says which flows leave a window. All is **exact** while no
 * item was pushed out by another and the log could be kept short by putting flows of one peer, port
 * and bucket together. Past that, flows lost to the log or with their item are counted as they leave
 * only by number: distinct items then come from linear counting, and in the entropy what is lost is
 * spread evenly over the items that are missing. Items are 32-bit words whose bits are well mixed; two
 * of the same word are one.
 */
export class RecentFlows extends FlowLog {
  readonly #cells: readonly LinearCounting[];
  #isNew = false;

  constructor(options: FlowLogOptions) {
    super(options);
    const { hosts, windows } = options;
    this.#cells = [PEERS, PORTS].map(() => new LinearCounting(hosts, windows, CELLS));
  }

  /** Bytes of all hosts. */
  get bytes(): number {
    return this.octets.byteLength + KINDS * this.#cells[0]!.bytes;
  }

  /** Forgets a host. Sets are emptied when they are next used; the log has no length. */
  clear(host: number): void {
    const at = (host * this.stride) >>> 2;
    this.words.fill(0, at, at + (this.setsAt[PEERS]! >>> 2));
  }

  /** Reads what the next calls will: misses of the cache then overlap, not follow each other. */
  warm(host: number, peer: number, port: number): number {
    const { words, units, windows } = this;
    const base = host * this.stride;
    let sum = words[base >>> 2]! + words[this.#setOf(base, PEERS, peer) >>> 2]!;
    sum += words[this.#setOf(base, PORTS, port) >>> 2]!;
    const tails = (base + this.tailsAt) >>> 1;
    const log = (base + this.logAt) >>> 2;
    for (let w = 0; w <= windows; w++) sum += words[log + 2 * units[tails + w]!]!;
    return sum;
  }

  /**
   * Counts a flow now, after {@link RecentFlows.expire} of what left before.
   * @returns true when the peer is not among those remembered
   */
  add(host: number, peer: number, port: number): boolean {
    const peerKey = this.#count(host, PEERS, peer);
    const isNew = this.#isNew;
    const portKey = this.#count(host, PORTS, port);
    this.append(host, peerKey | (portKey << 16));
    return isNew;
  }

  /** Moves the buckets that what was lost is counted by; `passed` of them up to `head`. */
  advance(host: number, window: number, head: number, passed: number): void {
    const loss = (host * this.stride + this.lossAt) >>> 1;
    for (let kind = PEERS; kind <= PORTS; kind++) {
      if (this.units[loss + kind] !== 0) this.#cells[kind]!.advance(host, window, head, passed);
    }
  }

  /** Whether {@link RecentFlows.distinct} is exact for this window. */
  isExact(host: number, kind: number, window: number): boolean {
    const loss = this.units[((host * this.stride + this.lossAt) >>> 1) + kind]!;
    return loss < this.moment.first[window]!;
  }

  /** Distinct items inside the window. */
  distinct(host: number, kind: number, window: number): number {
    const kept = this.octets[host * this.stride + this.distinctAt + kind * this.windows + window]!;
    if (this.isExact(host, kind, window)) return kept;
    return Math.max(kept, this.#cells[kind]!.count(host, window));
  }

  /** Entropy in bits over the window's `flows`, of the current host's items as `distinct` counted them. */
  entropy(host: number, at: number, flows: number, distinct: number): number {
    const base = host * this.stride;
    const mass = this.words[((base + this.massAt) >>> 2) + at]!;
    const weights = this.floats[(base >>> 3) + at]!;
    const missing = distinct - this.octets[base + this.distinctAt + at]!;
    if (missing <= 0 || flows <= mass) return entropyOfWeights(mass, weights);
    return entropyOfWeights(flows, withSpread(weights, flows - mass, missing));
  }

  /** Counts stamps from a base `shift` ticks later; remembered items stay so, as long ago. */
  rebase(host: number, shift: number): void {
    const { units, words } = this;
    const base = host * this.stride;
    this.rebaseLog(host, shift);
    for (let kind = PEERS; kind <= PORTS; kind++) {
      const live = words[((base + this.liveAt) >>> 2) + kind]!;
      for (let set = 0; set < this.sets[kind]!; set++) {
        if (((live >>> set) & 1) === 0) continue;
        const stamps = (base + this.setsAt[kind]! + set * this.setBytes + this.stampsAt) >>> 1;
        for (let i = stamps; i < stamps + 4; i++) {
          if (units[i] !== 0) units[i] = Math.max(1, units[i]! - shift);
        }
      }
      const loss = ((base + this.lossAt) >>> 1) + kind;
      if (units[loss] === 0) continue;
      units[loss] = Math.max(1, units[loss]! - shift);
      this.#cells[kind]!.rebase(host, shift);
    }
  }

  /** The byte where the first of an item's two sets begins. */
  #setOf(base: number, kind: number, item: number): number {
    return base + this.setsAt[kind]! + (item & (this.sets[kind]! - 1)) * this.setBytes;
  }

  /** Begins a set when it is first used. @returns how many of its four places are taken */
  #openSet(base: number, kind: number, set: number): number {
    const { words, units } = this;
    const line = base + this.setsAt[kind]! + set * this.setBytes;
    const live = ((base + this.liveAt) >>> 2) + kind;
    if (((words[live]! >>> set) & 1) === 0) {
      words[live] = words[live]! | (1 << set);
      words.fill(0, line >>> 2, (line + this.setBytes) >>> 2);
      return 0;
    }
    const stamps = (line + this.stampsAt) >>> 1;
    let used = 0;
    while (used < 4 && units[stamps + used] !== 0) used++;
    return used;
  }

  /** The slot of an item: where it stands, else where it now may. Sets `#isNew`. */
  #claim(host: number, kind: number, item: number): number {
    const words = this.words;
    const base = host * this.stride;
    const most = this.sets[kind]! - 1;
    const one = item & most;
    const used = this.#openSet(base, kind, one);
    const items = (base + this.setsAt[kind]!) >>> 2;
    const step = this.setBytes >>> 2;
    this.#isNew = false;
    for (let way = 0; way < used; way++) {
      if (words[items + one * step + way] === item) return 4 * one + way;
    }
    const two = one ^ ((item >>> 8) & most || 1);
    const usedTwo = this.#openSet(base, kind, two);
    for (let way = 0; way < usedTwo; way++) {
      if (words[items + two * step + way] === item) return 4 * two + way;
    }
    this.#isNew = true;
    let slot = used <= usedTwo ? 4 * one + used : 4 * two + usedTwo;
    if (used === 4 && usedTwo === 4) slot = this.#evict(host, kind, one, two);
    words[items + (slot >>> 2) * step + (slot & 3)] = item;
    return slot;
  }

  /** Counts a flow of an item. @returns the key of the item in the log */
  #count(host: number, kind: number, item: number): number {
    const { units, words, octets, floats, windows } = this;
    const base = host * this.stride;
    const slot = this.#claim(host, kind, item);
    const line = base + this.setsAt[kind]! + (slot >>> 2) * this.setBytes;
    units[((line + this.stampsAt) >>> 1) + (slot & 3)] = this.moment.stamp;
    const loss = units[((base + this.lossAt) >>> 1) + kind]!;
    if (loss !== 0) this.#countLoss(host, kind, item);
    const counts = ((line + this.countsAt) >>> 1) + (slot & 3) * windows;
    if (units[counts + windows - 1] === MOST_COUNT) return this.noKey;
    const sums = (base >>> 3) + kind * windows;
    const mass = ((base + this.massAt) >>> 2) + kind * windows;
    const distinct = base + this.distinctAt + kind * windows;
    for (let w = 0; w < windows; w++) {
      const count = units[counts + w]!;
      units[counts + w] = count + 1;
      words[mass + w] = words[mass + w]! + 1;
      if (count === 0) octets[distinct + w] = octets[distinct + w]! + 1;
      else floats[sums + w] = floats[sums + w]! + weight(count + 1) - weight(count);
    }
    return slot | (octets[line + this.generationsAt + (slot & 3)]! << 8);
  }

  /** Of two full sets the item goes that has the fewest flows, of these the longest idle. @returns its slot */
  #evict(host: number, kind: number, one: number, two: number): number {
    const { units, octets, windows } = this;
    const base = host * this.stride;
    let slot = -1;
    let fewest = Number.POSITIVE_INFINITY;
    let stamp = 0;
    for (let i = 0; i < 8; i++) {
      const set = i < 4 ? one : two;
      const line = (base + this.setsAt[kind]! + set * this.setBytes) >>> 1;
      const last = units[line + (this.stampsAt >>> 1) + (i & 3)]!;
      const flows = units[line + (this.countsAt >>> 1) + (i & 3) * windows + windows - 1]!;
      if (flows * 0x10000 + last >= fewest) continue;
      fewest = flows * 0x10000 + last;
      slot = 4 * set + (i & 3);
      stamp = last;
    }
    if (stamp >= this.moment.first[windows - 1]!) this.lose(host, kind, stamp);
    const line = base + this.setsAt[kind]! + (slot >>> 2) * this.setBytes;
    const counts = ((line + this.countsAt) >>> 1) + (slot & 3) * windows;
    for (let w = 0; w < windows; w++) {
      if (units[counts + w] !== 0)
        this.drop(base, counts + w, kind * windows + w, units[counts + w]!);
    }
    const generation = line + this.generationsAt + (slot & 3);
    octets[generation] = octets[generation]! + 1;
    if (octets[generation]! % GENERATIONS_APART === 0) this.tidy(host);
    return slot;
  }

  /** Something of this stamp is no longer known: from now on its kind is counted otherwise as well. */
  protected override lose(host: number, kind: number, stamp: number): void {
    const { units, words } = this;
    const base = host * this.stride;
    const loss = ((base + this.lossAt) >>> 1) + kind;
    if (units[loss] === 0) {
      const cells = this.#cells[kind]!;
      cells.clear(host);
      const live = words[((base + this.liveAt) >>> 2) + kind]!;
      for (let set = 0; set < this.sets[kind]!; set++) {
        if (((live >>> set) & 1) === 0) continue;
        const line = base + this.setsAt[kind]! + set * this.setBytes;
        for (let way = 0; way < 4; way++) {
          const last = units[((line + this.stampsAt) >>> 1) + way]!;
          if (last !== 0) cells.touch(host, words[(line >>> 2) + way]!, last, this.moment);
        }
      }
    }
    if (stamp > units[loss]!) units[loss] = stamp;
  }

  /** Counts an item while something lost is inside a window; after that no longer. */
  #countLoss(host: number, kind: number, item: number): void {
    const { moment, windows } = this;
    if (!this.isExact(host, kind, windows - 1)) {
      this.#cells[kind]!.touch(host, item, moment.stamp, moment);
    } else this.units[((host * this.stride + this.lossAt) >>> 1) + kind] = 0;
  }
}
