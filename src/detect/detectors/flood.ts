import type { Detector, DetectorContext } from '../detector.ts';
import { DistinctCounts } from '../distinct.ts';
import type { OpenEvidence } from '../evidence.ts';
import { addressText, type FlowRow, hashWords, ICMP, ICMPV6, TCP, UDP } from '../flow-row.ts';
import { Windows } from '../windows.ts';

/** Rate buckets a window holds, and the same again for flows that began in the window before. */
const BUCKETS = 8;
const SPAN = 2 * BUCKETS;

/**
 * Packets a second toward one destination (TCP: one of its ports): SYNs that came to nothing, one-way
 * UDP, ICMP. Counted in buckets of `floodWindow` seconds by flow start; a flow longer than a bucket
 * counts with the share that fits in one. The host named is the source that sent most of it (majority
 * vote of Boyer and Moore, 1991), or else the victim: spoofed sources name nobody.
 */
class Flood implements Detector {
  readonly kind = 'flood';
  readonly tables: Detector['tables'];
  readonly #context: DetectorContext;
  readonly #bucket: number;
  readonly #windows: Windows;
  readonly #key = new Uint32Array(5);
  readonly #attack: Float64Array;
  readonly #all: Float64Array;
  readonly #answers: Float64Array;
  readonly #sources: DistinctCounts;
  /** The vote: candidate's address words, its lead, packets it sent while candidate, packets of all. */
  readonly #candidate: Uint32Array;
  readonly #lead: Float64Array;
  readonly #votes: Float64Array;
  readonly #total: Float64Array;

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#bucket = context.limits.floodWindow * 1e6;
    const window = this.#bucket * BUCKETS;
    this.#windows = new Windows({
      slots: context.sizes.flood,
      keyWords: 5,
      window,
      seed: context.seed,
    });
    const { table } = this.#windows;
    this.tables = new Map([[this.kind, table]]);
    this.#attack = new Float64Array(table.slots * SPAN);
    this.#all = new Float64Array(table.slots * SPAN);
    this.#answers = new Float64Array(table.slots * SPAN);
    this.#sources = new DistinctCounts(table.slots);
    this.#candidate = new Uint32Array(table.slots * 4);
    this.#lead = new Float64Array(table.slots);
    this.#votes = new Float64Array(table.slots);
    this.#total = new Float64Array(table.slots);
  }

  get late(): number {
    return this.#windows.late;
  }

  takeOver(from: Flood, copyOf: (evidence: OpenEvidence) => OpenEvidence): void {
    this.#windows.takeOver(from.#windows, copyOf);
    this.#attack.set(from.#attack);
    this.#all.set(from.#all);
    this.#answers.set(from.#answers);
    this.#sources.takeOver(from.#sources);
    this.#candidate.set(from.#candidate);
    this.#lead.set(from.#lead);
    this.#votes.set(from.#votes);
    this.#total.set(from.#total);
  }

  observe(row: FlowRow): void {
    const { protocol } = row;
    const icmp = protocol === ICMP || protocol === ICMPV6;
    if (!row.isIp || !(icmp || protocol === TCP || protocol === UDP)) return;
    // A multicast stream is no flood. Answers nobody asked for are one (reflection), so they count.
    if (row.toMany || (protocol === TCP && !row.certain)) return;
    const key = this.#key;
    for (let i = 0; i < 4; i++) key[i] = row.words[4 + i]!;
    key[4] = (protocol << 16) | (protocol === TCP ? row.responderPort : 0);
    const slot = this.#windows.enter(key, row);
    if (slot < 0) return;
    if (this.#windows.fresh) this.#clear(slot);
    const offset = Math.floor((row.start - this.#windows.start[slot]!) / this.#bucket) + BUCKETS;
    const at = slot * SPAN + Math.min(SPAN - 1, Math.max(0, offset));
    const fits = Math.min(1, this.#bucket / Math.max(1, row.end - row.start));
    const packets = Math.max(1, row.originatorPackets) * fits;
    this.#all[at] = this.#all[at]! + (protocol === TCP ? 1 : packets);
    this.#answers[at] = this.#answers[at]! + row.responderPackets * fits;
    if (protocol === TCP && !row.synOnly) return;
    this.#windows.keep(slot, row);
    this.#attack[at] = this.#attack[at]! + packets;
    this.#sources.add(slot, hashWords(row.words, 0, 4, 1));
    this.#vote(slot, row.words, packets);
    this.#judge(slot, at, row);
  }

  judge(): void {}

  #clear(slot: number): void {
    this.#attack.fill(0, slot * SPAN, (slot + 1) * SPAN);
    this.#all.fill(0, slot * SPAN, (slot + 1) * SPAN);
    this.#answers.fill(0, slot * SPAN, (slot + 1) * SPAN);
    this.#sources.clear(slot);
    this.#lead[slot] = 0;
    this.#votes[slot] = 0;
    this.#total[slot] = 0;
  }

  #vote(slot: number, words: Uint32Array, packets: number): void {
    const at = slot * 4;
    const candidate = this.#candidate;
    let same = true;
    for (let i = 0; i < 4; i++) if (candidate[at + i] !== words[i]) same = false;
    this.#total[slot] = this.#total[slot]! + packets;
    if (same && this.#lead[slot]! > 0) {
      this.#lead[slot] = this.#lead[slot]! + packets;
      this.#votes[slot] = this.#votes[slot]! + packets;
    } else if (this.#lead[slot]! >= packets) this.#lead[slot] = this.#lead[slot]! - packets;
    else {
      for (let i = 0; i < 4; i++) candidate[at + i] = words[i]!;
      this.#lead[slot] = packets - this.#lead[slot]!;
      this.#votes[slot] = packets;
    }
  }

  #judge(slot: number, at: number, row: FlowRow): void {
    const { limits, store } = this.#context;
    const seconds = limits.floodWindow;
    const rate = this.#attack[at]! / seconds;
    const { protocol } = row;
    const threshold =
      protocol === TCP
        ? limits.synFloodRate
        : protocol === UDP
          ? limits.udpFloodRate
          : limits.icmpFloodRate;
    if (rate < threshold) return;
    const share = this.#attack[at]! / Math.max(1, this.#all[at]!);
    if (protocol === TCP && share < limits.synFloodShare) return;
    const answered = this.#answers[at]! / Math.max(1, this.#attack[at]!);
    if (protocol === UDP && answered > limits.udpFloodAnswer) return;
    const unit = protocol === TCP ? 'SYN/s' : 'packets/s';
    const sources = Math.min(this.#windows.kept[slot]!, this.#sources.count(slot));
    let evidence = this.#windows.raised[slot];
    if (!evidence) {
      const fromOne = this.#votes[slot]! / this.#total[slot]! >= limits.floodMajority;
      const role = fromOne ? 'source' : 'victim';
      const host = fromOne
        ? addressText(this.#candidate, slot * 4, row.addressLength)
        : addressText(row.words, 4, row.addressLength);
      evidence = store.open({ kind: this.kind, host, role, threshold, unit });
      this.#windows.raise(slot, evidence);
    }
    const isSource = evidence.name.role === 'source';
    const reasons = [
      {
        feature: protocol === TCP ? 'SYNs a second that came to nothing' : 'packets a second',
        value: Math.round(rate),
        contribution: rate / threshold,
      },
      { feature: 'distinct sources', value: sources, contribution: 0 },
    ];
    evidence.measure(rate, reasons, isSource ? 1 : sources, protocol === TCP ? 1 : 0);
  }
}

/** See `docs/detect.md`. */
export function createFlood(context: DetectorContext): Detector {
  return new Flood(context);
}
