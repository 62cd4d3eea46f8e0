import { FARTHEST_GAP } from '../neural/autoencoder.ts';
import { parseDescription } from '../neural/description.ts';
import type { GraphBuilder } from './graph.ts';
import { addColumns, addLayers } from './network.ts';
import { addDoubles, addSides, numbersOf, type Part, type Shares } from './part.ts';

/** An autoencoder: how far the network gives a row back, as a score, split over the classes. */
export function addAutoencoder(graph: GraphBuilder, part: Part, matrix: string): Shares {
  const classes = part.classes.length;
  const input = addColumns(graph, part, { matrix, codes: { columns: [], size: 1 } });
  const description = parseDescription(part.parameters['network'] as string);
  const outputs = part.features.length;
  const back = addLayers(graph, part, { input, description, outputs });
  const gap = graph.add('Sub', [addDoubles(graph, input.value), addDoubles(graph, back)]);
  const cut = graph.add('Min', [graph.add('Abs', [gap]), graph.doubles([FARTHEST_GAP])]);
  const squares = graph.add('Mul', [cut, cut]);
  const error = graph.add('ReduceMean', [squares, graph.ints([1])]);
  const usual = graph.doubles([numbersOf(part, 'usual')[0]!]);
  const score = graph.add('Div', [error, graph.add('Add', [error, usual])]);
  return addSides(graph, score, Array.from(numbersOf(part, 'shares')).slice(0, 2 * classes));
}
