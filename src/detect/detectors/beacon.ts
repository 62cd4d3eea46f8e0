import type { Detector, DetectorContext } from '../detector.ts';
import { DistinctCounts } from '../distinct.ts';
import type { OpenEvidence, PeerContext, Reason } from '../evidence.ts';
import type { EvidenceStore } from '../evidence-store.ts';
import { addressText, type FlowRow, hashWords, ICMP, ICMPV6, TCP, UDP } from '../flow-row.ts';
import { SlotTable } from '../slot-table.ts';
import { Windows } from '../windows.ts';

/** Connections kept of each pair: the latest. */
const RING = 32;
/** A pair is judged anew each time this many connections were added. */
const STEP = 8;
/** Added to the weight of a pair found regular, so that eviction takes it last. */
const PRECIOUS = 1 << 24;
/** DNS, NTP, mDNS, LLMNR, NetBIOS names, SSDP, DHCP: asked at intervals by design. */
const SERVICE_PORTS: ReadonlySet<number> = new Set([53, 67, 123, 137, 547, 853, 1900, 5353, 5355]);

/** Median of the first `count` numbers, which it sorts in place. */
function medianOf(values: Float64Array, count: number): number {
  const part = values.subarray(0, count).sort();
  const middle = count >> 1;
  return count % 2 === 1 ? part[middle]! : (part[middle - 1]! + part[middle]!) / 2;
}

/** Median absolute deviation from `median`; overwrites the values. */
function deviationOf(values: Float64Array, count: number, median: number): number {
  for (let i = 0; i < count; i++) values[i] = Math.abs(values[i]! - median);
  return medianOf(values, count);
}

/**
 * Regular connections from one source to one service of one destination: gaps between starts, and
 * bytes, that hardly deviate from their medians. Judged on the latest 32 connections, sorted by start.
 */
class Beacon implements Detector {
  readonly kind = 'beacon';
  readonly tables: Detector['tables'];
  readonly #context: DetectorContext;
  readonly #windows: Windows;
  readonly #key = new Uint32Array(9);
  readonly #starts: Float64Array;
  readonly #sizes: Float32Array;
  readonly #spreads: Float32Array;
  readonly #periods: Float32Array;
  readonly #sizeSpreads: Float32Array;
  readonly #popularity: SlotTable;
  readonly #visitors: DistinctCounts;
  /** Distinct sources inside the site, in its one slot. */
  readonly #insiders = new DistinctCounts(1, 4096);
  readonly #times = new Float64Array(RING);
  readonly #work = new Float64Array(RING);
  /** What the latest look at a pair measured. */
  #spread = 0;
  #sizeSpread = 0;
  #period = 0;

