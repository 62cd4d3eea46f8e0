import { STATE_FIRST } from '../record-state.ts';
import { WINDOW_FEATURES, type WindowColumns } from './columns.ts';
import { ContactGaps } from './contact-gaps.ts';
import {
  BYTES_IN,
  BYTES_OUT,
  DNS_QUERIES,
  FACTS,
  FAILED,
  FLOWS,
  NEW_PEERS,
  NXDOMAIN,
  PACKETS_IN,
  PACKETS_OUT,
  WindowCounters,
} from './counters.ts';
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
import { RecentDistinct } from './recent-distinct.ts';
import { RowEndpoints, type WindowFlows } from './row-endpoints.ts';
import { BUCKETS, DEFAULT_WINDOWS, Moment, Spans } from './spans.ts';
import { WindowEntropy } from './window-entropy.ts';

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
  /** Sides of rows that ended before their host's newest: left out, their features empty. */
  late: number;
  /** Hosts begun afresh because a row ended longer before the newest than the longest window. */
  restarted: number;
  /** Bytes held: fixed at construction. */
  bytes: number;
}

const DEFAULT_HOSTS = 16_384;
/** Latest items remembered of a host, by sets of eight, and cells to count more by. */
const PEER_MEMORY = { sets: 16, cells: 512 };
const PORT_MEMORY = { sets: 8, cells: 512 };
const MOST_STAMP = 0xffff;
/** More bytes than this in one record are not believed: so the sums of 512 of them stay exact. */
const MOST_COUNT = 2 ** 44;
/** Logarithms looked up. */
const LOGS = Float64Array.from({ length: 4096 }, (_, n) => Math.log2(n));
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
  readonly #peers: RecentDistinct;
  readonly #ports: RecentDistinct;
  readonly #entropy: WindowEntropy;
  readonly #gaps: ContactGaps;
  /** Newest tick of each host, and the tick that its stamps count from. */
  readonly #newest: Float64Array;
  readonly #base: Float64Array;
  readonly #facts = new Float64Array(FACTS);
  readonly #totals = new Float64Array(FACTS);
  readonly #entropies = new Float64Array(2);
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
    this.#peers = new RecentDistinct({ hosts, windows: count, ...PEER_MEMORY });
    this.#ports = new RecentDistinct({ hosts, windows: count, ...PORT_MEMORY });
    this.#entropy = new WindowEntropy(hosts, count, seed);
    this.#gaps = new ContactGaps(hosts, spans.windows);
    this.#newest = new Float64Array(hosts);
    this.#base = new Float64Array(hosts);
    this.#regularity = new Float64Array(count);
    this.stats = { rows: 0, hosts: 0, evicted: 0, late: 0, restarted: 0, bytes: this.#bytes() };
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
      this.#peers,
      this.#ports,
      this.#entropy,
      this.#gaps,
    ];
    const own = this.#newest.byteLength + this.#base.byteLength;
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

  /** The row's facts as this side of it has them. */
  #load(side: number): void {
    const facts = this.#facts;
    const numbers = this.#pending.numbers;
    const at = (side >> 1) * 8 + ROW_SUMS;
    const turned = side & 1;
    facts[BYTES_OUT] = numbers[at + turned]!;
    facts[BYTES_IN] = numbers[at + 1 - turned]!;
    facts[PACKETS_OUT] = numbers[at + 2 + turned]!;
    facts[PACKETS_IN] = numbers[at + 3 - turned]!;
    const marks = this.#pending.words[(side >> 1) * 16 + MARKS]!;
    facts[FLOWS] = 1;
    facts[FAILED] = (marks / IS_FAILED) & 1;
    facts[DNS_QUERIES] = (marks / IS_DNS) & 1;
    facts[NXDOMAIN] = (marks / IS_NXDOMAIN) & 1;
  }

  /** Counts a side's row for its host, and writes the host's features to `at`. */
  #see(host: number, side: number, at: number): void {
    const { numbers, words } = this.#pending;
    const row = side >> 1;
    const marks = words[row * 16 + MARKS]!;
    this.#spans.moveTo(numbers[row * 8 + TICK]!);
    if (!this.#comeTo(host, this.#spans.tick, (marks & (FRESH << (side & 1))) !== 0)) {
      this.stats.late++;
      this.#values.fill(Number.NaN, at, at + this.#spans.count * WIDTH);
      return;
    }
    const moment = this.#moment;
    const port = words[row * 16 + PORT]!;
    const peer = words[row * 16 + ITEMS + 1 - (side & 1)]!;
    this.#load(side);
    this.#facts[NEW_PEERS] = this.#peers.touch(host, peer, moment) ? 1 : 0;
    this.#ports.touch(host, port, moment);
    this.#counters.add(host, moment, this.#facts);
    this.#entropy.add(host, peer, port, moment);
    const start = numbers[row * 8 + START]!;
    const place = this.#gaps.add(host, peer, start, (marks & IS_NEW) !== 0);
    this.#gaps.read(place, this.#regularity);
    this.#write(host, at);
  }

  #warm(host: number, side: number): number {
    const words = this.#pending.words;
    const peer = words[(side >> 1) * 16 + ITEMS + 1 - (side & 1)]!;
    const port = words[(side >> 1) * 16 + PORT]!;
    const sums = this.#counters.warm(host, this.#spans.head) + this.#gaps.warm(host);
    const items = this.#peers.warm(host, peer) + this.#ports.warm(host, port);
    return (sums + items + this.#entropy.warm(host) + this.#newest[host]! + this.#base[host]!) | 0;
  }

  /** Brings the host to this tick, its windows moved on. @returns false when the host is past it */
  #comeTo(host: number, tick: number, fresh: boolean): boolean {
    const spans = this.#spans;
    const newest = this.#newest[host]!;
    if (fresh || tick < newest - spans.longest) {
      if (!fresh) this.stats.restarted++;
      this.#begin(host, tick);
    } else if (tick < newest - 1) return false;
    else if (tick < newest) spans.moveTo(newest);
    else if (tick > newest) this.#advance(host, newest, tick);
    this.#moment.set(spans, this.#base[host]!);
    return true;
  }

  #begin(host: number, tick: number): void {
    this.#counters.clear(host);
    this.#peers.clear(host);
    this.#ports.clear(host);
    this.#entropy.clear(host);
    this.#gaps.clear(host);
    this.#newest[host] = tick;
    this.#base[host] = this.#baseAt(tick);
  }

  /** A base that leaves every stamp inside a window above 1, which is long ago. */
  #baseAt(tick: number): number {
    return tick - this.#spans.longest - 2;
  }

  #advance(host: number, newest: number, tick: number): void {
    const spans = this.#spans;
    for (let w = 0; w < spans.count; w++) {
      const behind = spans.first[w]! + (BUCKETS - 1) * spans.bucketTicks[w]! - newest;
      if (behind <= 0) continue;
      const passed = Math.ceil(behind * spans.inverse[w]! - 1e-9);
      const head = spans.head[w]!;
      const steps = Math.min(passed, BUCKETS);
      this.#counters.advance(host, w, head, steps);
      this.#peers.advance(host, w, head, steps);
      this.#ports.advance(host, w, head, steps);
    }
    this.#newest[host] = tick;
    const base = this.#base[host]!;
    if (tick - base <= MOST_STAMP) return;
    const later = this.#baseAt(tick);
    this.#peers.rebase(host, later - base);
    this.#ports.rebase(host, later - base);
    this.#entropy.rebase(host, later - base);
    this.#base[host] = later;
  }

  #write(host: number, at: number): void {
    const values = this.#values;
    const totals = this.#totals;
    const entropies = this.#entropies;
    const moment = this.#moment;
    const hasDns = this.#hasDns;
    for (let w = 0, to = at; w < moment.windows; w++, to += WIDTH) {
      this.#counters.read(host, w, moment.head[w]!, totals);
      const flows = totals[FLOWS]!;
      this.#entropy.read(host, w, flows < LOGS.length ? LOGS[flows]! : Math.log2(flows), entropies);
      const asked = totals[DNS_QUERIES]!;
      // In the order of WINDOW_FEATURES.
      values[to] = flows;
      values[to + 1] = this.#peers.count(host, w, moment);
      values[to + 2] = this.#ports.count(host, w, moment);
      values[to + 3] = totals[FAILED]! / flows;
      values[to + 4] = totals[BYTES_OUT]!;
      values[to + 5] = totals[BYTES_IN]!;
      values[to + 6] = totals[PACKETS_OUT]!;
      values[to + 7] = totals[PACKETS_IN]!;
      values[to + 8] = entropies[0]!;
      values[to + 9] = entropies[1]!;
      values[to + 10] = this.#regularity[w]!;
      values[to + 11] = hasDns ? asked : Number.NaN;
      values[to + 12] = hasDns && asked > 0 ? totals[NXDOMAIN]! / asked : Number.NaN;
      values[to + 13] = totals[NEW_PEERS]! / flows;
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
