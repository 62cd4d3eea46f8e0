import { STATE_FIRST } from '../record-state.ts';
import { WINDOW_FEATURES, type WindowColumns } from './columns.ts';
import { ContactGaps } from './contact-gaps.ts';
import { FACTS, NEW_PEERS, WindowCounters } from './counters.ts';
import { entropyOfFew, FIRST_ROWS, FirstRows } from './first-rows.ts';
import { HOST_WORDS, HostTable } from './host-table.ts';
import {
  FRESH,
  IS_DNS,
  IS_FAILED,
  IS_NEW,
  IS_NXDOMAIN,
  IS_SELF,
  ITEMS,
  MARKS,
  PENDING_ROWS,
  PendingRows,
  PORT,
  ROW_SUMS,
  START,
  TICK,
} from './pending-rows.ts';
import { PEERS, PORTS, RecentFlows } from './recent-flows.ts';
import { RowEndpoints, type WindowFlows } from './row-endpoints.ts';
import {
  DISTINCT_PEERS,
  DISTINCT_PORTS,
  loadFacts,
  PEER_ENTROPY,
  PORT_ENTROPY,
  REGULARITY,
  writeTotals,
} from './row-facts.ts';
import { BUCKETS, DEFAULT_WINDOWS, Moment, Spans } from './spans.ts';

/** How host windows are kept. */
export interface HostWindowsOptions {
  /** Lengths in seconds, rising multiples of the first. Default 1, 10, 60, 600. */
  readonly windows?: readonly number[];
  /** Hosts kept at once; past this the one idle longest is forgotten. Default 16,384. */
  readonly maxHosts?: number;
  /** Seed of hashes and samples; live use should draw it at random. */
  readonly seed?: number;
}

/** What a batch may carry beside its flows; each array a row of the batch. */
export interface WindowExtra {
  /** 1 where the flow carried a DNS query. Without it the DNS columns are empty. */
  readonly dnsQuery?: Uint8Array;
  /** 1 where its answer was NXDOMAIN. */
  readonly nxdomain?: Uint8Array;
  /** Row numbers in the order to take them, as {@link import('./end-order.ts').endOrder} gives. Default: as they stand. */
  readonly order?: Uint32Array;
}

/** What the windows have done so far. */
export interface HostWindowsStats {
  rows: number;
  /** Hosts held now; hosts forgotten because the table was full. */
  hosts: number;
  evicted: number;
  /** Of those evicted, hosts whose longest window was not empty: they lost something. */
  evictedActive: number;
  /** Sides of rows that ended before their host's newest: left out, their features empty. */
  late: number;
  /** Hosts begun afresh because a row ended longer before the newest than the longest window. */
  restarted: number;
  /** Bytes held: fixed at construction. */
  bytes: number;
}

const DEFAULT_HOSTS = 16_384;
/** Sets of four items remembered of a host, and entries of its log of flows. */
const MEMORY = { sets: [32, 16], entries: 512 } as const;
const MOST_STAMP = 0xffff;
/** More bytes than this in one record are not believed: so the sums of 512 of them stay exact. */
const MOST_COUNT = 2 ** 44;
/** What is known of a host: one to three first rows, or more than that. */
const IN_FULL = FIRST_ROWS + 1;
/** Numbers and words of a row that waits or is kept. */
const NUMBERS = 8;
const WORDS = 16;
const WIDTH = WINDOW_FEATURES.length;
/**
 * Features of hosts over sliding windows, in one pass over flow records and in fixed memory: see
 * `docs/windows.md`. A record counts at the time it **ended**, when it could be known. The features of
 * a row are those of its two hosts at that time: of the row itself and of rows observed before it, so
 * nothing that comes later, in the input or in time, can be in them. Rows are to come in the order of
 * their ends: a row that ended before its host's newest by two ticks (a quarter of the shortest window)
 * or more has empty features for that host, and does not count.
 */
export class HostWindows {
  readonly stats: HostWindowsStats;
  readonly #spans: Spans;
  readonly #moment: Moment;
  readonly #hosts: HostTable;
  readonly #endpoints: RowEndpoints;
  readonly #pending: PendingRows;
  readonly #counters: WindowCounters;
  readonly #flows: RecentFlows;
  readonly #gaps: ContactGaps;
  /** Newest tick of each host, and the tick that its stamps count from. */
  readonly #newest: Float64Array;
  readonly #base: Float64Array;
  /** How many rows are known of each host, up to {@link IN_FULL}, and the first of them. */
  readonly #known: Uint8Array;
  readonly #first: FirstRows;
  readonly #facts = new Float64Array(FACTS);
  readonly #totals = new Float64Array(FACTS);
  readonly #regularity: Float64Array;
  #hasDns = false;
  /** Keeps the early reads from being dropped as unused. */
  #warmth = 0;
  #values = new Float64Array(0);

