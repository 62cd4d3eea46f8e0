import type { GraphBuilder } from './graph.ts';
import type { Part } from './part.ts';

/** Numbers between two layers: rows × channels, or rows × steps × channels for several steps. */
export interface Sequence {
  readonly value: string;
  readonly steps: number;
  readonly channels: number;
}

/** What a layer is added from. */
export interface LayerInput {
  readonly graph: GraphBuilder;
  readonly part: Part;
  /** By which the part's tensors name the layer. */
  readonly name: string;
  readonly input: Sequence;
}

/** The value as rows × steps × channels, even where there is one step. */
export function asSteps(graph: GraphBuilder, { value, steps, channels }: Sequence): string {
  if (steps > 1) return value;
  return graph.add('Reshape', [value, graph.ints([0, 1, channels])]);
}

/** Steps side by side as one step. */
export function asRows(graph: GraphBuilder, input: Sequence): Sequence {
  const { value, steps, channels } = input;
  if (steps === 1) return input;
  const flat = graph.add('Reshape', [value, graph.ints([0, steps * channels])]);
  return { value: flat, steps: 1, channels: steps * channels };
}

/** What came as rows × steps × channels, with one step as rows × channels. */
export function ofSteps(graph: GraphBuilder, input: Sequence): Sequence {
  const { value, steps, channels } = input;
  if (steps > 1) return input;
  return { ...input, value: graph.add('Reshape', [value, graph.ints([0, channels])]) };
}

/** Axes in another order. */
export function turned(graph: GraphBuilder, value: string, order: readonly number[]): string {
  return graph.add('Transpose', [value], { perm: { ints: order } });
}
