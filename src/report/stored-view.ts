import type { BinaryReport, CurvePoint } from '../evaluate/index.ts';
import type { ModelCurves, StoredCurve } from '../models/index.ts';

/** Recall against false-positive rate, each vertex of the stored curve. Empty without either kind of rows. */
export function storedRoc(curve: StoredCurve): CurvePoint[] {
  const { thresholds, truePositives, falsePositives, positives, negatives } = curve;
  if (positives === 0 || negatives === 0) return [];
  return thresholds.map((threshold, at) => ({
    ...{ x: falsePositives[at]! / negatives, y: truePositives[at]! / positives },
    // Of two vertices at a score the first is without its rows: just above it.
    threshold: at === 0 ? null : threshold,
  }));
}

/** Precision against recall, without vertices that no row reaches. Empty without hostile rows. */
export function storedPrecision(curve: StoredCurve): CurvePoint[] {
  const { thresholds, truePositives, falsePositives, positives } = curve;
  if (positives === 0) return [];
  return thresholds.flatMap((threshold, at) => {
    const [hits, misses] = [truePositives[at]!, falsePositives[at]!];
    return hits + misses === 0
      ? []
      : [{ x: hits / positives, y: hits / (hits + misses), threshold }];
  });
}

/** A view with the curves that the model file holds of it, so that its card draws what others can read. */
export function storedView(view: BinaryReport, curves: ModelCurves | undefined): BinaryReport {
  const curve = curves?.sets.find(({ rows }) => rows === view.name);
  if (!curve) return view;
  return {
    ...view,
    roc: storedRoc(curve),
    pr: storedPrecision(curve),
    reliability: curve.bins.map(({ from, to, rows, positives, meanScore }) => ({
      ...{ from, to, rows, meanScore },
      positiveShare: rows > 0 ? positives / rows : null,
    })),
  };
}
