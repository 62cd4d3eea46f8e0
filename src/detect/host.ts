import { WiresiftError } from '../base/index.ts';
import { ClassSums } from './class-sums.ts';
import { DistinctCounts } from './distinct.ts';
import { OpenEvidence, type Reason } from './evidence.ts';
import { addressText, type FlowRow, hashWords } from './flow-row.ts';
import { judgeHost } from './host-rule.ts';
import type { SlotTable } from './slot-table.ts';
import type { Limits } from './thresholds.ts';
import { Windows } from './windows.ts';

/**
 * What a model may do. `raises`: a host it finds too unlikely is evidence. `corroborates`: it is heard
 * beside evidence of others and accuses nobody, because it misfires on traffic unlike its data.
 */
export type ModelRole = 'raises' | 'corroborates';

/** What the model file says of the model that scored the flows. */
export interface ModelFacts {
  /** By which alerts call it: `ctu13-botnet`. */
  readonly name: string;
  /** Default `raises`. */
  readonly role?: ModelRole;
  /** Id of the schema it reads. */
  readonly schema?: string;
  /** Classes of harm, when it tells several apart: it then names the kind as well. */
  readonly kinds?: readonly string[];
  /** Hash of the model file. */
  readonly hash: string;
  /** Name of the class whose probability the scores are. */
  readonly className: string;
  /** Scores at or above it count. */
  readonly threshold: number;
  /**
   * Scores strictly between, around the threshold, that the model abstains on: counted, and no evidence.
   * Absent: it abstains on none.
   */
  readonly unsure?: { readonly from: number; readonly to: number };
  /** Share of validation negatives at or above the threshold, and the upper bound of that share. */
  readonly falsePositiveRate: number;
  readonly falsePositiveRateUpper: number;
}

/** How one model saw one host. */
export interface ModelVoice {
  readonly model: ModelFacts;
  readonly scored: number;
  readonly above: number;
  /** Highest score; 0 when no flow was above the threshold. */
  readonly best: number;
  /** P(X >= above) had the host been harmless, after the design effect; see `docs/detect.md`. */
  readonly tailProbability: number;
  /** What {@link ModelVoice.tailProbability} had to fall below. */
  readonly level: number;
  readonly raised: boolean;
  /**
   * The kind of harm that the flows above the threshold point to, with its mean probability. Null when
   * the model tells kinds apart but is not sure enough; absent when it does not, or nothing was above.
   */
  readonly kind?: { readonly name: string; readonly probability: number } | null;
}

/** What one model made of the flows so far. */
export interface ModelCounts {
  readonly name: string;
  readonly scored: number;
  readonly above: number;
  /** Flows too unsure to be called either way; among the scored, not among those above. */
  readonly abstained: number;
  /** Hosts that it saw, and those it found too unlikely; the latter known at the end. */
  readonly hosts: number;
  readonly raised: number;
}

/** Scores that one model gave to the rows of a batch. */
export interface ModelScores {
  /** Its place in the options' list. */
  readonly model: number;
  /** Probability of harm, one a row; NaN for a row that has none. */
  readonly scores: Float32Array;
  readonly explain?: Explain | undefined;
  /** Rows × {@link ModelFacts.kinds}, row-major; for models that tell kinds apart. */
  readonly kinds?: Float32Array | undefined;
  /** Hosts whose last flows the model forgot for want of room, so far. */
  readonly forgotten?: number | undefined;
}

/** Why a row scored as it did, the weightiest first or not. */
export type Explain = (row: number) => readonly Reason[];

/** Flows of a host whose explanations are averaged: its highest-scored. */
export const EXPLAINED_FLOWS = 5;
/** Features kept of each explanation, and shown of the average. */
const EXPLAINED_FEATURES = 12;
const SHOWN_FEATURES = 6;
/** The first flow above the threshold is not explained: explaining costs more than scoring, and hosts are many. */
const EXPLAIN_FROM = 2;
/** Flows above the threshold from which a host's evidence is gathered in full. */
const OPEN_FROM = 4;

interface Explained {
  readonly score: number;
  readonly reasons: readonly Reason[];
}

const byWeight = (a: Reason, b: Reason): number =>
  Math.abs(b.contribution) - Math.abs(a.contribution) || (a.feature < b.feature ? -1 : 1);

