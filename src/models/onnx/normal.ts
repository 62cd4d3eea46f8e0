import { NORMAL_EDGE, NORMAL_TERMS } from '../../features/index.ts';
import type { GraphBuilder } from './graph.ts';

/** The number below which a share of a standard normal lies: the features' algorithm, node by node. */
export function addNormalQuantile(graph: GraphBuilder, share: string): string {
  const number = (of: number): string => graph.doubles([of]);
  const polynomial = (terms: readonly number[], x: string): string =>
    terms
      .slice(0, -1)
      .reduceRight(
        (sum, term) => graph.add('Add', [graph.add('Mul', [sum, x]), number(term)]),
        number(terms.at(-1)!),
      );
  const scalar = (of: number): string => graph.doubles([of], []);
  const p = graph.add('Clip', [share, scalar(NORMAL_EDGE), scalar(1 - NORMAL_EDGE)]);
  const { nearTop, nearBottom, farTop, farBottom, nearEnd, nearSquare, farShift } = NORMAL_TERMS;
  const q = graph.add('Sub', [p, number(0.5)]);
  const near = graph.add('Sub', [number(nearSquare), graph.add('Mul', [q, q])]);
  const nearValue = graph.add('Div', [
    graph.add('Mul', [q, polynomial(nearTop, near)]),
    polynomial(nearBottom, near),
  ]);
  const tail = graph.add('Min', [p, graph.add('Sub', [number(1), p])]);
  const root = graph.add('Sqrt', [graph.add('Neg', [graph.add('Log', [tail])])]);
  const far = graph.add('Sub', [root, number(farShift)]);
  const size = graph.add('Div', [polynomial(farTop, far), polynomial(farBottom, far)]);
  const farValue = graph.add('Mul', [size, graph.add('Sign', [q])]);
  const close = graph.add('LessOrEqual', [graph.add('Abs', [q]), number(nearEnd)]);
  return graph.add('Where', [close, nearValue, farValue]);
}
