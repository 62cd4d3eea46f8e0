import type { StoredModel } from '../model.ts';
import { refuseStored } from '../stored.ts';
import type { GraphBuilder } from './graph.ts';

/** A model, or a part of one, on its way into a graph: as a file holds it. */
export type Part = StoredModel;

/**
 * Adds a kind's nodes.
 * @param matrix rows × features, 32-bit floats
 * @returns rows × classes, 64-bit or 32-bit floats as `type` says
 */
export type AddKind = (graph: GraphBuilder, part: Part, matrix: string) => Shares;

/** Probabilities within a graph: rows × classes. */
export interface Shares {
  readonly value: string;
  readonly type: 'float' | 'double';
}

const CAST = { float: { to: { int: 1 } }, double: { to: { int: 11 } } };

/** The same numbers as that type. */
export function addCast(graph: GraphBuilder, shares: Shares, type: Shares['type']): string {
  return shares.type === type ? shares.value : graph.add('Cast', [shares.value], CAST[type]);
}

/** 64-bit floats of 32-bit ones. */
export function addDoubles(graph: GraphBuilder, value: string): string {
  return graph.add('Cast', [value], CAST.double);
}

/** 1 - value beside value, 64-bit floats: shares of two classes from that of the second. */
export function addBoth(graph: GraphBuilder, share: string): string {
  const other = graph.add('Sub', [graph.doubles([1]), share]);
  return graph.add('Concat', [other, share], { axis: { int: 1 } });
}

/** The same row for each row of the matrix, 32-bit floats. */
export function addSameRow(graph: GraphBuilder, matrix: string, row: ArrayLike<number>): Shares {
  const shape = graph.add('Shape', [matrix], { start: { int: 0 }, end: { int: 1 } });
  const wanted = graph.add('Concat', [shape, graph.ints([row.length])], { axis: { int: 0 } });
  const value = graph.add('Expand', [graph.floats(row, [1, row.length]), wanted]);
  return { value, type: 'float' };
}

/** Numbers of a tensor of the part. */
export function numbersOf(part: Part, name: string): ArrayLike<number> {
  return (part.tensors.get(name) ?? refuseStored(`model ${part.kind}`, `no ${name}`, name)).data;
}

/**
 * A score of novelty split over the classes: their parts in it, and in its complement.
 * @param score rows × 1, 64-bit floats
 */
export function addSides(graph: GraphBuilder, score: string, shares: readonly number[]): Shares {
  const classes = shares.length / 2;
  const rest = graph.add('Sub', [graph.doubles([1]), score]);
  const parts = [
    graph.add('Mul', [score, graph.doubles(shares.slice(0, classes))]),
    graph.add('Mul', [rest, graph.doubles(shares.slice(classes))]),
  ];
  return { value: graph.add('Add', parts), type: 'double' };
}