  /** @throws WiresiftError `WINDOWS_LENGTHS` */
  constructor(options: HostWindowsOptions = {}) {
    const { windows = DEFAULT_WINDOWS, maxHosts = DEFAULT_HOSTS, seed = 0x5eed } = options;
    // A row has two hosts, and taking in the second must not push out the first.
    const hosts = Math.max(2, Math.floor(maxHosts));
    const spans = new Spans([...windows]);
    const count = spans.count;
    this.#spans = spans;
    this.#moment = new Moment(spans);
    this.#hosts = new HostTable(hosts);
    this.#endpoints = new RowEndpoints(seed);
    this.#pending = new PendingRows(hosts);
    this.#counters = new WindowCounters(hosts, count);
    this.#flows = new RecentFlows({ hosts, windows: count, moment: this.#moment, ...MEMORY });
    this.#gaps = new ContactGaps(hosts, spans.windows);
    this.#newest = new Float64Array(hosts);
    this.#base = new Float64Array(hosts);
    this.#known = new Uint8Array(hosts);
    this.#first = new FirstRows(hosts);
    this.#regularity = new Float64Array(count);
    this.stats = {
      rows: 0,
      hosts: 0,
      evicted: 0,
      evictedActive: 0,
      late: 0,
      restarted: 0,
      bytes: this.#bytes(),
    };
  }

