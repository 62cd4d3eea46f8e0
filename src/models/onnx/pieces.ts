import { type Pieces, storedPieces } from '../neural/pieces.ts';
import type { GraphBuilder } from './graph.ts';
import { addCast, addDoubles, type Part } from './part.ts';
import type { Sequence } from './sequence.ts';

const AXIS = { axis: { int: 1 } };

/** How the columns stand when they are cut. */
export interface PiecesPlan {
  /** Positions of columns of codes; their rows of a table come last. */
  readonly codes: readonly number[];
  /** Whether columns were cut; else each passes as it is. */
  readonly cut: boolean;
  /** Channels that each become a step; undefined: no steps. */
  readonly stepSizes: readonly number[] | undefined;
}

/** Beside each number how far it lies into each of its pieces, as the network's own layer has it. */
export function addPieces(
  graph: GraphBuilder,
  part: Part,
  { input, plan }: { input: Sequence; plan: PiecesPlan },
): Sequence {
  const { value, channels } = input;
  const { codes, stepSizes } = plan;
  const all = plan.cut ? storedPieces(part, part.features.length) : [];
  const rest = all.filter((_, c) => !codes.includes(c));
  const cells = addShares(graph, value, rest);
  if (!cells && !(stepSizes && codes.length > 0)) return input;
  // A column of zeros at the end, for steps with fewer numbers than the most.
  const pads = graph.ints([0, 0, 0, 1]);
  const joined = graph.add('Pad', [cells ?? value, pads, graph.floats([0], [])]);
  let next = channels;
  const places = Array.from({ length: channels }, (_, c) => {
    const count = rest[c]?.shift.length ?? 0;
    next += count;
    return [c, ...Array.from({ length: count }, (_, p) => next - count + p)];
  });
  const none = next;
  const gather = (order: readonly number[]): string =>
    graph.add('Gather', [joined, graph.ints(order)], AXIS);
  if (!stepSizes) {
    const order = places.flat();
    return { value: gather(order), steps: 1, channels: order.length };
  }
  let from = 0;
  const steps = stepSizes.map((size) => {
    from += size;
    return places.slice(from - size, from).flat();
  });
  const most = Math.max(...steps.map((own) => own.length));
  const filled = steps.flatMap((own) => [
    ...own,
    ...new Array<number>(most - own.length).fill(none),
  ]);
  const shape = graph.ints([0, steps.length, most]);
  const ordered = graph.add('Reshape', [gather(filled), shape]);
  return { value: ordered, steps: steps.length, channels: most };
}

/** The channels and behind them all shares of pieces, column by column; undefined without any. */
function addShares(
  graph: GraphBuilder,
  value: string,
  columns: readonly Pieces[],
): string | undefined {
  const from: number[] = [];
  const begin: number[] = [];
  const width: number[] = [];
  columns.forEach(({ edges }, c) => {
    edges.subarray(1).forEach((end, p) => {
      from.push(c);
      begin.push(edges[p]!);
      width.push(end - edges[p]!);
    });
  });
  if (from.length === 0) return undefined;
  const own = addDoubles(graph, graph.add('Gather', [value, graph.ints(from)], AXIS));
  const inside = graph.add('Sub', [own, graph.doubles(begin)]);
  const share = graph.add('Div', [inside, graph.doubles(width)]);
  const bounds = [graph.doubles([0], []), graph.doubles([1], [])];
  const cut = graph.add('Clip', [share, ...bounds]);
  const shift = columns.flatMap((each) => [...each.shift]);
  const moved = graph.add('Sub', [cut, graph.doubles(shift)]);
  const scale = columns.flatMap((each) => [...each.scale]);
  const scaled = graph.add('Mul', [moved, graph.doubles(scale)]);
  const pieces = addCast(graph, { value: scaled, type: 'double' }, 'float');
  return graph.add('Concat', [value, pieces], AXIS);
}
