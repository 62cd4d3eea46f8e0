import type { Moment } from './spans.ts';

/** Flows kept of each window. */
export const SAMPLES = 32;
/** Below this many the sampling gets denser again. */
const FEW = SAMPLES / 4;
/** Sampled one in 2^24 at most: 32 samples then stand for 500 million flows in one window. */
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

/** 64-bit floats of a window: sum of weights, then of weighted gains by peer and by port. */
const SUMS = 3;
/** 16-bit units of a window behind the sums: head, length, level, and one spare. */
const HEAD = SUMS * 4;
const LENGTH = HEAD + 1;
const LEVEL = HEAD + 2;
/** Then the samples by field: peers and ports (32 bits each), ranks, stamps, priority and level. */
const PEERS = HEAD + 4;
const PORTS = PEERS + 2 * SAMPLES;
const PEER_RANKS = PORTS + 2 * SAMPLES;
const PORT_RANKS = PEER_RANKS + SAMPLES;
const STAMPS = PORT_RANKS + SAMPLES;
const CHANCES = STAMPS + SAMPLES;
const STRIDE = CHANCES + SAMPLES;

/**
 * Entropy of the peers and of the ports of a host's flows, over several sliding windows at once.
 *
 * With m flows, and r(j) the number of flows to j's item from flow j to the last, the entropy in bits is
 * log2 m - mean over all j of g(r(j)), where g(r) = r log2 r - (r-1) log2 (r-1). A sample of the flows
 * estimates the mean without bias (Chakrabarti, Cormode, McGregor 2007), and since ranks count towards
 * the newest flow, the oldest can be forgotten at any time. So: **exact** while all flows of a window
 * are kept (32); beyond, one flow of each block of 2^level, at random in its block, is kept, each with
 * its exact rank. The standard error is at most the deviation of g over the root of the samples kept
 * (8 to 32): see `docs/windows.md` for what that is on real shapes.
 */
export class WindowEntropy {
  readonly #windows: number;
  readonly #seed: number;
  readonly #floats: Float64Array;
  readonly #words: Uint32Array;
  readonly #units: Uint16Array;
  /** Flows a host has had, modulo 2^32: numbers the blocks. */
  readonly #serials: Uint32Array;

  constructor(hosts: number, windows: number, seed: number) {
    this.#windows = windows;
    this.#seed = seed | 0;
    const memory = new ArrayBuffer(hosts * windows * STRIDE * 2);
    this.#floats = new Float64Array(memory);
    this.#words = new Uint32Array(memory);
    this.#units = new Uint16Array(memory);
    this.#serials = new Uint32Array(hosts);
  }

  /** Bytes of all hosts. */
  get bytes(): number {
    return this.#units.byteLength + this.#serials.byteLength;
  }

  clear(host: number): void {
    const stride = this.#windows * STRIDE;
    for (let w = 0; w < this.#windows; w++) {
      const at = host * stride + w * STRIDE;
      this.#units.fill(0, at, at + PEERS);
    }
    this.#serials[host] = 0;
  }

