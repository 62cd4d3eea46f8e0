import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modelKind, type Parameters, type TrainingEvent } from '../../../src/models/index.ts';
import type { FitInput } from '../../../src/models/model.ts';
import { Network } from '../../../src/models/neural/network.ts';
import { prepareData } from '../../../src/models/neural/prepare.ts';
import { readSettings } from '../../../src/models/neural/settings.ts';
import { shardStart, shardsOf } from '../../../src/models/neural/task.ts';
import { networkPlan, trainNetwork, worthThreads } from '../../../src/models/neural/train.ts';
import { generateInput } from '../generated.ts';
import { generateTelling, SMALL } from './history.ts';

const SEED = 4;

function prepared(kind: string, input: FitInput, given: Parameters) {
  const settings = readSettings(modelKind(kind).create(given).parameters);
  return { settings, data: prepareData(input, settings, SEED) };
}

/** A network with all that shards could get wrong: dropout, batch normalisation, recurrence. */
const MIXED = JSON.stringify({
  steps: 2,
  layers: [
    { layer: 'dense', units: 9, activation: 'relu' },
    { layer: 'gru', units: 6, sequence: true },
    { layer: 'batch-norm' },
    { layer: 'dropout', share: 0.3 },
    { layer: 'lstm', units: 5 },
  ],
});

describe('a training shared by threads', () => {
  it('ends with the same bytes for any number of them', async () => {
    const input = generateInput({ rows: 700, classes: 3 });
    const heldOut = Int32Array.from({ length: 150 }, (_, i) => 4 * i);
    const given = { network: MIXED, epochs: 3, batch: 300, earlyStopping: 2 };
    const { settings, data } = prepared('ann', { ...input, heldOut }, given);
    assert.ok(data.held);
    const alone = await trainNetwork(settings, data, { seed: SEED });
    assert.equal(alone.epochs.length, 3);
    for (const threads of [2, 3]) {
      assert.deepEqual(await trainNetwork(settings, data, { seed: SEED, threads }), alone);
    }
  });

  it('and so it does with the flows of hosts before each row', async () => {
    const given = { epochs: 2, batch: 300, window: 4, network: SMALL['host-gru'].network! };
    const input = generateTelling({ rows: 700, hosts: 9, seed: 1 });
    const { settings, data } = prepared('host-gru', input, { ...given, earlyStopping: 2 });
    assert.ok(data.held?.windows && data.train.windows);
    const alone = await trainNetwork(settings, data, { seed: SEED });
    assert.deepEqual(await trainNetwork(settings, data, { seed: SEED, threads: 2 }), alone);
  });

  it('is worth it for long trainings alone, and for no more threads than shards', () => {
    const input = generateInput({ rows: 300, classes: 3 });
    const short = prepared('ann', input, { epochs: 2 });
    assert.equal(worthThreads(short.settings, short.data, 4), 1);
    const long = prepared('ann', input, { epochs: 100_000 });
    assert.equal(worthThreads(long.settings, long.data, 8), shardsOf(128));
  });

  it('cuts batches by their rows alone, each row in one shard', () => {
    for (const rows of [1, 63, 96, 128, 129, 500, 512, 2048, 65_536]) {
      const count = shardsOf(rows);
      assert.equal(shardStart(rows, 0), 0);
      assert.equal(shardStart(rows, count), rows);
      const sizes = Array.from(
        { length: count },
        (_, s) => shardStart(rows, s + 1) - shardStart(rows, s),
      );
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
    }
    assert.deepEqual([1, 128, 512, 2048, 65_536].map(shardsOf), [1, 2, 4, 8, 16]);
  });

  it('stops when asked, in this thread and in others', async () => {
    const input = generateInput({ rows: 300, classes: 3 });
    const { settings, data } = prepared('ann', input, { epochs: 100_000 });
    for (const threads of [1, 2]) {
      const stop = new AbortController();
      const onProgress = (): void => stop.abort();
      const options = { seed: SEED, threads, onProgress, signal: stop.signal };
      await assert.rejects(trainNetwork(settings, data, options), { code: 'ABORTED' });
    }
  });
});

describe('what a training tells', () => {
  it('the network first, every epoch, and the end', async () => {
    const input = generateInput({ rows: 200, classes: 3 });
    const heldOut = Int32Array.from({ length: 60 }, (_, i) => 3 * i);
    for (const threads of [1, 2]) {
      const told: TrainingEvent[] = [];
      const { settings, data } = prepared('ann', { ...input, heldOut }, { epochs: 3, pieces: 0 });
      const onTraining = (event: TrainingEvent): void => void told.push(event);
      const trained = await trainNetwork(settings, data, { seed: SEED, threads, onTraining });
      const [first, ...rest] = told;
      assert.equal(first?.event, 'network');
      const { layers, ...facts } = first;
      assert.deepEqual(facts, { event: 'network', rows: 140, heldOut: 60, before: [], of: 3 });
      assert.deepEqual(
        layers.map(({ layer, channels, trained: count }) => [layer, channels, count]),
        [
          ['dense', 64, 7 * 64],
          ['relu', 64, 0],
          ['dense', 32, 65 * 32],
          ['relu', 32, 0],
          ['dense (output)', 3, 33 * 3],
        ],
      );
      const epochs = rest.slice(0, -1).map((event) => {
        assert.equal(event.event, 'epoch');
        assert.ok(event.seconds >= 0);
        return event.epoch;
      });
      assert.deepEqual(epochs, trained.epochs);
      assert.deepEqual(rest.at(-1), { event: 'end', ending: 'epochs', epochs: 3 });
    }
  });

  it('accuracies that a count of the scores confirms', async () => {
    const input = generateInput({ rows: 400, classes: 3 });
    const heldOut = Int32Array.from({ length: 130 }, (_, i) => 3 * i);
    const estimator = modelKind('ann').create({ epochs: 1, batch: 32 });
    const told: TrainingEvent[] = [];
    const model = await estimator.fit(
      { ...input, heldOut },
      { seed: SEED, onTraining: (event) => void told.push(event) },
    );
    const scores = model.score(input.matrix);
    const right = [0, 0, 0];
    const rows = [0, 0, 0];
    for (const row of heldOut) {
      const own = scores.subarray(3 * row, 3 * row + 3);
      const label = input.labels[row]!;
      rows[label]!++;
      if (own.every((share) => share <= own[label]!)) right[label]!++;
    }
    const told1 = told[1]!;
    assert.ok(told1.event === 'epoch');
    const sum = right.reduce((total, each) => total + each, 0);
    assert.ok(Math.abs(told1.epoch.heldOutAccuracy! - sum / 130) < 1e-12);
    const recalls = right.map((count, k) => count / rows[k]!);
    const balanced = recalls.reduce((total, each) => total + each, 0) / 3;
    assert.ok(Math.abs(told1.epoch.balancedAccuracy! - balanced) < 1e-12);
  });

  it('counts all numbers of a network in its layers', () => {
    for (const kind of ['dnn', 'cnn', 'gru-deep', 'lstm', 'transformer']) {
      const { settings, data } = prepared(kind, generateInput({ rows: 60, classes: 3 }), {});
      const { summary, space, output } = new Network(networkPlan(settings, data), {
        rows: 1,
        training: true,
      });
      const all = space.weights.reduce((sum, { size }) => sum + size, 0);
      const told = summary.reduce((sum, { trained, counted }) => sum + trained + counted, 0);
      assert.equal(told, all);
      assert.equal(summary.at(-1)!.channels, output.shape.channels);
    }
  });
});
