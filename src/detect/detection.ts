import type { FlowBatch } from '../flow/index.ts';
import { type Alert, buildAlerts, type Versions } from './alert.ts';
import { Continuations } from './continuation.ts';
import { addLosses, coverageOf, type Losses, NO_LOSSES } from './coverage.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { DETECTORS } from './detectors/index.ts';
import type { OpenEvidence } from './evidence.ts';
import { EvidenceStore } from './evidence-store.ts';
import { FlowRow } from './flow-row.ts';
import {
  type ModelCounts,
  type ModelFacts,
  ModelHosts,
  type ModelScores,
  type ModelVoice,
} from './host.ts';
import { Site } from './network.ts';
import { isShown, type Severity } from './policy.ts';
import type { SlotTable } from './slot-table.ts';
import { resolveThresholds, TABLE_SIZES, type TableSizes } from './thresholds.ts';

/** How detection works; all but the program's version has a default. */
export interface DetectionOptions {
  readonly version: string;
  /** Id of the schema of the flows that the detectors see. */
  readonly schema?: string;
  /** Models that score flows, the one that alerts are to name first. Default none. */
  readonly models?: readonly ModelFacts[];
  /** Overrides of {@link import('./thresholds.ts').THRESHOLDS} by name. */
  readonly thresholds?: Readonly<Record<string, number>>;
  readonly sizes?: Partial<TableSizes>;
  /** Networks that are inside; default {@link import('./network.ts').INTERNAL_NETWORKS}. */
  readonly internal?: readonly string[];
  /** Names of the anomaly bits. */
  readonly anomalyNames?: (low: number, high: number) => string[];
  /** Alerts below are counted, not returned. Default `medium`. */
  readonly minimumSeverity?: Severity;
  /** Seed of Community IDs, 0 to 65535; must be the same in all tools of a site. */
  readonly communitySeed?: number;
  /** Seed of the tables' hashes. */
  readonly seed?: number;
}

/** What detection took in, and what its bounds made it leave out. */
export interface DetectionSummary {
  readonly flows: number;
  /** Records that went on with a flow already counted. */
  readonly continuations: number;
  /** Over all models: a flow that two of them score counts twice. */
  readonly scored: number;
  readonly above: number;
  /** The same of each model, in the order of the options. */
  readonly models: readonly ModelCounts[];
  /** Flows that came after their window had passed. */
  readonly late: number;
  /** Keys evicted from each fixed-size table. */
  readonly evicted: Readonly<Record<string, number>>;
  readonly evidenceDropped: number;
  /** Alerts below the least severity to show; known after {@link Detection.finish}. */
  readonly suppressed: number;
}

/** Judges flows batch by batch. */
export interface Detection {
  /**
   * Takes one batch; keeps nothing of it.
   * @param scored what models say of its rows; `explain` is called for few rows, during this call
   */
  addBatch(batch: FlowBatch, scored?: readonly ModelScores[]): void;
  /** The same for flows of another view of the same traffic: models alone see them. */
  addScores(batch: FlowBatch, scored: readonly ModelScores[]): void;
  /**
   * Adds to what was lost before flows came here; every alert tells it. To be called before
   * {@link Detection.finish}.
   */
  noteLoss(losses: Losses): void;
  /**
   * The alerts as if the input ended here, those of at least the least severity. Changes nothing: what
   * follows is judged as if nobody had asked. An alert of a later look is the same as one of an
   * earlier when {@link import('./alert.ts').alertKey} says so; it may also be gone.
   * @param more gives a copy of this detection flows that are to be judged as well, such as are open
   */
  preview(more?: (scout: Detection) => void): Alert[];
  /** Ends the input. @returns the alerts of at least the least severity, in a fixed order */
  finish(): Alert[];
  readonly summary: DetectionSummary;
}

class FlowDetection implements Detection {
  readonly #options: DetectionOptions;
  readonly #context: DetectorContext;
  readonly #detectors: readonly Detector[];
  readonly #continuations: Continuations;
  readonly #hosts: readonly ModelHosts[];
  readonly #row = new FlowRow();
  /** By model: hosts whose last flows it forgot. */
  readonly #forgotten = new Map<number, number>();
  #losses = NO_LOSSES;
  #flows = 0;
  #suppressed = 0;
  /** Evidence given up when all was judged. */
  #dropped: number | undefined;
  #finished: Alert[] | undefined;
  /** Judges flows that this must not count; made when first needed, for it costs the same memory. */
  #scout: FlowDetection | undefined;