  /** Sees a flow to this peer and port now. */
  add(host: number, peer: number, port: number, moment: Moment): void {
    const serial = this.#serials[host]!;
    this.#serials[host] = serial + 1;
    const chance = blockChance(serial, this.#seed);
    let at = host * this.#windows * STRIDE;
    for (let w = 0; w < this.#windows; w++) {
      this.#expire(at, moment.first[w]!);
      this.#raise(at, peer, port);
      this.#keep(at, peer, port, (moment.stamp << 16) | chance);
      at += STRIDE;
    }
  }

  /**
   * Writes the entropies of peers and ports, in bits, to `into[0]` and `into[1]`.
   * @param logFlows log2 of the flows inside the window; those before it must have been expired by an
   *   {@link WindowEntropy.add} at the same moment
   */
  read(host: number, window: number, logFlows: number, into: Float64Array): void {
    const sums = ((host * this.#windows + window) * STRIDE) >>> 2;
    const floats = this.#floats;
    const weight = floats[sums]!;
    for (let i = 0; i < 2; i++) {
      const entropy = logFlows - floats[sums + 1 + i]! / weight;
      // A sample may miss a little to either side, and a sum of logarithms its last bits.
      into[i] = entropy < 1e-9 ? 0 : Math.min(entropy, logFlows);
    }
  }

  /** Whether the entropies of this window are exact: every flow inside is kept. */
  isExact(host: number, window: number, flows: number): boolean {
    return this.#units[(host * this.#windows + window) * STRIDE + LENGTH]! === flows;
  }

  /** Counts stamps from a base `shift` ticks later. */
  rebase(host: number, shift: number): void {
    const units = this.#units;
    for (let w = 0; w < this.#windows; w++) {
      const at = (host * this.#windows + w) * STRIDE + STAMPS;
      for (let i = at; i < at + SAMPLES; i++) units[i] = Math.max(1, units[i]! - shift);
    }
  }

  /** Forgets samples from before the window. */
  #expire(at: number, first: number): void {
    const units = this.#units;
    let length = units[at + LENGTH]!;
    let head = units[at + HEAD]!;
    if (length === 0 || units[at + STAMPS + head]! >= first) return;
    while (length > 0 && units[at + STAMPS + head]! < first) {
      this.#weigh(at, head, -(2 ** (units[at + CHANCES + head]! >>> 8)));
      head = (head + 1) & (SAMPLES - 1);
      length--;
    }
    units[at + HEAD] = head;
    units[at + LENGTH] = length;
    if (length === 0) {
      units[at + LEVEL] = 0;
      this.#floats.fill(0, at >>> 2, (at >>> 2) + SUMS);
    } else if (length < FEW && units[at + LEVEL]! > 0) units[at + LEVEL] = units[at + LEVEL]! - 1;
  }

  /** Adds the sample's gains, `weight` times, to the sums. */
  #weigh(at: number, sample: number, weight: number): void {
    const units = this.#units;
    const floats = this.#floats;
    const sums = at >>> 2;
    floats[sums] = floats[sums]! + weight;
    floats[sums + 1] = floats[sums + 1]! + weight * gain(units[at + PEER_RANKS + sample]!);
    floats[sums + 2] = floats[sums + 2]! + weight * gain(units[at + PORT_RANKS + sample]!);
  }

  /** One more flow behind every sample of the same peer, and of the same port. */
  #raise(at: number, peer: number, port: number): void {
    const units = this.#units;
    const words = this.#words;
    const peers = (at + PEERS) >>> 1;
    const ports = (at + PORTS) >>> 1;
    const length = units[at + LENGTH]!;
    const head = units[at + HEAD]!;
    let byPeer = 0;
    let byPort = 0;
    for (let n = 0; n < length; n++) {
      const i = (head + n) & (SAMPLES - 1);
      if (words[peers + i] === peer) byPeer += this.#raiseRank(at, PEER_RANKS + i, i);
      if (words[ports + i] === port) byPort += this.#raiseRank(at, PORT_RANKS + i, i);
    }
    const sums = at >>> 2;
    if (byPeer !== 0) this.#floats[sums + 1] = this.#floats[sums + 1]! + byPeer;
    if (byPort !== 0) this.#floats[sums + 2] = this.#floats[sums + 2]! + byPort;
  }

  #raiseRank(at: number, field: number, sample: number): number {
    const rank = this.#units[at + field]!;
    if (rank === MOST_RANK) return 0;
    this.#units[at + field] = rank + 1;
    return 2 ** (this.#units[at + CHANCES + sample]! >>> 8) * (gain(rank + 1) - gain(rank));
  }

  /** Keeps the newest flow if its chance says so; a full ring is thinned first. */
  #keep(at: number, peer: number, port: number, stampAndChance: number): void {
    const units = this.#units;
    const chance = stampAndChance & 0xff;
    while (units[at + LENGTH] === SAMPLES && chance >= units[at + LEVEL]!) {
      if (units[at + LEVEL] === MOST_LEVELS) return;
      units[at + LEVEL] = units[at + LEVEL]! + 1;
      this.#thin(at, units[at + LEVEL]!);
    }
    const level = units[at + LEVEL]!;
    if (chance < level) return;
    const length = units[at + LENGTH]!;
    const i = (units[at + HEAD]! + length) & (SAMPLES - 1);
    this.#words[((at + PEERS) >>> 1) + i] = peer;
    this.#words[((at + PORTS) >>> 1) + i] = port;
    units[at + PEER_RANKS + i] = 1;
    units[at + PORT_RANKS + i] = 1;
    units[at + STAMPS + i] = stampAndChance >>> 16;
    units[at + CHANCES + i] = (level << 8) | chance;
    units[at + LENGTH] = length + 1;
    this.#floats[at >>> 2] = this.#floats[at >>> 2]! + 2 ** level;
  }

  /** Keeps the samples whose chance reaches the level; those that stay stand for those that go. */
  #thin(at: number, level: number): void {
    const units = this.#units;
    const head = units[at + HEAD]!;
    const length = units[at + LENGTH]!;
    this.#floats.fill(0, at >>> 2, (at >>> 2) + SUMS);
    let kept = 0;
    for (let n = 0; n < length; n++) {
      const from = (head + n) & (SAMPLES - 1);
      const chance = units[at + CHANCES + from]! & 0xff;
      if (chance < level) continue;
      const to = (head + kept++) & (SAMPLES - 1);
      const own = Math.max(level, units[at + CHANCES + from]! >>> 8);
      this.#move(at, from, to);
      units[at + CHANCES + to] = (own << 8) | chance;
      this.#weigh(at, to, 2 ** own);
    }
    units[at + LENGTH] = kept;
  }

  #move(at: number, from: number, to: number): void {
    const units = this.#units;
    const words = this.#words;
    const peers = (at + PEERS) >>> 1;
    const ports = (at + PORTS) >>> 1;
    words[peers + to] = words[peers + from]!;
    words[ports + to] = words[ports + from]!;
    for (let field = PEER_RANKS; field <= STAMPS; field += SAMPLES) {
      units[at + field + to] = units[at + field + from]!;
    }
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
