import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import type { NeuralBuild } from '../../../src/models/kernels/neural.ts';
import { parseDescription } from '../../../src/models/neural/description.ts';
import { Network } from '../../../src/models/neural/network.ts';

const ROWS = 7;
const INPUTS = 10;
const OUTPUTS = 5;

/** One layer of nearly each sort. */
const DESCRIPTION = parseDescription(
  JSON.stringify({
    steps: 5,
    layers: [
      { layer: 'conv1d', filters: 6, activation: 'relu' },
      { layer: 'attention', heads: 2 },
      { layer: 'gru', units: 5, sequence: true },
      { layer: 'max-pool' },
      { layer: 'lstm', units: 3, bidirectional: true },
      { layer: 'batch-norm' },
      { layer: 'dense', units: 9, activation: 'gelu' },
      { layer: 'dropout', share: 0.2 },
    ],
  }),
);

function run(build: NeuralBuild, training: boolean, rows: readonly number[]): Float32Array[] {
  const plan = { description: DESCRIPTION, inputs: INPUTS, outputs: OUTPUTS };
  const network = new Network(plan, { rows: ROWS, training: true, build });
  network.open(new Random(3));
  const { space, input, output } = network;
  const cells = Float32Array.from({ length: ROWS * INPUTS }, (_, i) => 2 * Math.sin(i * i));
  rows.forEach((row, i) => {
    const own = cells.subarray(row * INPUTS, (row + 1) * INPUTS);
    space.view(input.at + i * INPUTS * 4, INPUTS).set(own);
  });
  network.forward(rows.length, { training, random: new Random(8) });
  const found = [space.view(output.at, rows.length * OUTPUTS).slice()];
  if (!training) return found;
  space.view(output.slope, rows.length * OUTPUTS).set(found[0]!);
  network.backward(rows.length);
  const trained = space.weights.filter(({ slope }) => slope > 0);
  return [...found, ...trained.map(({ slope, size }) => space.view(slope, size).slice())];
}

const ALL = [0, 1, 2, 3, 4, 5, 6];

it('a network on plain kernels equals the exact build bit by bit, slopes too', () => {
  const plain = run('plain', true, ALL);
  assert.deepEqual(run('exact', true, ALL), plain);
  assert.ok(plain.every((numbers) => numbers.some((value) => value !== 0)));
  run('relaxed', true, ALL).forEach((numbers, n) => {
    numbers.forEach((value, i) => {
      const wanted = plain[n]![i]!;
      assert.ok(Math.abs(value - wanted) < 1e-4 * (1 + Math.abs(wanted)), `${value} ${wanted}`);
    });
  });
});

it('a row does not depend on the rows beside it, with any build', () => {
  for (const build of ['plain', 'exact', 'relaxed'] as const) {
    const [together] = run(build, false, ALL);
    for (const row of ALL) {
      const [alone] = run(build, false, [row]);
      assert.deepEqual(alone, together!.slice(row * OUTPUTS, (row + 1) * OUTPUTS));
    }
  }
});
