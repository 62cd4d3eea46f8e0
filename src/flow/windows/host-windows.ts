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
    const side = windows.length * WIDTH;
    if (this.#values.length < rows * side * 2) this.#values = new Float64Array(rows * side * 2);
    const order = extra.order;
    this.#hasDns = extra.dnsQuery !== undefined;
    for (let i = 0; i < rows; i++) {
      const row = order ? order[i]! : i;
      const at = row * side * 2;
      this.#load(flows, row, extra);
      const { originator, responder, words } = this.#endpoints;
      const self = originator === responder && sameHost(words);
      this.#see(0, originator, responder, at, flows, row);
      if (self) this.#values.copyWithin(at + side, at, at + side);
      else {
        this.#turn();
        this.#see(HOST_WORDS, responder, originator, at + side, flows, row);
      }
    }
    this.#warmth |= 0;
    this.stats.rows += rows;
    this.stats.hosts = this.#hosts.count;
    this.stats.evicted = this.#hosts.evicted;
    return { windows, rows, stride: side * 2, values: this.#values.subarray(0, rows * side * 2) };
  }

  #bytes(): number {
    const parts = [
      this.#hosts,
      this.#counters,
      this.#peers,
      this.#ports,
      this.#entropy,
      this.#gaps,
    ];
    const own = this.#newest.byteLength + this.#base.byteLength;
    return parts.reduce((sum, part) => sum + part.bytes, own);
  }

  /** The row's facts as its originator has them. */
  #load(flows: WindowFlows, row: number, extra: WindowExtra): void {
    const facts = this.#facts;
    this.#endpoints.load(flows, row);
    this.#spans.moveTo(this.#spans.tickAt(flows.end[row]!));
    facts[BYTES_OUT] = countable(flows.originatorBytes[row]!);
    facts[BYTES_IN] = countable(flows.responderBytes[row]!);
    facts[PACKETS_OUT] = countable(flows.originatorPackets[row]!);
    facts[PACKETS_IN] = countable(flows.responderPackets[row]!);
    facts[FLOWS] = 1;
    facts[FAILED] = this.#endpoints.failed ? 1 : 0;
    const asked = extra.dnsQuery !== undefined && extra.dnsQuery[row] !== 0;
    facts[DNS_QUERIES] = asked ? 1 : 0;
    facts[NXDOMAIN] = asked && extra.nxdomain !== undefined && extra.nxdomain[row] !== 0 ? 1 : 0;
  }

  /** The same facts as the responder has them. */
  #turn(): void {
    const facts = this.#facts;
    const bytes = facts[BYTES_OUT]!;
    facts[BYTES_OUT] = facts[BYTES_IN]!;
    facts[BYTES_IN] = bytes;
    const packets = facts[PACKETS_OUT]!;
    facts[PACKETS_OUT] = facts[PACKETS_IN]!;
    facts[PACKETS_IN] = packets;
  }

  /** Counts the row for one of its hosts, and writes the host's features to `at`. */
  #see(key: number, hash: number, peer: number, at: number, flows: WindowFlows, row: number): void {
    const host = this.#hosts.claim(this.#endpoints.words, key, hash | 0);
    const tick = this.#spans.tick;
    this.#warmth += this.#warm(host, peer);
    if (!this.#comeTo(host, tick)) {
      this.stats.late++;
      this.#values.fill(Number.NaN, at, at + this.#spans.count * WIDTH);
      return;
    }
    const moment = this.#moment;
    const port = this.#endpoints.port;
    this.#facts[NEW_PEERS] = this.#peers.touch(host, peer, moment) ? 1 : 0;
    this.#ports.touch(host, port, moment);
    this.#counters.add(host, moment, this.#facts);
    this.#entropy.add(host, peer, port, moment);
    const isNew = (flows.state[row]! & STATE_FIRST) !== 0;
    const place = this.#gaps.add(host, peer, flows.start[row]!, isNew);
    this.#gaps.read(place, this.#regularity);
    this.#write(host, at);
    if (this.#spans.tick !== tick) this.#spans.moveTo(tick);
  }

  #warm(host: number, peer: number): number {
    const sums = this.#counters.warm(host, this.#spans.head) + this.#gaps.warm(host);
    const items = this.#peers.warm(host, peer) + this.#ports.warm(host, this.#endpoints.port);
    return (sums + items + this.#entropy.warm(host) + this.#newest[host]! + this.#base[host]!) | 0;
  }

  /** Brings the host to this tick, its windows moved on. @returns false when the host is past it */
  #comeTo(host: number, tick: number): boolean {
    const spans = this.#spans;
    const newest = this.#newest[host]!;
    if (this.#hosts.fresh || tick < newest - spans.longest) {
      if (!this.#hosts.fresh) this.stats.restarted++;
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
      this.#counters.read(host, w, totals);
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
