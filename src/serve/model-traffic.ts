import { wilson } from '../base/index.ts';
import { judgeHost, type Limits } from '../detect/index.ts';
import { curveCounts, type ModelFile } from '../models/index.ts';
import type { FlowStore, HostScores } from '../store/index.ts';
import type { ModelTraffic } from './wire.ts';

const DAY = 86_400e6;
/** Shorter traffic says nothing of a day. */
const LEAST_DAYS = 1 / 24;
/** Scored flows without which the share of them above a threshold says nothing. */
export const LEAST_FLOWS = 1000;

/** Days of which there is traffic: captures of years apart do not make the years between count. */
function daysCovered(
  parts: readonly { readonly first: number | null; readonly last: number | null }[],
): number {
  const spans = parts.flatMap(({ first, last }) =>
    first === null || last === null ? [] : [[first, last] as const],
  );
  spans.sort(([a], [b]) => a - b);
  let covered = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [first, last] of spans) {
    covered += Math.max(0, last - Math.max(first, until));
    until = Math.max(until, last);
  }
  return covered / DAY;
}

/** A number from 0 to 1 in a file's plain data, or undefined. */
const rateIn = (data: unknown, name: string): number | undefined => {
  const found =
    typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[name] : undefined;
  return typeof found === 'number' && found >= 0 && found <= 1 ? found : undefined;
};

/**
 * How often harmless flows may reach a threshold, at most. From the file's own threshold on its bound
 * holds. Below, the file's curve tells. Where there is none, or where the model was seen to flag
 * harmless flows of other networks more often than those of its data, the share of all kept flows
 * stands in, as if none of them were hostile.
 * @param reached share of the kept flows at or above the threshold; undefined: too few are kept
 * @returns null when nothing tells
 */
export function rateBound(
  { metrics, facts, curves, threshold: own }: ModelFile,
  threshold: number,
  reached: number | undefined,
): number | null {
  const foreign = rateIn(facts['foreign'], 'upper');
  const bound = foreign ?? rateIn(metrics, 'falsePositiveRateUpper');
  if (bound === undefined) return null;
  if (threshold >= own.value) return bound;
  const curve = curves?.sets.at(-1);
  const measured =
    curve && curve.negatives > 0
      ? wilson(Math.ceil(curveCounts(curve, threshold).falsePositives), curve.negatives).high
      : undefined;
  const local = measured === undefined || foreign !== undefined ? reached : 0;
  if (local === undefined) return null;
  return Math.max(bound, measured ?? 0, local);
}

/** The share that {@link rateBound} wants, of so many flows. */
export const shareReached = (reached: number, flows: number): number | undefined =>
  flows >= LEAST_FLOWS ? reached / flows : undefined;

/**
 * Hosts that would be accused at one of the thresholds, by the rule that makes alerts of flows.
 * @param at place of the threshold
 * @param rate upper bound of false positives there
 */
export function alertsAt({ hosts }: HostScores, at: number, rate: number, limits: Limits): number {
  // Every harmless flow may reach it: nothing is unlikely.
  if (rate >= 1) return 0;
  const known = new Map<string, boolean>();
  let raised = 0;
  for (const { ofOrigin, scored, reached } of hosts) {
    const above = reached[at]!;
    if (above < limits.modelFlowsFloor) continue;
    const key = `${ofOrigin} ${scored} ${above}`;
    let verdict = known.get(key);
    if (verdict === undefined) {
      verdict = judgeHost({ scored, above }, { rate, hosts: ofOrigin, limits }).raised;
      known.set(key, verdict);
    }
    if (verdict) raised++;
  }
  return raised;
}

/** Scores from which a flow speaks against its host: a model that abstains asks for more than its threshold. */
export function countedFrom({ threshold: own }: ModelFile, threshold: number): number {
  return threshold === own.value ? (own.abstention?.to ?? threshold) : threshold;
}

/** What is asked of the kept flows. */
export interface TrafficQuestion {
  /** Of the model's schema. */
  readonly view: string;
  /** Whether the scores that are kept are this model's. */
  readonly leads: boolean;
  /** The file, unless it is gone. */
  readonly file: ModelFile | undefined;
  /** Thresholds to be exact at. */
  readonly thresholds: readonly number[];
  readonly limits: Limits;
}

/** What each threshold would flag and raise in the flows that are kept. */
export async function trafficOf(
  flows: FlowStore,
  { view, leads, file, thresholds, limits }: TrafficQuestion,
): Promise<ModelTraffic> {
  const known = flows.views.find(({ name }) => name === view);
  const parts = known ? await flows.parts({ view }) : [];
  const kept = parts.reduce((sum, { rows }) => sum + rows, 0);
  const days = Math.max(LEAST_DAYS, daysCovered(parts));
  const none = (reason: string): ModelTraffic => ({
    ...{ view, flows: 0, origins: 0, kept, days, points: [], reason, alertsReason: reason },
  });
  if (!known) return none('flows of this view are not kept');
  if (!leads) return none('flows carry the scores of the first model of their view alone');
  const least = Math.max(1, Math.ceil(limits.modelFlowsFloor));
  const exact = [...thresholds, ...(file ? thresholds.map((at) => countedFrom(file, at)) : [])];
  const beside = [...new Set(exact)];
  const scores = await flows.hostScores({ view, least, thresholds: beside });
  if (scores.flows === 0) return none('no flow was scored yet');
  const nameless = known.hosts.length === 0;
  const points = scores.thresholds.map((threshold, at) => {
    const reached = scores.reached[at]!;
    const share = shareReached(reached, scores.flows);
    const rate = file && !nameless ? rateBound(file, threshold, share) : null;
    const from = file ? scores.thresholds.indexOf(countedFrom(file, threshold)) : at;
    const alerts = rate === null ? null : alertsAt(scores, from, rate, limits);
    return {
      ...{ threshold, flows: reached, flowsPerDay: reached / days, rate },
      ...{ alerts, alertsPerDay: alerts === null ? null : alerts / days },
    };
  });
  const alertsReason = nameless
    ? 'flows of this view name no hosts'
    : file
      ? ''
      : 'the model file is gone';
  return {
    ...{ view, flows: scores.flows, origins: scores.origins, kept, days, points },
    ...{ reason: '', alertsReason },
  };
}