/** Mean contribution a feature over the explained flows; the value is the highest-scored flow's. */
function averageReasons(explained: readonly Explained[]): Reason[] {
  const sums = new Map<string, { value: string | number; sum: number }>();
  for (const { reasons } of explained) {
    for (const { feature, value, contribution } of reasons) {
      const entry = sums.get(feature);
      if (entry) entry.sum += contribution;
      else sums.set(feature, { value, sum: contribution });
    }
  }
  return [...sums]
    .map(([feature, { value, sum }]) => ({ feature, value, contribution: sum / explained.length }))
    .sort(byWeight)
    .slice(0, SHOWN_FEATURES);
}

/**
 * Counts per originator host how many of its flows the model scored at or above its threshold, in a
 * table of fixed size. A host is evidence when so many would be too unlikely at the false-positive
 * rate's upper bound: never for one flow.
 */
export class ModelHosts {
  readonly table: SlotTable;
  readonly #model: ModelFacts;
  readonly #limits: Limits;
  readonly #key = new Uint32Array(5);
  /** Entered: scored flows. Kept: those at or above the threshold. */
  readonly #windows: Windows;
  readonly #best: Float32Array;
  readonly #peers: DistinctCounts;
  readonly #ports: DistinctCounts;
  readonly #port = new Uint32Array(1);
  readonly #explained: (Explained[] | undefined)[];
  readonly #kinds: ClassSums | undefined;
  scored = 0;
  above = 0;
  abstained = 0;
  #raised = 0;
  /** Scores from which a flow counts: the threshold, or where the model is sure. */
  readonly #from: number;

  /** What it has seen so far. */
  get counts(): ModelCounts {
    const { scored, above, abstained, table } = this;
    const hosts = table.inserted;
    return { name: this.#model.name, scored, above, abstained, hosts, raised: this.#raised };
  }

  /** @throws WiresiftError `DETECT_MODEL` when the false-positive rate's bound lies outside (0, 1) */
  constructor(model: ModelFacts, limits: Limits, slots: number, seed: number) {
    const { threshold, falsePositiveRateUpper: upper } = model;
    if (!(upper > 0 && upper < 1) || !Number.isFinite(threshold)) {
      throw new WiresiftError({
        code: 'DETECT_MODEL',
        where: 'model file',
        saw: `threshold ${threshold}, upper bound of the false-positive rate ${upper}`,
        expected: 'a finite threshold and a bound between 0 and 1',
        todo: 'Train the model again with a validation part that holds negatives.',
      });
    }
    this.#model = model;
    this.#limits = limits;
    this.#from = model.unsure?.to ?? threshold;
    this.#windows = new Windows({ slots, keyWords: 5, window: Number.POSITIVE_INFINITY, seed });
    this.table = this.#windows.table;
    this.#best = new Float32Array(this.table.slots);
    this.#peers = new DistinctCounts(this.table.slots, 256);
    this.#ports = new DistinctCounts(this.table.slots, 256);
    this.#explained = new Array<Explained[] | undefined>(this.table.slots).fill(undefined);
    this.#kinds = model.kinds && new ClassSums(this.table.slots, model.kinds);
  }

  /** Becomes a copy of the counts of the same model. */
  takeOver(from: ModelHosts): void {
    this.#windows.takeOver(from.#windows, (evidence) => evidence.copy());
    this.#best.set(from.#best);
    this.#peers.takeOver(from.#peers);
    this.#ports.takeOver(from.#ports);
    from.#explained.forEach((kept, slot) => {
      this.#explained[slot] = kept && [...kept];
    });
    if (from.#kinds) this.#kinds?.takeOver(from.#kinds);
    this.scored = from.scored;
    this.above = from.above;
    this.abstained = from.abstained;
  }

