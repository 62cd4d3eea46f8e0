import type { Ranking } from './ranking.ts';

/** What one threshold buys. */
export interface BudgetPoint {
  /** Null: above every score. */
  readonly threshold: number | null;
  readonly alertsPerHour: number;
  readonly recall: number;
  /** Of the alerts; null without alerts. */
  readonly precision: number | null;
}

const POINTS = 120;

/**
 * Recall against alerts an hour, from no alert to all rows: at most {@link POINTS} thresholds, evenly
 * spaced by ratio of alerts, since a SOC asks "what do ten an hour give me, what a hundred". Empty
 * when the rows cover no time or hold no positive.
 */
export function budgetCurve(ranking: Ranking, spanSeconds: number): BudgetPoint[] {
  const { truePositives: tp, falsePositives: fp, thresholds, positives } = ranking;
  if (!(spanSeconds > 0) || positives === 0) return [];
  const hours = spanSeconds / 3600;
  const points: BudgetPoint[] = [{ threshold: null, alertsPerHour: 0, recall: 0, precision: null }];
  const last = thresholds.length - 1;
  const ratio = Math.log((tp[last]! + fp[last]!) / Math.max(1, tp[0]! + fp[0]!)) / POINTS;
  let next = 0;
  for (let i = 0; i <= last; i++) {
    const alerts = tp[i]! + fp[i]!;
    if (alerts < next && i < last) continue;
    next = alerts * Math.exp(ratio);
    points.push({
      threshold: thresholds[i]!,
      alertsPerHour: alerts / hours,
      recall: tp[i]! / positives,
      precision: tp[i]! / alerts,
    });
  }
  return points;
}

/** The best recall within a budget of alerts an hour. */
export function recallAtBudget(
  ranking: Ranking,
  spanSeconds: number,
  alertsPerHour: number,
): BudgetPoint {
  const { truePositives: tp, falsePositives: fp, thresholds, positives } = ranking;
  const most = (alertsPerHour * spanSeconds) / 3600;
  let best = -1;
  for (let i = 0; i < thresholds.length && tp[i]! + fp[i]! <= most; i++) best = i;
  if (best < 0) return { threshold: null, alertsPerHour: 0, recall: 0, precision: null };
  const alerts = tp[best]! + fp[best]!;
  return {
    threshold: thresholds[best]!,
    alertsPerHour: (alerts * 3600) / spanSeconds,
    recall: tp[best]! / positives,
    precision: tp[best]! / alerts,
  };
}

/** Cost of a flow at one ratio of costs, relative to the cheaper of "alert on all" and "on none". */
export interface CostPoint {
  /** Cost of a missed attack over the cost of a false alert. */
  readonly costRatio: number;
  /** Of the best threshold for that ratio: 0 is as good as knowing, 1 no better than no detector. */
  readonly best: number;
  /** Of the threshold in use. */
  readonly used: number;
}

/**
 * Relative expected cost (Provost & Fawcett 2001, "Robust classification for imprecise environments")
 * over cost ratios from 1 to 100,000, at a stated share of hostile flows.
 */
export function costCurve(
  ranking: Ranking,
  used: { readonly recall: number; readonly falsePositiveRate: number },
  prevalence: number,
): CostPoint[] {
  const { truePositives: tp, falsePositives: fp, positives, negatives } = ranking;
  if (positives === 0 || negatives === 0) return [];
  const points: CostPoint[] = [];
  for (let power = 0; power <= 5 + 1e-9; power += 0.25) {
    const costRatio = 10 ** power;
    const cost = (recall: number, rate: number): number =>
      prevalence * costRatio * (1 - recall) + (1 - prevalence) * rate;
    const least = Math.min(cost(0, 0), cost(1, 1));
    let best = least;
    for (let i = 0; i < tp.length; i++) {
      best = Math.min(best, cost(tp[i]! / positives, fp[i]! / negatives));
    }
    const own = cost(used.recall, used.falsePositiveRate);
    points.push({ costRatio, best: best / least, used: own / least });
  }
  return points;
}
