import type { Moment } from './spans.ts';

/** Flows kept of each host. */
export const SAMPLES = 64;
/** Samples of one level that are enough, so its older half may be thinned to make room. */
const ENOUGH = 8;
/** A sample stands for 2^24 flows at most. */
const MOST_LEVELS = 24;
const MOST_RANK = 0xffff;
/** Ranks whose gain is looked up. */
const TABLE = 4096;

/** r log2 r - (r - 1) log2 (r - 1): what an item's r-th occurrence takes off the entropy. */
function rankGain(rank: number): number {
  return rank < 2 ? 0 : rank * Math.log2(rank) - (rank - 1) * Math.log2(rank - 1);
}

const GAINS = Float64Array.from({ length: TABLE }, (_, rank) => rankGain(rank));

function gain(rank: number): number {
  return rank < TABLE ? GAINS[rank]! : rankGain(rank);
}

/** What a sample gains when its rank rises by one. */
const STEPS = Float64Array.from({ length: TABLE }, (_, r) => rankGain(r + 1) - rankGain(r));

function step(rank: number): number {
  return rank < TABLE ? STEPS[rank]! : rankGain(rank + 1) - rankGain(rank);
}

/** Flows that a sample of each level stands for. */
const WEIGHTS = Float64Array.from({ length: MOST_LEVELS + 1 }, (_, level) => 2 ** level);

/** 64-bit floats of a window: sum of weights, then of weighted gains by peer and by port. */
const SUMS = 3;

/**
 * Entropy of the peers and of the ports of a host's flows, over several sliding windows at once.
 *
 * With m flows, and r(j) the number of flows to j's item from flow j to the last, the entropy in bits is
 * log2 m - mean over all j of g(r(j)), where g(r) = r log2 r - (r-1) log2 (r-1). A sample of the flows
 * estimates the mean (Chakrabarti, Cormode, McGregor 2007), and since ranks count towards the newest
 * flow, the oldest can be forgotten at any time. So one list of samples, oldest first, serves every
 * window: each is a tail of it. **Exact** while all flows of a window are in it (64 of the longest
 * window); then older flows are thinned, the older the more: one flow of each block of 2^level stays,
 * drawn at random, with its exact rank, and stands for the block. Errors: see `docs/windows.md`.
 */
export class WindowEntropy {
  readonly #windows: number;
  readonly #seed: number;
  /** 16-bit units of a host, and where in them each field begins. */
  readonly #stride: number;
  readonly #startsAt: number;
  readonly #peersAt: number;
  readonly #portsAt: number;
  readonly #peerRanksAt: number;
  readonly #portRanksAt: number;
  readonly #stampsAt: number;
  readonly #chancesAt: number;
  readonly #floats: Float64Array;
  readonly #words: Int32Array;
  readonly #units: Uint16Array;
  /** Flows a host has had, modulo 2^32: numbers the blocks. */
  readonly #serials: Uint32Array;