  constructor(options: DetectionOptions) {
    this.#options = options;
    const sizes = { ...TABLE_SIZES, ...options.sizes };
    const limits = resolveThresholds(options.thresholds);
    const seed = options.seed ?? 0;
    const site = new Site(options.internal);
    const store = new EvidenceStore(sizes.evidence);
    this.#context = { limits, sizes, seed, store, site };
    this.#detectors = DETECTORS.map((create) => create(this.#context));
    this.#continuations = new Continuations(sizes.continuations, seed);
    this.#hosts = (options.models ?? []).map(
      (model) => new ModelHosts(model, limits, sizes.hosts, seed),
    );
  }

  addBatch(batch: FlowBatch, scored: readonly ModelScores[] = []): void {
    const row = this.#row;
    for (let i = 0; i < batch.length; i++) {
      row.load(batch, i);
      if (row.isIp) {
        row.isNew = !this.#continuations.check(row);
        for (const detector of this.#detectors) detector.observe(row);
      }
      for (const each of scored) this.#hosts[each.model]?.observe(row, each, i);
    }
    this.#flows += batch.length;
    this.#noteForgotten(scored);
  }

  addScores(batch: FlowBatch, scored: readonly ModelScores[]): void {
    const row = this.#row;
    for (let i = 0; i < batch.length; i++) {
      row.load(batch, i);
      for (const each of scored) this.#hosts[each.model]?.observe(row, each, i);
    }
    this.#noteForgotten(scored);
  }

  #noteForgotten(scored: readonly ModelScores[]): void {
    for (const { model, forgotten } of scored) {
      if (forgotten !== undefined) this.#forgotten.set(model, forgotten);
    }
  }

  noteLoss(losses: Losses): void {
    this.#losses = addLosses(this.#losses, losses);
  }

  preview(more?: (scout: Detection) => void): Alert[] {
    if (this.#finished) return this.#finished;
    if (!more) return this.#judge().shown;
    const scout = (this.#scout ??= new FlowDetection(this.#options));
    scout.#takeOver(this);
    more(scout);
    return scout.#judge().shown;
  }

  #takeOver(from: FlowDetection): void {
    const copyOf = this.#context.store.takeOver(from.#context.store);
    this.#detectors.forEach((detector, i) => {
      detector.takeOver(from.#detectors[i]!, copyOf);
    });
    this.#continuations.takeOver(from.#continuations);
    this.#hosts.forEach((hosts, i) => {
      hosts.takeOver(from.#hosts[i]!);
    });
    this.#forgotten.clear();
    for (const [model, count] of from.#forgotten) this.#forgotten.set(model, count);
    this.#losses = from.#losses;
    this.#flows = from.#flows;
  }

  finish(): Alert[] {
    if (this.#finished) return this.#finished;
    const { shown, suppressed, dropped } = this.#judge();
    this.#suppressed = suppressed;
    this.#dropped = dropped;
    this.#finished = shown;
    return shown;
  }

  get summary(): DetectionSummary {
    const evicted: Record<string, number> = {};
    const tables: [string, SlotTable][] = this.#detectors.flatMap(({ tables }) => [...tables]);
    tables.push(['continuations', this.#continuations.table]);
    for (const { table } of this.#hosts) tables.push(['hosts', table]);
    for (const [name, table] of tables) evicted[name] = (evicted[name] ?? 0) + table.evicted;
    if (this.#forgotten.size > 0) {
      evicted['histories'] = [...this.#forgotten.values()].reduce((sum, each) => sum + each, 0);
    }
    const models = this.#hosts.map((hosts) => hosts.counts);
    return {
      flows: this.#flows,
      continuations: this.#continuations.count,
      scored: models.reduce((sum, { scored }) => sum + scored, 0),
      above: models.reduce((sum, { above }) => sum + above, 0),
      models,
      late: this.#detectors.reduce((sum, { late }) => sum + late, 0),
      evicted,
      evidenceDropped: this.#dropped ?? this.#context.store.dropped,
      suppressed: this.#suppressed,
    };
  }

  #judge(): { shown: Alert[]; suppressed: number; dropped: number } {
    const options = this.#options;
    const { site } = this.#context;
    const store = this.#context.store.fork();
    for (const detector of this.#detectors) detector.judge(store);
    const { evidence: raised, voices } = hear(this.#hosts);
    const names = options.anomalyNames ?? (() => []);
    const evidence = [...store.entries(), ...raised].map((open) =>
      open.close(names, options.communitySeed ?? 0),
    );
    const { dropped } = store;
    const counts = { ...this.summary, losses: this.#losses, evidenceDropped: dropped };
    const alerts = buildAlerts(evidence, {
      coverage: coverageOf(counts),
      versions: versionsOf(options),
      hasModel: this.#hosts.length > 0,
      voices,
      site,
    });
    const minimum = options.minimumSeverity ?? 'medium';
    const shown = alerts.filter(({ severity }) => isShown(severity, minimum));
    return { shown, suppressed: alerts.length - shown.length, dropped };
  }
}

/**
 * What all models say. A host that several raise is one piece of evidence: of the model that finds it
 * least likely; the others are heard in the alert.
 */
function hear(hosts: readonly ModelHosts[]): {
  evidence: OpenEvidence[];
  voices: Map<string, ModelVoice[]>;
} {
  const voices = new Map<string, ModelVoice[]>();
  const strongest = new Map<string, { tail: number; open: OpenEvidence }>();
  for (const model of hosts) {
    const { evidence, voices: heard } = model.judge();
    for (const [host, voice] of heard) voices.set(host, [...(voices.get(host) ?? []), voice]);
    for (const open of evidence) {
      const { host } = open.name;
      const tail = heard.get(host)!.tailProbability;
      const known = strongest.get(host);
      if (!known || tail < known.tail) strongest.set(host, { tail, open });
    }
  }
  return { evidence: [...strongest.values()].map(({ open }) => open), voices };
}

function versionsOf({ version, schema, models }: DetectionOptions): Versions {
  const model = models?.[0];
  return {
    program: version,
    ...(model ? { modelHash: model.hash, modelClass: model.className } : {}),
    ...(schema === undefined ? {} : { schema }),
  };
}

/**
 * Starts a detection.
 * @throws WiresiftError `DETECT_THRESHOLD`, `DETECT_NETWORK` or `DETECT_MODEL` for options that make no sense
 */
export function createDetection(options: DetectionOptions): Detection {
  return new FlowDetection(options);
}
