import { storedPieces } from '../neural/pieces.ts';
import type { GraphBuilder } from './graph.ts';
import { addCast, addDoubles, type Part } from './part.ts';
import type { Sequence } from './sequence.ts';

const AXIS = { axis: { int: 1 } };

/** How the columns stand when they are cut. */
export interface PiecesPlan {
  /** Positions of columns of codes; their rows of a table come last. */
  readonly codes: readonly number[];
  /** Whether each column becomes a step. */
  readonly perStep: boolean;
}

/** Beside each number how far it lies into each of its pieces, as the network's own layer has it. */
export function addPieces(
  graph: GraphBuilder,
  part: Part,
  { input, plan }: { input: Sequence; plan: PiecesPlan },
): Sequence {
  const { value, channels } = input;
  const all = storedPieces(part, part.features.length);
  const rest = all.filter((_, c) => !plan.codes.includes(c));
  const from: number[] = [];
  const begin: number[] = [];
  const width: number[] = [];
  rest.forEach(({ edges }, c) => {
    edges.subarray(1).forEach((end, p) => {
      from.push(c);
      begin.push(edges[p]!);
      width.push(end - edges[p]!);
    });
  });
  if (from.length === 0) return input;
  const own = addDoubles(graph, graph.add('Gather', [value, graph.ints(from)], AXIS));
  const inside = graph.add('Sub', [own, graph.doubles(begin)]);
  const share = graph.add('Div', [inside, graph.doubles(width)]);
  const bounds = [graph.doubles([0], []), graph.doubles([1], [])];
  const cut = graph.add('Clip', [share, ...bounds]);
  const shift = rest.flatMap((each) => [...each.shift]);
  const moved = graph.add('Sub', [cut, graph.doubles(shift)]);
  const scale = rest.flatMap((each) => [...each.scale]);
  const scaled = graph.add('Mul', [moved, graph.doubles(scale)]);
  const pieces = addCast(graph, { value: scaled, type: 'double' }, 'float');
  // A column of zeros at the end, for steps with fewer pieces than the most.
  const zeros = graph.add('Pad', [pieces, graph.ints([0, 0, 0, 1]), graph.floats([0], [])]);
  const joined = graph.add('Concat', [value, zeros], AXIS);
  const counts = Array.from({ length: channels }, (_, c) => rest[c]?.shift.length ?? 0);
  const most = Math.max(...counts);
  const none = channels + from.length;
  let next = channels;
  const order = counts.flatMap((count, c) => {
    const places = Array.from({ length: plan.perStep ? most : count }, (_, p) =>
      p < count ? next + p : none,
    );
    next += count;
    return [c, ...places];
  });
  const ordered = graph.add('Gather', [joined, graph.ints(order)], AXIS);
  if (!plan.perStep) return { value: ordered, steps: 1, channels: order.length };
  const shape = graph.ints([0, channels, most + 1]);
  return { value: graph.add('Reshape', [ordered, shape]), steps: channels, channels: most + 1 };
}