  constructor(hosts: number, windows: number, seed: number) {
    this.#windows = windows;
    this.#seed = seed | 0;
    // Sums a window; where each window's tail starts, and the end of the list; then the samples.
    this.#startsAt = windows * SUMS * 4;
    this.#peersAt = this.#startsAt + 4 * Math.ceil((windows + 1) / 4);
    this.#portsAt = this.#peersAt + 2 * SAMPLES;
    this.#peerRanksAt = this.#portsAt + 2 * SAMPLES;
    this.#portRanksAt = this.#peerRanksAt + SAMPLES;
    this.#stampsAt = this.#portRanksAt + SAMPLES;
    this.#chancesAt = this.#stampsAt + SAMPLES;
    this.#stride = this.#chancesAt + SAMPLES;
    const memory = new ArrayBuffer(hosts * this.#stride * 2);
    this.#floats = new Float64Array(memory);
    this.#words = new Int32Array(memory);
    this.#units = new Uint16Array(memory);
    this.#serials = new Uint32Array(hosts);
  }

  /** Bytes of all hosts. */
  get bytes(): number {
    return this.#units.byteLength + this.#serials.byteLength;
  }

  clear(host: number): void {
    const at = host * this.#stride;
    this.#units.fill(0, at, at + this.#peersAt);
    this.#serials[host] = 0;
  }

  /** Reads what the next calls will: misses of the cache then overlap, not follow each other. */
  warm(host: number): number {
    const units = this.#units;
    const at = host * this.#stride;
    let sum = this.#serials[host]!;
    for (let i = at; i < at + this.#stride; i += 32) sum += units[i]!;
    return sum;
  }

  /** Sees a flow to this peer and port now: items of 32 bits. */
  add(host: number, peer: number, port: number, moment: Moment): void {
    const at = host * this.#stride;
    const units = this.#units;
    const serial = this.#serials[host]!;
    this.#serials[host] = serial + 1;
    const ends = at + this.#startsAt + this.#windows;
    this.#expire(at, moment.first);
    this.#raise(at, peer | 0, port | 0);
    if (units[ends] === SAMPLES) this.#makeRoom(at);
    const i = units[ends]!;
    this.#words[((at + this.#peersAt) >>> 1) + i] = peer;
    this.#words[((at + this.#portsAt) >>> 1) + i] = port;
    units[at + this.#peerRanksAt + i] = 1;
    units[at + this.#portRanksAt + i] = 1;
    units[at + this.#stampsAt + i] = moment.stamp;
    units[at + this.#chancesAt + i] = blockChance(serial, this.#seed);
    units[ends] = i + 1;
    const sums = at >>> 2;
    for (let w = 0; w < this.#windows; w++) {
      this.#floats[sums + w * SUMS] = this.#floats[sums + w * SUMS]! + 1;
    }
  }

  /**
   * Writes the entropies of peers and ports, in bits, to `into[0]` and `into[1]`.
   * @param logFlows log2 of the flows inside the window, as of the last {@link WindowEntropy.add}
   */
  read(host: number, window: number, logFlows: number, into: Float64Array): void {
    const sums = ((host * this.#stride) >>> 2) + window * SUMS;
    const floats = this.#floats;
    const weight = floats[sums]!;
    for (let i = 0; i < 2; i++) {
      const entropy = logFlows - floats[sums + 1 + i]! / weight;
      // A sample may miss a little to either side, and a sum of logarithms its last bits.
      into[i] = entropy < 1e-9 ? 0 : Math.min(entropy, logFlows);
    }
  }

  /** Whether the entropies of this window are exact: each of its `flows` is in the list. */
  isExact(host: number, window: number, flows: number): boolean {
    const starts = host * this.#stride + this.#startsAt;
    return this.#units[starts + this.#windows]! - this.#units[starts + window]! === flows;
  }

  /** Counts stamps from a base `shift` ticks later. */
  rebase(host: number, shift: number): void {
    const units = this.#units;
    const at = host * this.#stride + this.#stampsAt;
    for (let i = at; i < at + SAMPLES; i++) units[i] = Math.max(1, units[i]! - shift);
  }

  /** Moves each window's start past the samples from before it. */
  #expire(at: number, first: Int32Array): void {
    const units = this.#units;
    const starts = at + this.#startsAt;
    const end = units[starts + this.#windows]!;
    const stamps = at + this.#stampsAt;
    for (let w = 0; w < this.#windows; w++) {
      let start = units[starts + w]!;
      const inside = first[w]!;
      // The windows nest: where a shorter one loses nothing, neither does a longer one.
      if (start === end || units[stamps + start]! >= inside) continue;
      const sums = (at >>> 2) + w * SUMS;
      while (start < end && units[stamps + start]! < inside) this.#weigh(at, sums, start++, -1);
      units[starts + w] = start;
      if (start === end) this.#floats.fill(0, sums, sums + SUMS);
    }
  }

  /** Adds (or takes away, `sign` -1) a sample to a window's sums. */
  #weigh(at: number, sums: number, sample: number, sign: number): void {
    const units = this.#units;
    const floats = this.#floats;
    const weight = sign * WEIGHTS[units[at + this.#chancesAt + sample]! >>> 8]!;
    const byPeer = gain(units[at + this.#peerRanksAt + sample]!);
    const byPort = gain(units[at + this.#portRanksAt + sample]!);
    floats[sums] = floats[sums]! + weight;
    floats[sums + 1] = floats[sums + 1]! + weight * byPeer;
    floats[sums + 2] = floats[sums + 2]! + weight * byPort;
  }

  /** One more flow behind every sample of the same peer, and of the same port. */
  #raise(at: number, peer: number, port: number): void {
    const units = this.#units;
    const words = this.#words;
    const floats = this.#floats;
    const peers = (at + this.#peersAt) >>> 1;
    const ports = (at + this.#portsAt) >>> 1;
    const peerRanks = at + this.#peerRanksAt;
    const portRanks = at + this.#portRanksAt;
    const chances = at + this.#chancesAt;
    const starts = at + this.#startsAt;
    let byPeer = 0;
    let byPort = 0;
    let i = units[starts + this.#windows]!;
    // Backwards from the newest, so that what one window gains the longer ones gain too.
    for (let w = 0; w < this.#windows; w++) {
      const start = units[starts + w]!;
      while (i > start) {
        i--;
        if (words[peers + i] === peer) {
          const rank = units[peerRanks + i]!;
          byPeer += WEIGHTS[units[chances + i]! >>> 8]! * step(rank);
          if (rank < MOST_RANK) units[peerRanks + i] = rank + 1;
        }
        if (words[ports + i] === port) {
          const rank = units[portRanks + i]!;
          byPort += WEIGHTS[units[chances + i]! >>> 8]! * step(rank);
          if (rank < MOST_RANK) units[portRanks + i] = rank + 1;
        }
      }
      const sums = (at >>> 2) + w * SUMS;
      floats[sums + 1] = floats[sums + 1]! + byPeer;
      floats[sums + 2] = floats[sums + 2]! + byPort;
    }
  }

  /** Drops what lies before the longest window; if that is too little, thins. Sums are made anew. */
  #makeRoom(at: number): void {
    const units = this.#units;
    const starts = at + this.#startsAt;
    const outside = units[starts + this.#windows - 1]!;
    for (let i = 0; i < outside; i++) units[at + this.#stampsAt + i] = 0;
    if (outside < ENOUGH) this.#thin(at, outside);
    this.#compact(at);
    const end = units[starts + this.#windows]!;
    for (let w = 0; w < this.#windows; w++) {
      const sums = (at >>> 2) + w * SUMS;
      this.#floats.fill(0, sums, sums + SUMS);
    }
    // Each sample goes to the shortest window it is in; then every window takes over the shorter one.
    let w = 0;
    for (let i = end - 1; i >= 0; i--) {
      while (w < this.#windows && i < units[starts + w]!) w++;
      if (w === this.#windows) break;
      this.#weigh(at, (at >>> 2) + w * SUMS, i, 1);
    }
    const floats = this.#floats;
    for (let f = (at >>> 2) + SUMS; f < (at >>> 2) + this.#windows * SUMS; f++) {
      floats[f] = floats[f]! + floats[f - SUMS]!;
    }
  }

  /**
   * Marks samples for dropping, by stamp 0: in every level that has enough of them, those of the older
   * half that their chance does not carry one level higher. Levels fall from the oldest to the newest.
   */
  #thin(at: number, oldest: number): void {
    const units = this.#units;
    const chances = at + this.#chancesAt;
    let dropped = 0;
    for (let enough = ENOUGH; dropped === 0; enough = Math.max(2, enough >>> 1)) {
      let to = units[at + this.#startsAt + this.#windows]!;
      while (to > oldest) {
        let from = to - 1;
        const level = (units[chances + from]! >>> 8) + 1;
        while (from > oldest && (units[chances + from - 1]! >>> 8) + 1 === level) from--;
        const candidates = to - from >= enough ? (to - from) >>> 1 : 0;
        for (let i = from; i < from + candidates; i++) {
          const chance = units[chances + i]! & 0xff;
          if (chance < level || level > MOST_LEVELS) {
            units[at + this.#stampsAt + i] = 0;
            dropped++;
          } else units[chances + i] = (level << 8) | chance;
        }
        to = from;
      }
    }
  }

  /** Closes the gaps that samples marked with stamp 0 leave. */
  #compact(at: number): void {
    const units = this.#units;
    const starts = at + this.#startsAt;
    const stamps = at + this.#stampsAt;
    const peers = (at + this.#peersAt) >>> 1;
    const ports = (at + this.#portsAt) >>> 1;
    const end = units[starts + this.#windows]!;
    // The longest window starts first, so its start is the first to move.
    let window = this.#windows - 1;
    let kept = 0;
    for (let i = 0; i < end; i++) {
      while (window >= 0 && units[starts + window] === i) units[starts + window--] = kept;
      if (units[stamps + i] === 0) continue;
      if (kept < i) {
        this.#words[peers + kept] = this.#words[peers + i]!;
        this.#words[ports + kept] = this.#words[ports + i]!;
        for (let field = at + this.#peerRanksAt; field < at + this.#stride; field += SAMPLES) {
          units[field + kept] = units[field + i]!;
        }
      }
      kept++;
    }
    while (window >= 0) units[starts + window--] = kept;
    units[starts + this.#windows] = kept;
  }
}

/**
 * How many levels of sampling the flow with this serial number survives: of the two halves of each
 * block one is drawn, so exactly one flow of every aligned block of 2^n survives n levels.
 */
export function blockChance(serial: number, seed: number): number {
  let block = serial;
  for (let level = 0; level < MOST_LEVELS; level++) {
    const half = block & 1;
    block >>>= 1;
    let h = Math.imul(block ^ Math.imul(level + 1, 0x632be5ab) ^ seed, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
    if ((h ^ (h >>> 13)) >>> 31 !== half) return level;
  }
  return MOST_LEVELS;
}
