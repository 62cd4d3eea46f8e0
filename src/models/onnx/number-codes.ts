import { CategoryMap, type FittedPlan, ordinalCodes } from '../../features/index.ts';
import type { GraphBuilder } from './graph.ts';
import { addNormalQuantile } from './normal.ts';
import { addClamped, addFinite, addSteps } from './numbers.ts';
import { addFloats, addOneHot } from './words.ts';

type Step = FittedPlan['steps'][number];

const cast = (to: number) => ({ to: { int: to } });
const DOUBLE = 11;
const INT64 = 7;

/** One number column up to its last step, 64-bit floats, and where it was finite. */
function beforeLast(graph: GraphBuilder, source: string, steps: readonly Step[]) {
  const finite = addFinite(graph, source);
  const cells = graph.add('Where', [finite, source, graph.doubles([Number.NaN])]);
  return { value: addSteps(graph, cells, [steps.slice(0, -1)]), finite };
}

/** The value, with a column that tells empty cells beside it where the plan asks for one. */
function withIndicator(
  graph: GraphBuilder,
  value: string[],
  steps: readonly Step[],
  finite: string,
) {
  const first = steps[0]!;
  if (first.kind === 'impute' && first.indicator) {
    value.push(addFloats(graph, graph.add('Not', [finite])));
  }
  return value.length === 1 ? value[0]! : graph.add('Concat', value, { axis: { int: 1 } });
}

/** Numbers that are categories: `oneHot` or `ordinal`. @param source rows × 1, 64-bit floats */
export function addNumberCodes(graph: GraphBuilder, source: string, plan: FittedPlan): string {
  const { value, finite } = beforeLast(graph, source, plan.steps);
  const last = plan.steps.at(-1)!;
  const parts: string[] = [];
  if (last.kind === 'oneHot') {
    const map = new CategoryMap(last);
    const numbers = [...last.categories, ...last.infrequent] as number[];
    const other = map.column(undefined);
    const targets = numbers.map((number) => map.column(number));
    const width = Math.max(other, ...targets) + 1;
    const all = oneHotColumns(last, width);
    if (all > 0) {
      const code = addLookup(graph, value, { numbers, targets, other });
      parts.push(addOneHot(graph, graph.add('Cast', [code], cast(INT64)), all));
    }
  } else if (last.kind === 'ordinal') {
    const numbers = last.categories as readonly number[];
    const code = ordinalCodes(last);
    const plan = { numbers, targets: numbers.map(code), other: last.unseen };
    parts.push(addClamped(graph, addLookup(graph, value, plan)));
  }
  return withIndicator(graph, parts, plan.steps, finite);
}

/** Columns that the step yields: those of its categories, whether a cell may reach them or not. */
function oneHotColumns(step: Extract<Step, { kind: 'oneHot' }>, reached: number): number {
  const dropped = step.drop === 'first' ? 1 : 0;
  const own = step.categories.length + (step.grouped ? 1 : 0) - dropped;
  return Math.max(reached, own, 0);
}

interface Lookup {
  readonly numbers: readonly number[];
  readonly targets: readonly number[];
  readonly other: number;
}

/** The target of the number that a cell equals, or `other`. */
function addLookup(
  graph: GraphBuilder,
  value: string,
  { numbers, targets, other }: Lookup,
): string {
  const equal = graph.add('Equal', [value, graph.doubles(numbers, [1, numbers.length])]);
  // Set by set of the cell's one match: a product would lose nothing, but sum large differences.
  const chosen = graph.add('Where', [
    equal,
    graph.doubles(targets, [1, numbers.length]),
    graph.doubles([0]),
  ]);
  const axes = graph.ints([1]);
  const sum = graph.add('ReduceSum', [chosen, axes]);
  const hits = graph.add('Cast', [equal], cast(DOUBLE));
  const found = graph.add('Greater', [graph.add('ReduceSum', [hits, axes]), graph.doubles([0])]);
  return graph.add('Where', [found, sum, graph.doubles([other])]);
}

/** A number's share of the training cells. @param source rows × 1, 64-bit floats */
export function addQuantiles(graph: GraphBuilder, source: string, plan: FittedPlan): string {
  const { value, finite } = beforeLast(graph, source, plan.steps);
  const step = plan.steps.at(-1)! as Extract<Step, { kind: 'quantile' }>;
  const share = addShare(graph, value, step.values);
  const own = step.output === 'normal' ? addNormalQuantile(graph, share) : share;
  const empty = graph.add('IsNaN', [value]);
  const cells = graph.add('Where', [empty, value, own]);
  return withIndicator(graph, [addClamped(graph, cells)], plan.steps, finite);
}

/** As `shareOf` of the features: linear between the values, the middle of the step where many are equal. */
function addShare(graph: GraphBuilder, value: string, values: readonly number[]): string {
  const last = values.length - 1;
  const line = graph.doubles(values, [1, values.length]);
  const count = (op: string): string => {
    const hits = graph.add('Cast', [graph.add(op, [value, line])], cast(DOUBLE));
    return graph.add('ReduceSum', [hits, graph.ints([1])]);
  };
  const number = (of: number): string => graph.doubles([of]);
  const from = count('Greater');
  const past = count('GreaterOrEqual');
  const one = number(1);
  const divisor = number(Math.max(1, last));
  const equal = graph.add('Greater', [past, from]);
  const sum = graph.add('Sub', [graph.add('Add', [from, past]), one]);
  const middle = graph.add('Div', [graph.add('Div', [sum, number(2)]), divisor]);
  const at = (place: string): string => {
    const inside = graph.add('Max', [graph.add('Min', [place, number(last)]), number(0)]);
    const index = graph.add('Cast', [inside], cast(INT64));
    return graph.add('Gather', [graph.doubles(values), index]);
  };
  const before = graph.add('Sub', [from, one]);
  const low = at(before);
  const part = graph.add('Div', [
    graph.add('Sub', [value, low]),
    graph.add('Sub', [at(from), low]),
  ]);
  const between = graph.add('Div', [graph.add('Add', [before, part]), divisor]);
  const inside = graph.add('Where', [equal, middle, between]);
  const ends = (op: string, end: number, share: number, rest: string): string =>
    graph.add('Where', [graph.add(op, [value, number(values[end]!)]), number(share), rest]);
  return ends('LessOrEqual', 0, 0, ends('GreaterOrEqual', last, 1, inside));
}