  /** @returns one row of features a row of the batch, whatever the order; reused by the next call */
  observe(flows: WindowFlows, extra: WindowExtra = {}): WindowColumns {
    const rows = flows.length;
    const windows = this.#spans.windows;
    const stride = windows.length * WIDTH * 2;
    if (this.#values.length < rows * stride) this.#values = new Float64Array(rows * stride);
    this.#hasDns = extra.dnsQuery !== undefined;
    for (let from = 0; from < rows; from += PENDING_ROWS) {
      this.#take(flows, extra, from, Math.min(rows, from + PENDING_ROWS));
      this.#goThrough();
    }
    this.#warmth |= 0;
    this.stats.rows += rows;
    this.stats.hosts = this.#hosts.count;
    this.stats.evicted = this.#hosts.evicted;
    return { windows, rows, stride, values: this.#values.subarray(0, rows * stride) };
  }

  #bytes(): number {
    const parts = [
      this.#hosts,
      this.#pending,
      this.#counters,
      this.#flows,
      this.#gaps,
      this.#first,
    ];
    const own = 2 * this.#newest.byteLength + this.#known.byteLength;
    return parts.reduce((sum, part) => sum + part.bytes, own);
  }

  /** Takes in rows: their facts, and the slots of their hosts, which are claimed in their order. */
  #take(flows: WindowFlows, extra: WindowExtra, from: number, to: number): void {
    const pending = this.#pending;
    const { numbers, words } = pending;
    const { order, dnsQuery, nxdomain } = extra;
    const ends = this.#endpoints;
    for (let i = from; i < to; i++) {
      const row = order ? order[i]! : i;
      const n = i - from;
      const at = n * 8;
      ends.load(flows, row);
      pending.rows[n] = row;
      numbers[at + TICK] = this.#spans.tickAt(flows.end[row]!);
      numbers[at + START] = flows.start[row]!;
      numbers[at + ROW_SUMS] = countable(flows.originatorBytes[row]!);
      numbers[at + ROW_SUMS + 1] = countable(flows.responderBytes[row]!);
      numbers[at + ROW_SUMS + 2] = countable(flows.originatorPackets[row]!);
      numbers[at + ROW_SUMS + 3] = countable(flows.responderPackets[row]!);
      words[2 * at + ITEMS] = ends.originator;
      words[2 * at + ITEMS + 1] = ends.responder;
      words[2 * at + PORT] = ends.port;
      let marks = ends.failed ? IS_FAILED : 0;
      if (flows.state[row]! & STATE_FIRST) marks |= IS_NEW;
      if (dnsQuery && dnsQuery[row] !== 0) {
        marks |= nxdomain && nxdomain[row] !== 0 ? IS_DNS | IS_NXDOMAIN : IS_DNS;
      }
      words[2 * at + MARKS] = marks;
      pending.claim(this.#hosts, ends.words, 2 * n, ends.originator | 0);
      const self = ends.originator === ends.responder && sameHost(ends.words);
      if (!self) pending.claim(this.#hosts, ends.words, 2 * n + 1, ends.responder | 0);
      else words[2 * at + MARKS] = words[2 * at + MARKS]! | IS_SELF;
    }
    pending.length = to - from;
  }

  /** Counts the rows taken in, host by host, and writes the features of both sides. */
  #goThrough(): void {
    const pending = this.#pending;
    const { slots, firsts, next, words, rows } = pending;
    const width = this.#spans.count * WIDTH;
    for (let i = 0; i < pending.slotCount; i++) {
      const host = slots[i]!;
      let side = firsts[i]!;
      this.#warmth += this.#warm(host, side);
      for (; side >= 0; side = next[side]!) {
        const row = side >> 1;
        const at = (2 * rows[row]! + (side & 1)) * width;
        this.#see(host, side, at);
        if (words[row * 16 + MARKS]! & IS_SELF) this.#values.copyWithin(at + width, at, at + width);
      }
    }
    pending.clear();
  }

  /** Counts a side's row for its host, and writes the host's features to `at`. */
  #see(host: number, side: number, at: number): void {
    const { numbers, words } = this.#pending;
    const row = side >> 1;
    const tick = numbers[row * NUMBERS + TICK]!;
    const newest = this.#newest[host]!;
    const isFresh = (words[row * WORDS + MARKS]! & (FRESH << (side & 1))) !== 0;
    if (isFresh || tick < newest - this.#spans.longest) {
      this.#spans.moveTo(tick);
      if (!isFresh) this.stats.restarted++;
      // The slot's last host goes for this one.
      else if (this.#known[host] !== 0 && newest >= this.#spans.first[this.#spans.count - 1]!) {
        this.stats.evictedActive++;
      }
      this.#newest[host] = tick;
      this.#known[host] = 0;
      this.#keep(host, side, at);
    } else if (tick < newest - 1) {
      this.stats.late++;
      this.#values.fill(Number.NaN, at, at + this.#spans.count * WIDTH);
    } else if (this.#known[host]! < FIRST_ROWS) {
      const later = Math.max(tick, newest);
      this.#newest[host] = later;
      this.#spans.moveTo(later);
      this.#keep(host, side, at);
    } else {
      if (this.#known[host] === FIRST_ROWS) this.#unfold(host);
      this.#spans.moveTo(Math.max(tick, newest));
      if (tick > newest) this.#advance(host, newest, tick);
      else this.#moment.set(this.#spans, this.#base[host]!);
      const place = this.#count(host, side);
      this.#write(host, at, place);
    }
  }

  /** Keeps one of the first rows of a host as it is, and writes its features from those few. */
  #keep(host: number, side: number, at: number): void {
    const kept = this.#first;
    const oldest = host * FIRST_ROWS;
    const newest = oldest + this.#known[host]!++;
    kept.keep(newest, this.#pending, side, this.#newest[host]!);
    kept.markPeer(oldest, newest);
    const { first, count } = this.#spans;
    const values = this.#values;
    let from = newest + 1;
    for (let w = 0, to = at; w < count; w++, to += WIDTH) {
      const before = from;
      if (from > newest) from = newest;
      while (from > oldest && kept.tick(from - 1) >= first[w]!) from--;
      if (from === before) {
        for (let f = to; f < to + WIDTH; f++) values[f] = values[f - WIDTH]!;
      } else this.#putFew(to, from, newest);
    }
  }

  /** Writes the features of the kept rows `from` to `newest`. */
  #putFew(to: number, from: number, newest: number): void {
    const kept = this.#first;
    const facts = this.#facts;
    const totals = this.#totals;
    const values = this.#values;
    totals.fill(0);
    for (let row = from; row <= newest; row++) {
      loadFacts(facts, kept, row, kept.side(row));
      facts[NEW_PEERS] = kept.hasNewPeer(row) ? 1 : 0;
      for (let f = 0; f < FACTS; f++) totals[f] = totals[f]! + facts[f]!;
    }
    const flows = newest - from + 1;
    const peers = flows === 1 ? 1 : kept.distinct(from, newest, false);
    const ports = flows === 1 ? 1 : kept.distinct(from, newest, true);
    writeTotals(values, to, totals, this.#hasDns);
    values[to + DISTINCT_PEERS] = peers;
    values[to + DISTINCT_PORTS] = ports;
    values[to + PEER_ENTROPY] = entropyOfFew(flows, peers);
    values[to + PORT_ENTROPY] = entropyOfFew(flows, ports);
    values[to + REGULARITY] = Number.NaN;
  }

  /** Begins a host in full with the rows that were kept of it. */
  #unfold(host: number): void {
    const kept = this.#first;
    const spans = this.#spans;
    const oldest = host * FIRST_ROWS;
    this.#known[host] = IN_FULL;
    let tick = kept.tick(oldest);
    spans.moveTo(tick);
    this.#newest[host] = tick;
    this.#counters.clear(host, spans.head);
    this.#flows.clear(host);
    this.#gaps.clear(host);
    this.#base[host] = this.#baseAt(tick);
    this.#moment.set(spans, this.#base[host]!);
    for (let row = oldest; row < oldest + FIRST_ROWS; row++) {
      const before = tick;
      tick = kept.tick(row);
      if (tick > before) {
        spans.moveTo(tick);
        this.#advance(host, before, tick);
      }
      this.#count(host, kept.restore(row, this.#pending, PENDING_ROWS));
    }
  }