  /** Counts one scored flow. @param index its row in the batch */
  observe(row: FlowRow, { scores, explain, kinds }: ModelScores, index: number): void {
    const score = scores[index]!;
    if (Number.isNaN(score)) return;
    const key = this.#key;
    for (let i = 0; i < 4; i++) key[i] = row.words[i]!;
    key[4] = row.addressLength;
    const windows = this.#windows;
    const slot = windows.enter(key, row);
    if (windows.fresh) {
      this.#best[slot] = 0;
      this.#peers.clear(slot);
      this.#ports.clear(slot);
      this.#explained[slot] = undefined;
      this.#kinds?.clear(slot);
    }
    this.scored++;
    if (score >= this.#from) {
      this.#countAbove(slot, row, score);
      if (kinds) this.#kinds?.add(slot, kinds, index);
    } else if (this.#model.unsure && score > this.#model.unsure.from) this.abstained++;
    const above = windows.kept[slot]!;
    // Hosts with flows above the threshold are evicted after all others.
    this.table.weight[slot] = Math.min(above, 4095) * 2 ** 20 + 1;
    // A model that only corroborates raises no alert that its reasons could stand in.
    const tells = this.#model.role !== 'corroborates' && above >= EXPLAIN_FROM;
    if (tells && explain && score >= this.#from) this.#explain(slot, score, index, explain);
  }

  /**
   * Evidence of the hosts whose count is too unlikely, and how the model saw every host, as if the
   * input ended here; flows may follow.
   */
  judge(): { evidence: OpenEvidence[]; voices: Map<string, ModelVoice> } {
    const evidence: OpenEvidence[] = [];
    const voices = new Map<string, ModelVoice>();
    this.#raised = 0;
    for (let slot = 0; slot < this.table.slots; slot++) {
      if (!this.table.isUsed(slot)) continue;
      const host = addressText(this.table.keys, slot * 5, this.table.keys[slot * 5 + 4]!);
      const seen = this.#voiceOf(slot);
      voices.set(host, seen);
      if (seen.raised) this.#raised++;
      if (!seen.raised || this.#model.role === 'corroborates') continue;
      const open = this.#windows.raised[slot] ?? this.#told(slot);
      open.score = this.#best[slot]!;
      open.peerCount = Math.min(seen.above, this.#peers.count(slot));
      open.portCount = Math.min(seen.above, this.#ports.count(slot));
      open.reasons = averageReasons(this.#explained[slot] ?? []);
      evidence.push(open);
    }
    return { evidence, voices };
  }

  #voiceOf(slot: number): ModelVoice {
    const above = this.#windows.kept[slot]!;
    const scored = this.#windows.flows[slot]!;
    const rate = this.#model.falsePositiveRateUpper;
    const rule = { rate, hosts: this.table.inserted, limits: this.#limits };
    const best = this.#best[slot]!;
    const verdict = judgeHost({ scored, above }, rule);
    const counts = { model: this.#model, scored, above, best, ...verdict };
    if (!this.#kinds || above === 0) return counts;
    return { ...counts, kind: this.#kinds.verdict(slot, above, this.#limits) };
  }

  #countAbove(slot: number, row: FlowRow, score: number): void {
    this.above++;
    this.#windows.keep(slot, row);
    // From here on its flows are sampled as they come; single flows of many hosts cost no objects.
    if (this.#windows.kept[slot] === OPEN_FROM) this.#open(slot);
    if (score > this.#best[slot]!) this.#best[slot] = score;
    this.#peers.add(slot, hashWords(row.words, 4, 4, 1));
    if (row.responderPort > 0) {
      this.#port[0] = row.responderPort;
      this.#ports.add(slot, hashWords(this.#port, 0, 1, 1));
    }
  }

  #open(slot: number): OpenEvidence {
    const evidence = this.#named(slot);
    this.#windows.raise(slot, evidence);
    return evidence;
  }

  /** Evidence of a slot that has too few flows to be gathered as they come. */
  #told(slot: number): OpenEvidence {
    const evidence = this.#named(slot);
    this.#windows.tell(slot, evidence);
    return evidence;
  }

  #named(slot: number): OpenEvidence {
    const { keys } = this.table;
    return new OpenEvidence({
      kind: 'model',
      host: addressText(keys, slot * 5, keys[slot * 5 + 4]!),
      role: 'source',
      threshold: this.#model.threshold,
      unit: `probability of ${this.#model.className}`,
    });
  }

  #explain(slot: number, score: number, index: number, explain: Explain): void {
    const kept = (this.#explained[slot] ??= []);
    if (kept.length === EXPLAINED_FLOWS) {
      if (score <= kept[EXPLAINED_FLOWS - 1]!.score) return;
      kept.pop();
    }
    const reasons = [...explain(index)].sort(byWeight).slice(0, EXPLAINED_FEATURES);
    kept.push({ score, reasons });
    kept.sort((a, b) => b.score - a.score);
  }
}
