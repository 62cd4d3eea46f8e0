import type { LayerDescription } from '../neural/description.ts';
import { numbersOf } from './part.ts';
import { asSteps, type LayerInput, ofSteps, type Sequence, turned } from './sequence.ts';

type Recurrent = Extract<LayerDescription, { layer: 'rnn' | 'gru' | 'lstm' }>;

/**
 * Operator of each layer, and which of our gates stands at each place of ONNX's: ours are reset,
 * update, new and input, forget, cell, output.
 */
const FORMS = {
  rnn: { op: 'RNN', gates: [0] },
  gru: { op: 'GRU', gates: [1, 0, 2] },
  lstm: { op: 'LSTM', gates: [0, 3, 1, 2] },
} as const;

/** Gates × units × inputs from our inputs × (gates, units). */
function gateRows(
  own: ArrayLike<number>,
  gates: readonly number[],
  { inputs, units }: { readonly inputs: number; readonly units: number },
): Float32Array {
  const wide = gates.length * units;
  const out = new Float32Array(wide * inputs);
  let to = 0;
  for (const gate of gates) {
    for (let u = 0; u < units; u++) {
      for (let i = 0; i < inputs; i++) out[to++] = own[i * wide + gate * units + u]!;
    }
  }
  return out;
}

/** Biases of the product with the input, then of that with the state. */
function biases(at: LayerInput, name: string, { layer, units }: Recurrent): Float32Array {
  const { gates } = FORMS[layer];
  const own = Float32Array.from(numbersOf(at.part, `${name}.bias`));
  const out = new Float32Array(2 * gates.length * units);
  gates.forEach((gate, g) => {
    out.set(own.subarray(gate * units, (gate + 1) * units), g * units);
  });
  if (layer === 'gru') {
    out.set(Float32Array.from(numbersOf(at.part, `${name}.stateBias`)), 5 * units);
  }
  return out;
}

/** A recurrent layer, read one way or both; states start at 0. */
export function addRecurrent(at: LayerInput, layer: Recurrent): Sequence {
  const { graph, part, name, input } = at;
  const { units, sequence = false, bidirectional = false } = layer;
  const { op, gates } = FORMS[layer.layer];
  const names = bidirectional ? [`${name}.forward`, `${name}.backward`] : [name];
  const sides = names.length;
  const joined = (lists: readonly Float32Array[], inputs: number): string => {
    const all = Float32Array.from(lists.flatMap((list) => [...list]));
    const shape = inputs > 0 ? [gates.length * units, inputs] : [2 * gates.length * units];
    return graph.floats(all, [sides, ...shape]);
  };
  const rows = (own: string, inputs: number): string =>
    joined(
      names.map((each) => gateRows(numbersOf(part, `${each}.${own}`), gates, { inputs, units })),
      inputs,
    );
  const inputs = [
    turned(graph, asSteps(graph, input), [1, 0, 2]),
    rows('weight', input.channels),
    rows('recurrent', units),
    joined(
      names.map((each) => biases(at, each, layer)),
      0,
    ),
  ];
  const attributes = {
    hidden_size: { int: units },
    direction: { text: bidirectional ? 'bidirectional' : 'forward' },
    ...(layer.layer === 'gru' ? { linear_before_reset: { int: 1 } } : {}),
  };
  const channels = sides * units;
  if (!sequence) {
    const [last] = graph.addMany(op, inputs, attributes, [false, true]);
    const own = turned(graph, last!, [1, 0, 2]);
    const value = graph.add('Reshape', [own, graph.ints([0, channels])]);
    return { value, steps: 1, channels };
  }
  const [all] = graph.addMany(op, inputs, attributes, [true]);
  const own = turned(graph, all!, [2, 0, 1, 3]);
  const value = graph.add('Reshape', [own, graph.ints([0, input.steps, channels])]);
  return ofSteps(graph, { value, steps: input.steps, channels });
}
