import { numbersOf } from './part.ts';
import { asSteps, type LayerInput, ofSteps, type Sequence, turned } from './sequence.ts';

/** Self-attention over the steps, added to its input. */
export function addAttention({ graph, part, name, input }: LayerInput, heads: number): Sequence {
  const { steps, channels } = input;
  const size = channels / heads;
  const x = asSteps(graph, input);
  const of = (own: string, shape: readonly number[]): string =>
    graph.floats(numbersOf(part, `${name}.${own}`), shape);
  const product = graph.add('MatMul', [x, of('weight', [channels, 3 * channels])]);
  const all = graph.add('Add', [product, of('bias', [3 * channels])]);
  const cut = graph.ints([channels, channels, channels]);
  const parts = graph.addMany('Split', [all, cut], { axis: { int: 2 } }, [true, true, true]);
  const shape = graph.ints([0, steps, heads, size]);
  const split = (value: string, order: readonly number[]): string =>
    turned(graph, graph.add('Reshape', [value, shape]), order);
  const queries = split(parts[0]!, [0, 2, 1, 3]);
  const keys = split(parts[1]!, [0, 2, 3, 1]);
  const values = split(parts[2]!, [0, 2, 1, 3]);
  const scale = graph.floats([1 / Math.sqrt(size)], []);
  const levels = graph.add('Mul', [graph.add('MatMul', [queries, keys]), scale]);
  const shares = graph.add('Softmax', [levels], { axis: { int: -1 } });
  const joined = turned(graph, graph.add('MatMul', [shares, values]), [0, 2, 1, 3]);
  const flat = graph.add('Reshape', [joined, graph.ints([0, steps, channels])]);
  const mixed = graph.add('MatMul', [flat, of('mix', [channels, channels])]);
  const out = graph.add('Add', [graph.add('Add', [mixed, of('mixBias', [channels])]), x]);
  return ofSteps(graph, { ...input, value: out });
}
