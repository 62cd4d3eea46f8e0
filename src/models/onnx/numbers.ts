import type { FittedPlan } from '../../features/index.ts';
import type { GraphBuilder } from './graph.ts';
import type { Piece, PlacedPlan } from './pipeline.ts';
import { addFloats } from './words.ts';

type Step = FittedPlan['steps'][number];

const FLOAT32_MAX = 3.4028234663852886e38;
const VECTOR_STEPS: ReadonlySet<Step['kind']> = new Set([
  ...(['impute', 'log1p', 'standard', 'robust', 'minMax'] as const),
]);

/** Whether columns with these steps can go through them side by side. */
export function isVector({ steps }: FittedPlan): boolean {
  return steps.every(({ kind }) => VECTOR_STEPS.has(kind));
}

/** True where a number is finite. */
export function addFinite(graph: GraphBuilder, value: string): string {
  const size = graph.add('Abs', [value]);
  return graph.add('LessOrEqual', [size, graph.doubles([Number.MAX_VALUE])]);
}

/**
 * Number columns that have the same kinds of steps, side by side.
 * @param source rows × columns, 64-bit floats
 */
export function addNumberGroup(
  graph: GraphBuilder,
  source: string,
  group: readonly PlacedPlan[],
): Piece[] {
  const finite = addFinite(graph, source);
  const value = addSteps(
    graph,
    graph.add('Where', [finite, source, graph.doubles([Number.NaN])]),
    group.map(({ plan }) => plan.steps),
  );
  const pieces: Piece[] = [
    { value: addClamped(graph, value), columns: group.map(({ first }) => first) },
  ];
  const impute = group[0]!.plan.steps[0];
  if (impute?.kind === 'impute' && impute.indicator) {
    const empty = addFloats(graph, graph.add('Not', [finite]));
    pieces.push({ value: empty, columns: group.map(({ first }) => first + 1) });
  }
  return pieces;
}

/** Numbers as 32-bit floats, those beyond cut to the largest. */
export function addClamped(graph: GraphBuilder, value: string): string {
  const above = graph.add('Max', [value, graph.doubles([-FLOAT32_MAX])]);
  return addFloats(graph, graph.add('Min', [above, graph.doubles([FLOAT32_MAX])]));
}

/**
 * The steps that columns share, with the numbers of each column.
 * @param value rows × columns, 64-bit floats; NaN is an empty cell
 * @param steps of each column, all of the same kinds
 */
export function addSteps(
  graph: GraphBuilder,
  value: string,
  steps: readonly FittedPlan['steps'][],
): string {
  let last = value;
  steps[0]!.forEach((step, s) => {
    const of = (pick: (own: Step) => number): string =>
      graph.doubles(steps.map((own) => pick(own[s]!)));
    last = addStep(graph, last, step, of);
  });
  return last;
}

type Numbers = (pick: (own: Step) => number) => string;

/** `pick` of a step that is of the kind it should be. */
const shiftOf = (step: Step): number => {
  if (step.kind === 'standard') return step.mean;
  if (step.kind === 'robust') return step.median;
  return step.kind === 'minMax' ? step.min : 0;
};
const scaleOf = (step: Step): number => ('scale' in step ? step.scale : 1);
const fillOf = (step: Step): number => (step.kind === 'impute' ? (step.value as number) : 0);

function addStep(graph: GraphBuilder, value: string, step: Step, of: Numbers): string {
  if (step.kind === 'impute') {
    return graph.add('Where', [graph.add('IsNaN', [value]), of(fillOf), value]);
  }
  if (step.kind === 'log1p') {
    // log(1 + |x|) with the sign of x: as accurate as 64 bits of 1 + |x| are.
    const size = graph.add('Add', [graph.add('Abs', [value]), graph.doubles([1])]);
    return graph.add('Mul', [graph.add('Log', [size]), graph.add('Sign', [value])]);
  }
  if (step.kind !== 'standard' && step.kind !== 'robust' && step.kind !== 'minMax') return value;
  const moved = graph.add('Sub', [value, of(shiftOf)]);
  const scaled = graph.add('Div', [moved, of(scaleOf)]);
  if (step.kind !== 'minMax' || !step.clip) return scaled;
  const scalar = (number: number): string => graph.doubles([number], []);
  return graph.add('Clip', [scaled, scalar(0), scalar(1)]);
}
