import { FARTHEST_GAP } from '../neural/autoencoder.ts';
import { storedCodes } from '../neural/codes.ts';
import { parseDescription } from '../neural/description.ts';
import { type MirrorPlan, markCount, mirrorWidth, storedMirror } from '../neural/mirror.ts';
import type { GraphBuilder } from './graph.ts';
import { addCells, addColumns, addEncoded, addLayers, addTableRow } from './network.ts';
import { addDoubles, addSides, numbersOf, type Part, type Shares } from './part.ts';

const AXIS = { axis: { int: 1 } };

/** An autoencoder: how far the network gives a row back, as a score, split over the classes. */
export function addAutoencoder(graph: GraphBuilder, part: Part, matrix: string): Shares {
  const classes = part.classes.length;
  const mirror = storedMirror(part, storedCodes(part) ?? []);
  const codes = { columns: mirror.codes, size: part.parameters['embedding'] as number };
  const cells = addCells(graph, part, { matrix, codes });
  const description = parseDescription(part.parameters['network'] as string);
  const input = addEncoded(graph, part, { cells, description, codes, cut: false });
  const back = addLayers(graph, part, { input, description, outputs: mirrorWidth(mirror) });
  const wanted = addWanted(graph, cells, mirror);
  const gap = graph.add('Sub', [addDoubles(graph, wanted), addDoubles(graph, back)]);
  const cut = graph.add('Min', [graph.add('Abs', [gap]), graph.doubles([FARTHEST_GAP])]);
  const squares = graph.add('Mul', [cut, cut]);
  const error = graph.add('ReduceMean', [squares, graph.ints([1])]);
  const usual = graph.doubles([numbersOf(part, 'usual')[0]!]);
  const score = graph.add('Div', [error, graph.add('Add', [error, usual])]);
  return addSides(graph, score, Array.from(numbersOf(part, 'shares')).slice(0, 2 * classes));
}

/** What is to be given back: numbers, then the marks of words. */
function addWanted(graph: GraphBuilder, cells: string, mirror: MirrorPlan): string {
  const { cols, codes: columns, off, on } = mirror;
  if (columns.length === 0) return cells;
  const { numbers, codes } = addColumns(graph, { cells, inputs: cols, columns });
  let from = 0;
  const marks = columns.map((each, i) => {
    const count = markCount(each);
    const row = addTableRow(graph, codes[i]!, each.words);
    const own = graph.add('Min', [row, graph.floats([each.words])]);
    const line = Float32Array.from({ length: count }, (_, k) => k);
    const hit = graph.add('Equal', [own, graph.floats(line, [1, count])]);
    const of = (all: Float32Array): string =>
      graph.floats(all.subarray(from, from + count), [1, count]);
    const value = graph.add('Where', [hit, of(on), of(off)]);
    from += count;
    return value;
  });
  return graph.add('Concat', [...numbers, ...marks], AXIS);
}