  constructor(context: DetectorContext) {
    const { seed, sizes } = context;
    this.#context = context;
    const window = Number.POSITIVE_INFINITY;
    this.#windows = new Windows({ slots: sizes.beacon, keyWords: 9, window, seed });
    this.#popularity = new SlotTable({
      slots: sizes.popularity,
      keyWords: 5,
      horizon: 86_400e6,
      seed,
    });
    this.#visitors = new DistinctCounts(this.#popularity.slots, 64);
    this.tables = new Map([
      [this.kind, this.#windows.table],
      ['popularity', this.#popularity],
    ]);
    const { slots } = this.#windows.table;
    this.#starts = new Float64Array(slots * RING);
    this.#sizes = new Float32Array(slots * RING);
    this.#spreads = new Float32Array(slots);
    this.#periods = new Float32Array(slots);
    this.#sizeSpreads = new Float32Array(slots);
  }

  readonly late = 0;

  takeOver(from: Beacon, copyOf: (evidence: OpenEvidence) => OpenEvidence): void {
    this.#windows.takeOver(from.#windows, copyOf);
    this.#starts.set(from.#starts);
    this.#sizes.set(from.#sizes);
    this.#spreads.set(from.#spreads);
    this.#periods.set(from.#periods);
    this.#sizeSpreads.set(from.#sizeSpreads);
    this.#popularity.takeOver(from.#popularity);
    this.#visitors.takeOver(from.#visitors);
    this.#insiders.takeOver(from.#insiders);
  }

  observe(row: FlowRow): void {
    if (!row.isIp || !row.isNew || row.looksLikeReply) return;
    if (row.protocol === TCP && !row.certain) return;
    const { words } = row;
    const key = this.#key;
    for (let i = 0; i < 8; i++) key[i] = words[i]!;
    key[8] = (row.protocol << 24) | (row.addressLength << 16) | row.responderPort;
    const slot = this.#windows.enter(key, row);
    this.#windows.keep(slot, row);
    const { table } = this.#windows;
    const fresh = this.#windows.fresh;
    if (fresh) this.#spreads[slot] = Number.NaN;
    const flows = this.#windows.flows[slot]!;
    const at = slot * RING + ((flows - 1) % RING);
    this.#starts[at] = row.start;
    this.#sizes[at] = row.originatorBytes + row.responderBytes;
    if (fresh) this.#visit(row);
    if (flows >= this.#context.limits.beaconFlows && flows % STEP === 0 && this.#look(slot)) {
      this.#spreads[slot] = this.#spread;
      this.#periods[slot] = this.#period;
      this.#sizeSpreads[slot] = this.#sizeSpread;
    }
    if (!Number.isNaN(this.#spreads[slot]!)) table.weight[slot] = PRECIOUS + flows;
  }

  judge(store: EvidenceStore): void {
    const { table, flows } = this.#windows;
    for (let slot = 0; slot < table.slots; slot++) {
      if (!table.isUsed(slot) || flows[slot]! < this.#context.limits.beaconFlows) continue;
      if (!this.#look(slot)) {
        if (Number.isNaN(this.#spreads[slot]!)) continue;
        this.#spread = this.#spreads[slot]!;
        this.#period = this.#periods[slot]!;
        this.#sizeSpread = this.#sizeSpreads[slot]!;
      }
      this.#raise(slot, store);
    }
  }

  /** Counts the source among those that use the destination's service. */
  #visit(row: FlowRow): void {
    const key = this.#key.subarray(4);
    const slot = this.#popularity.claim(key, row.start);
    if (this.#popularity.fresh) this.#visitors.clear(slot);
    const source = hashWords(row.words, 0, 4, 1);
    this.#visitors.add(slot, source);
    if (this.#context.site.holdsWords(row.words, 0, row.addressLength)) {
      this.#insiders.add(0, source);
    }
  }

  /** Measures the pair. @returns whether its spreads lie within the thresholds */
  #look(slot: number): boolean {
    const { limits } = this.#context;
    const count = Math.min(RING, this.#windows.flows[slot]!);
    const from = slot * RING;
    const times = this.#times;
    const work = this.#work;
    for (let i = 0; i < count; i++) times[i] = this.#starts[from + i]!;
    times.subarray(0, count).sort();
    if (times[count - 1]! - times[0]! < limits.beaconSpan * 1e6) return false;
    for (let i = 1; i < count; i++) work[i - 1] = times[i]! - times[i - 1]!;
    const gap = medianOf(work, count - 1);
    if (gap < limits.beaconGap * 1e6) return false;
    this.#spread = deviationOf(work, count - 1, gap) / gap;
    if (this.#spread > limits.beaconGapSpread) return false;
    for (let i = 0; i < count; i++) work[i] = this.#sizes[from + i]!;
    const size = medianOf(work, count);
    this.#sizeSpread = deviationOf(work, count, size) / Math.max(1, size);
    this.#period = gap / 1e6;
    return this.#sizeSpread <= limits.beaconSizeSpread;
  }

  #raise(slot: number, store: EvidenceStore): void {
    const { limits } = this.#context;
    const { keys } = this.#windows.table;
    const at = slot * 9;
    const length = (keys[at + 8]! >>> 16) & 255;
    // As precise as what is remembered: both ways must tell the same.
    const spread = Math.fround(this.#spread);
    const context = this.#peerContext(at, length);
    const evidence = store.open({
      kind: this.kind,
      host: addressText(keys, at, length),
      role: 'source',
      threshold: 1 - limits.beaconGapSpread,
      unit: 'regularity: 1 - MAD / median of gaps',
      ...(context ? { context } : {}),
    });
    this.#windows.tell(slot, evidence);
    const flows = this.#windows.flows[slot]!;
    const round = (value: number): number => Math.round(value * 1000) / 1000;
    const sizeSpread = Math.fround(this.#sizeSpread);
    const reasons: Reason[] = [
      { feature: 'period in seconds', value: round(Math.fround(this.#period)), contribution: 0 },
      {
        feature: 'connections',
        value: flows,
        contribution: flows / limits.beaconFlows,
      },
      {
        feature: 'spread of gaps',
        value: round(spread),
        contribution: Math.min(100, limits.beaconGapSpread / Math.max(0.002, spread)),
      },
      {
        feature: 'spread of sizes',
        value: round(sizeSpread),
        contribution: Math.min(100, limits.beaconSizeSpread / Math.max(0.002, sizeSpread)),
      },
    ];
    evidence.measure(round(1 - spread), reasons, 1, 1);
  }

  #peerContext(at: number, length: number): PeerContext | undefined {
    const { limits, site } = this.#context;
    const { keys } = this.#windows.table;
    const protocol = keys[at + 8]! >>> 24;
    const first = keys[at + 4]!;
    if (length === 16 ? first >>> 24 === 255 : first >>> 28 >= 14 || (first & 255) === 255) {
      return 'multicast';
    }
    if (protocol === ICMP || protocol === ICMPV6) return 'echo';
    if (protocol === UDP && SERVICE_PORTS.has(keys[at + 8]! & 0xffff)) {
      return 'time-or-name-service';
    }
    const key = this.#key.subarray(4);
    for (let i = 0; i < 5; i++) key[i] = keys[at + 4 + i]!;
    const known = this.#popularity.find(key);
    // Three bots in a large site must not make their server look like the site's own.
    const share = limits.beaconPopularShare * this.#insiders.count(0);
    const needed = Math.max(limits.beaconPopular, share);
    if (known >= 0 && this.#visitors.count(known) >= needed) return 'popular';
    return site.holdsWords(keys, at + 4, length) ? 'internal' : undefined;
  }
}

/** See `docs/detect.md`. */
export function createBeacon(context: DetectorContext): Detector {
  return new Beacon(context);
}
