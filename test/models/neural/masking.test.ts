import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { modelKind } from '../../../src/models/index.ts';
import {
  checkHistoryNetwork,
  type NetworkDescription,
  parseDescription,
} from '../../../src/models/neural/description.ts';
import { type ClassBatch, crossEntropy } from '../../../src/models/neural/loss.ts';
import { Network } from '../../../src/models/neural/network.ts';

const WINDOW = 5;
const INPUTS = 4;
const OUTPUTS = 3;
/** Steps that are there, a row. */
const LENGTHS = Int32Array.of(5, 1, 3, 2, 4);
const ROWS = LENGTHS.length;

const named = (kind: string): NetworkDescription => {
  const { network } = modelKind(kind).create({}).parameters;
  return parseDescription((network as string).replaceAll('"units":32', '"units":6'));
};

const NETWORKS: Readonly<Record<string, NetworkDescription>> = {
  rnn: { layers: [{ layer: 'rnn', units: 5 }] },
  gru: { layers: [{ layer: 'gru', units: 5 }] },
  lstm: { layers: [{ layer: 'lstm', units: 5 }] },
  'lstm over gru': {
    layers: [
      { layer: 'gru', units: 5, sequence: true },
      { layer: 'lstm', units: 4 },
    ],
  },
  convolutions: {
    layers: [
      { layer: 'dense', units: 4, activation: 'sigmoid' },
      { layer: 'conv1d', filters: 4, padding: 'causal', activation: 'tanh' },
      { layer: 'conv1d', filters: 3, padding: 'causal', dilation: 2, activation: 'gelu' },
    ],
  },
  'attention twice': {
    layers: [
      { layer: 'dense', units: 4 },
      { layer: 'position' },
      { layer: 'attention', heads: 2 },
      { layer: 'layer-norm' },
      { layer: 'attention' },
      { layer: 'last' },
      { layer: 'dense', units: 4, activation: 'tanh' },
    ],
  },
  'dense alone': { layers: [{ layer: 'dense', units: 4, activation: 'tanh' }] },
};

function open(description: NetworkDescription, window: number, rows = ROWS): Network {
  const network = new Network(
    { description, inputs: INPUTS, outputs: OUTPUTS, window },
    { rows, training: true, inputSlopes: true },
  );
  network.open(new Random(5));
  return network;
}

/** Random cells everywhere, also where a step is not there: they must not matter. */
function fill(network: Network, seed: number): Float32Array {
  const random = new Random(seed);
  const cells = network.space.view(network.input.at, ROWS * WINDOW * INPUTS);
  cells.forEach((_, i) => {
    cells[i] = random.normal();
  });
  network.space.lengths!.set(LENGTHS);
  for (const { at, size, slope } of network.space.weights) {
    if (!slope) continue;
    const values = network.space.view(at, size);
    for (let i = 0; i < size; i++) values[i]! += 0.2 * random.normal();
  }
  return cells;
}

const pass = { training: true, random: new Random(2) };

describe('steps that are not there', () => {
  for (const [name, description] of Object.entries(NETWORKS)) {
    it(`have no slope through ${name}, and the others have theirs`, () => {
      const network = open(description, WINDOW);
      const cells = fill(network, 9);
      const { space, input, output } = network;
      const batch: ClassBatch = {
        out: space.view(output.at, ROWS * OUTPUTS),
        slopes: space.view(output.slope, ROWS * OUTPUTS),
        rows: ROWS,
        width: OUTPUTS,
        labels: Int32Array.of(0, 1, 2, 0, 1),
        weights: Float64Array.of(1, 2, 0.5, 1, 3),
        divisor: 1,
      };
      const loss = (): number => {
        network.forward(ROWS, pass);
        return crossEntropy(batch);
      };
      loss();
      for (const { slope, size } of space.weights) if (slope) space.clear(slope, size);
      network.backward(ROWS);
      const compare = (what: string, values: Float32Array, slopes: Float32Array): void => {
        for (let i = 0; i < values.length; i++) {
          const value = values[i]!;
          values[i] = value + 4e-3;
          const above = loss();
          values[i] = value - 4e-3;
          const below = loss();
          values[i] = value;
          const seen = (above - below) / 8e-3;
          const gap = Math.abs(seen - slopes[i]!);
          assert.ok(gap < 4e-3 * (1 + Math.abs(seen)), `${what} ${i}: ${slopes[i]} but ${seen}`);
        }
      };
      const slopes = space.view(input.slope, cells.length).slice();
      for (const { name: weight, at, slope, size } of space.weights) {
        if (slope) compare(weight, space.view(at, size), space.view(slope, size).slice());
      }
      const kept = cells.slice();
      compare('input', cells, slopes);
      cells.set(kept);
      LENGTHS.forEach((length, row) => {
        const from = row * WINDOW * INPUTS;
        const own = slopes.slice(from, from + (WINDOW - length) * INPUTS);
        assert.ok(own.every((slope) => slope === 0));
      });
    });
  }

  const equal: Readonly<Record<string, NetworkDescription>> = {
    ...NETWORKS,
    'host-gru': named('host-gru'),
    'host-tcn': named('host-tcn'),
    'host-transformer': named('host-transformer'),
  };
  for (const [name, description] of Object.entries(equal)) {
    it(`change no bit of what ${name} gives for those that are`, () => {
      const whole = open(description, WINDOW);
      const cells = fill(whole, 4).slice();
      whole.forward(ROWS, pass);
      const out = whole.space.view(whole.output.at, ROWS * OUTPUTS).slice();
      LENGTHS.forEach((length, row) => {
        const short = open(description, length, 1);
        short.space.weights.forEach(({ at, size }, i) => {
          const from = whole.space.weights[i]!;
          const values = whole.space.view(from.at, from.size);
          // Positions count from the judged row back: a shorter table is the end of the longer one.
          short.space.view(at, size).set(values.subarray(from.size - size));
        });
        const from = (row * WINDOW + WINDOW - length) * INPUTS;
        const own = cells.subarray(from, (row + 1) * WINDOW * INPUTS);
        short.space.view(short.input.at, own.length).set(own);
        short.forward(1, pass);
        const given = short.space.view(short.output.at, OUTPUTS);
        assert.deepEqual(given, out.subarray(row * OUTPUTS, (row + 1) * OUTPUTS));
      });
    });
  }
});

it('refuses layers that would count steps which are not there', () => {
  const refused = (layer: string, says: RegExp): void => {
    const network = `{"layers":[${layer}]}`;
    assert.throws(() => modelKind('host-gru').create({ network }), says);
    checkHistoryNetwork({ layers: [{ layer: 'dense', units: 3 }] });
    modelKind('gru').create({ network });
  };
  refused('{"layer":"conv1d","filters":4}', /padding causal/);
  refused('{"layer":"conv1d","filters":4,"padding":"causal","stride":2}', /stride 1/);
  refused('{"layer":"gru","units":4,"bidirectional":true}', /one direction/);
  for (const layer of ['max-pool', 'average-pool', 'flatten', 'batch-norm']) {
    refused(`{"layer":"${layer}"}`, /the layer last/);
  }
  const steps = '{"steps":3,"layers":[]}';
  assert.throws(() => modelKind('host-tcn').create({ network: steps }), /no steps/);
});
