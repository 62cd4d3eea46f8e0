import { LOG_ODDS_EDGE } from '../calibrated/platt.ts';
import { nameOrder } from '../input.ts';
import type { GraphBuilder } from './graph.ts';
import { addBoth, addDoubles, addSameRow, numbersOf, type Part, type Shares } from './part.ts';

const AXIS = { axis: { int: 1 } };

/** values · coefficientsᵀ + intercepts, 64-bit floats. @param coefficients outputs × terms */
function addLinear(
  graph: GraphBuilder,
  values: string,
  coefficients: ArrayLike<number>,
  intercepts: ArrayLike<number>,
): string {
  const outputs = intercepts.length;
  const terms = coefficients.length / outputs;
  const turned = Float64Array.from(
    coefficients,
    (_, i) => coefficients[(i % outputs) * terms + Math.floor(i / outputs)]!,
  );
  const product = graph.add('MatMul', [values, graph.doubles(turned, [terms, outputs])]);
  return graph.add('Add', [product, graph.doubles(intercepts)]);
}

/** Logistic regression: a sigmoid for two classes, a softmax for more. */
export function addLogistic(graph: GraphBuilder, part: Part, matrix: string): Shares {
  const classes = part.classes.length;
  if (classes === 1) return addSameRow(graph, matrix, [1]);
  const coefficients = numbersOf(part, 'coefficients');
  const cells = addDoubles(graph, matrix);
  const scores = addLinear(graph, cells, coefficients, numbersOf(part, 'intercepts'));
  const value =
    classes === 2
      ? addBoth(graph, graph.add('Sigmoid', [scores]))
      : graph.add('Softmax', [scores], AXIS);
  return { value, type: 'double' };
}

/** Gaussian naive Bayes: log-densities of all classes, then a softmax. */
export function addBayes(graph: GraphBuilder, part: Part, matrix: string): Shares {
  const [prior, mean, variance] = ['prior', 'mean', 'variance'].map((name) =>
    Float64Array.from(numbersOf(part, name)),
  ) as [Float64Array, Float64Array, Float64Array];
  const cols = part.features.length;
  const classes = part.classes.length;
  const constants = prior.map((share, k) => {
    const own = variance.subarray(k * cols, (k + 1) * cols);
    return Math.log(share) - own.reduce((sum, each) => sum + Math.log(each) / 2, 0);
  });
  const cells = graph.add('Unsqueeze', [addDoubles(graph, matrix), graph.ints([1])]);
  const gaps = graph.add('Sub', [cells, graph.doubles(mean, [classes, cols])]);
  const halves = graph.doubles(
    variance.map((each) => 0.5 / each),
    [classes, cols],
  );
  const terms = graph.add('Mul', [graph.add('Mul', [gaps, gaps]), halves]);
  const sums = graph.add('ReduceSum', [terms, graph.ints([2])], { keepdims: { int: 0 } });
  const scores = graph.add('Sub', [graph.doubles(constants), sums]);
  return { value: graph.add('Softmax', [scores], AXIS), type: 'double' };
}

/** 1 / (1 + exp(-(slope · log-odds of a share + intercept))), 64-bit floats. */
export function addPlatt(
  graph: GraphBuilder,
  share: string,
  slopes: readonly number[],
  intercepts: readonly number[],
): string {
  const edge = (value: number): string => graph.doubles([value], []);
  const inside = graph.add('Clip', [share, edge(LOG_ODDS_EDGE), edge(1 - LOG_ODDS_EDGE)]);
  const rest = graph.add('Sub', [graph.doubles([1]), inside]);
  const odds = graph.add('Log', [graph.add('Div', [inside, rest])]);
  const scaled = graph.add('Mul', [odds, graph.doubles(slopes)]);
  return graph.add('Sigmoid', [graph.add('Add', [scaled, graph.doubles(intercepts)])]);
}

/** Shares brought to a sum of 1; where all are 0, those of `rest`. Rows × classes, 64-bit floats. */
export function addNormalised(graph: GraphBuilder, shares: string, rest: string): string {
  const sum = graph.add('ReduceSum', [shares, graph.ints([1])]);
  const some = graph.add('Greater', [sum, graph.doubles([0])]);
  return graph.add('Where', [some, graph.add('Div', [shares, sum]), rest]);
}

/** Support vector machines, linear or over landmarks: distances, sigmoids, a sum of 1. */
export function addSvm(graph: GraphBuilder, part: Part, matrix: string): Shares {
  const present = Array.from(numbersOf(part, 'present'));
  const some = present.reduce((sum, each) => sum + each, 0);
  if (some === 1) return addSameRow(graph, matrix, present);
  const order = graph.ints([...nameOrder(part.features)]);
  const cells = addDoubles(graph, graph.add('Gather', [matrix, order], AXIS));
  const marks = part.tensors.has('landmarks');
  const terms = marks ? addNearness(graph, part, cells) : cells;
  const coefficients = numbersOf(part, 'coefficients');
  const distances = addLinear(graph, terms, coefficients, numbersOf(part, 'intercepts'));
  const platt = Array.from(numbersOf(part, 'sigmoids'));
  const slopes = platt.filter((_, i) => i % 2 === 0);
  const intercepts = platt.filter((_, i) => i % 2 === 1);
  const shares = addPlatt(graph, graph.add('Sigmoid', [distances]), slopes, intercepts);
  if (part.classes.length === 2) return { value: addBoth(graph, shares), type: 'double' };
  const own = graph.add('Mul', [shares, graph.doubles(present)]);
  const rest = graph.doubles(present.map((each) => each / some));
  return { value: addNormalised(graph, own, rest), type: 'double' };
}

/** exp(-gamma |a - b|²) of each row to every landmark, by |a|² - 2ab + |b|² in 64 bits. */
function addNearness(graph: GraphBuilder, part: Part, cells: string): string {
  const marks = Float64Array.from(numbersOf(part, 'landmarks'));
  const gamma = numbersOf(part, 'gamma')[0]!;
  const cols = part.features.length;
  const count = marks.length / cols;
  const turned = marks.map((_, i) => -2 * marks[(i % count) * cols + Math.floor(i / count)]!);
  const squares = Float64Array.from({ length: count }, (_, j) =>
    marks.subarray(j * cols, (j + 1) * cols).reduce((sum, each) => sum + each * each, 0),
  );
  const own = graph.add('ReduceSum', [graph.add('Mul', [cells, cells]), graph.ints([1])]);
  const both = graph.add('MatMul', [cells, graph.doubles(turned, [cols, count])]);
  const sum = graph.add('Add', [graph.add('Add', [both, own]), graph.doubles(squares)]);
  // Rounding may leave the distance of equal rows below 0.
  const distance = graph.add('Max', [sum, graph.doubles([0])]);
  return graph.add('Exp', [graph.add('Mul', [distance, graph.doubles([-gamma])])]);
}
