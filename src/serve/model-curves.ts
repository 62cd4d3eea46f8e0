import type { ModelFile } from '../models/index.ts';
import type { FlowStore } from '../store/index.ts';
import type { ModelDetail, ModelTraffic } from './wire.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A figure of an evaluation: a number, or `{ value }`; else null. */
function figure(value: unknown): number | null {
  const inner = isObject(value) ? value['value'] : value;
  return typeof inner === 'number' && Number.isFinite(inner) ? inner : null;
}

const list = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** What the evaluation in the file says of recall and false positives, one run of points a set of rows. */
export function curveOf({ metrics, threshold }: ModelFile): ModelDetail['curve'] {
  return list(metrics['test']).flatMap((view) => {
    const rows = String(view['name'] ?? 'test');
    const own = {
      rows,
      threshold: threshold.value,
      recall: figure(view['recall']),
      precision: figure(view['precision']),
      falsePositiveRate: figure(view['falsePositiveRate']),
    };
    const points = [
      ...list(view['recallAtFpr']).map((point) => ({
        threshold: figure(point['threshold']),
        recall: figure(point['recall']),
        falsePositiveRate: figure(point['budget']),
      })),
      ...list(view['fprAtRecall']).map((point) => ({
        threshold: null,
        recall: figure(point['recall']),
        falsePositiveRate: figure(point['fpr']),
      })),
    ];
    return [own, ...points.map((point) => ({ rows, precision: null, ...point }))];
  });
}

/** Score said against share found, where the evaluation in the file holds it. */
export function reliabilityOf({ metrics }: ModelFile): ModelDetail['reliability'] {
  for (const view of list(metrics['test'])) {
    const bins = list(view['reliability']).flatMap((bin) => {
      const [score, share, rows] = [bin['score'], bin['share'], bin['rows']].map(figure);
      return score == null || share == null ? [] : [{ score, share, rows: rows ?? 0 }];
    });
    if (bins.length > 0) return bins;
  }
  return [];
}

/** Bars that scores are counted in: thresholds of the slider. */
const BARS = 100;
const DAY = 86_400e6;
/** Shorter traffic says nothing of a day. */
const LEAST_DAYS = 1 / 24;

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

/** How often each score is reached in the flows that are kept. @param view of the model's schema */
export async function trafficOf(
  flows: FlowStore,
  view: string,
  leads: boolean,
): Promise<ModelTraffic> {
  const none = (reason: string): ModelTraffic => ({ view, flows: 0, days: 0, points: [], reason });
  if (!flows.views.some(({ name }) => name === view))
    return none('flows of this view are not kept');
  if (!leads) return none('flows carry the scores of the first model of their view alone');
  const where = [{ field: 'score', is: 'not empty' }] as const;
  const { rows, bars = [] } = await flows.histogram({ view, where }, 'score', BARS);
  if (rows === 0) return none('no flow was scored yet');
  const parts = await flows.parts({ view });
  const days = Math.max(LEAST_DAYS, daysCovered(parts));
  let reached = 0;
  const points = [...bars].reverse().map(({ from, count }) => {
    reached += count;
    return { threshold: from, flows: reached, flowsPerDay: reached / days };
  });
  return { view, flows: rows, days, points: points.reverse(), reason: '' };
}
