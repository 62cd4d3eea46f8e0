import { type FoldedRows, foldedMoments, foldRows } from '../fold-rows.ts';
import { classFactors } from '../input.ts';
import { defineKind } from '../kind.ts';
import type { ParameterSpec } from '../model.ts';
import { type BayesFit, BayesModel, loadBayes } from './model.ts';

const parameters: readonly ParameterSpec[] = [
  {
    name: 'smoothing',
    type: 'number',
    default: 1e-9,
    min: 1e-15,
    max: 1e6,
    meaning: 'Share of the largest variance of a column that is added to every variance',
  },
  {
    name: 'classWeight',
    type: 'string',
    default: 'none',
    choices: ['none', 'balanced'],
    meaning: 'balanced: every class is equally likely beforehand, whatever its number of rows',
  },
];

/** Means and variances by class and column, in one pass (Welford 1962; West 1979). */
function fitBayes(folded: FoldedRows, factors: Float64Array, smoothing: number): BayesFit {
  const { points, cols, cells, order, start, label, weight } = folded;
  const classes = factors.length;
  const sums = new Float64Array(classes);
  const mean = new Float64Array(classes * cols);
  const variance = new Float64Array(classes * cols);
  for (let i = 0; i < points; i++) {
    for (let e = start[i]!; e < start[i + 1]!; e++) {
      const k = label[e]!;
      sums[k]! += weight[e]!;
      const share = weight[e]! / sums[k]!;
      for (let c = 0; c < cols; c++) {
        const at = k * cols + order[c]!;
        const gap = cells[i * cols + c]! - mean[at]!;
        mean[at]! += gap * share;
        variance[at]! += weight[e]! * gap * (cells[i * cols + c]! - mean[at]!);
      }
    }
  }
  const most = foldedMoments(folded).deviation.reduce((a, b) => Math.max(a, b), 0);
  // Columns that are all constant tell nothing, whatever variance they are given.
  const floor = most > 0 ? smoothing * most * most : 1;
  for (let at = 0; at < variance.length; at++) {
    const sum = sums[Math.floor(at / cols)]!;
    variance[at] = (sum > 0 ? Math.max(0, variance[at]!) / sum : 0) + floor;
  }
  const prior = sums.map((sum, k) => sum * factors[k]!);
  const total = prior.reduce((all, each) => all + each, 0);
  return { prior: prior.map((each) => each / total), mean, variance };
}

/** Gaussian naive Bayes; the smoothing is that of scikit-learn's GaussianNB. */
export const naiveBayesKind = defineKind({
  kind: 'naive-bayes',
  meaning: 'Gaussian naive Bayes',
  parameters,
  fit: async (facts, input, options) => {
    const factors = classFactors(input, facts.parameters['classWeight']);
    const fit = fitBayes(foldRows(input), factors, facts.parameters['smoothing'] as number);
    options.onProgress?.(1, 1);
    return new BayesModel(facts, fit);
  },
  load: loadBayes,
});