  /** Counts a row for its host, which stands at its tick. @returns the peer's place among its contacts */
  #count(host: number, side: number): number {
    const { numbers, words } = this.#pending;
    const row = side >> 1;
    const marks = words[row * WORDS + MARKS]!;
    const port = words[row * WORDS + PORT]!;
    const peer = words[row * WORDS + ITEMS + 1 - (side & 1)]!;
    loadFacts(this.#facts, this.#pending, row, side & 1);
    this.#facts[NEW_PEERS] = this.#flows.add(host, peer, port) ? 1 : 0;
    this.#counters.add(host, this.#moment, this.#facts);
    const start = numbers[row * NUMBERS + START]!;
    return this.#gaps.add(host, peer, start, (marks & IS_NEW) !== 0);
  }

  #warm(host: number, side: number): number {
    if (this.#known[host] !== IN_FULL) return this.#first.words[host * FIRST_ROWS * WORDS]!;
    const words = this.#pending.words;
    const peer = words[(side >> 1) * WORDS + ITEMS + 1 - (side & 1)]!;
    const port = words[(side >> 1) * WORDS + PORT]!;
    const sums = this.#counters.warm(host, this.#spans.head) + this.#gaps.warm(host);
    const items = this.#flows.warm(host, peer, port);
    return (sums + items + this.#newest[host]! + this.#base[host]!) | 0;
  }

  /** A base that leaves every stamp inside a window above 1, which is long ago. */
  #baseAt(tick: number): number {
    return tick - this.#spans.longest - 2;
  }

  /** Moves the windows of a host on to the tick that `spans` stand at. */
  #advance(host: number, newest: number, tick: number): void {
    const spans = this.#spans;
    const { first, head, inverse, bucketTicks } = spans;
    let base = this.#base[host]!;
    if (tick - base > MOST_STAMP) {
      const later = this.#baseAt(tick);
      this.#flows.rebase(host, later - base);
      this.#base[host] = later;
      base = later;
    }
    this.#newest[host] = tick;
    this.#moment.set(spans, base);
    let moved = false;
    for (let w = 0; w < spans.count; w++) {
      const behind = first[w]! + (BUCKETS - 1) * bucketTicks[w]! - newest;
      if (behind <= 0) continue;
      moved = true;
      const passed = Math.min(BUCKETS, Math.ceil(behind * inverse[w]! - 1e-9));
      this.#counters.advance(host, w, head[w]!, passed);
      this.#flows.advance(host, w, head[w]!, passed);
    }
    if (moved) this.#flows.expire(host);
  }

  #write(host: number, at: number, place: number): void {
    const values = this.#values;
    const totals = this.#totals;
    const recent = this.#flows;
    const counters = this.#counters;
    const regularity = this.#regularity;
    const head = this.#moment.head;
    const windows = this.#moment.windows;
    this.#gaps.read(place, regularity);
    let before = 0;
    for (let w = 0, to = at; w < windows; w++, to += WIDTH) {
      const flows = counters.flows(host, w, head[w]!);
      // Windows that hold as many flows hold the same.
      if (flows === before) {
        for (let f = to; f < to + WIDTH; f++) values[f] = values[f - WIDTH]!;
      } else {
        before = flows;
        counters.read(host, w, head[w]!, totals);
        const peers = recent.distinct(host, PEERS, w);
        const ports = recent.distinct(host, PORTS, w);
        writeTotals(values, to, totals, this.#hasDns);
        values[to + DISTINCT_PEERS] = peers;
        values[to + DISTINCT_PORTS] = ports;
        values[to + PEER_ENTROPY] = recent.entropy(host, w, flows, peers);
        values[to + PORT_ENTROPY] = recent.entropy(host, windows + w, flows, ports);
      }
      values[to + REGULARITY] = regularity[w]!;
    }
  }
}

/** What is unknown counts nothing. */
function countable(count: number): number {
  return count > 0 ? Math.min(count, MOST_COUNT) : 0;
}

function sameHost(words: Uint32Array): boolean {
  for (let i = 0; i < HOST_WORDS; i++) if (words[i] !== words[HOST_WORDS + i]) return false;
  return true;
}
