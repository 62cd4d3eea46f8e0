import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Matrix } from '../../src/features/index.ts';
import { type FitInput, loadModel, modelKinds, scoreInThreads } from '../../src/models/index.ts';
import { scoreByWorkers } from '../../src/models/score-threads.ts';
import { generateInput, reorderColumns } from '../models/generated.ts';
import { generateHistory } from '../models/neural/history.ts';
import { stored } from '../models/stored-model.ts';

const QUICK = { epochs: 3, batch: 32, window: 5 };

function withHistory(rows: number, seed: number): FitInput {
  const input = generateInput({ rows, classes: 3, seed });
  return {
    ...input,
    matrix: { ...input.matrix, history: generateHistory({ rows, hosts: 7, seed }) },
  };
}

for (const kind of modelKinds().filter(({ history }) => history)) {
  describe(`model kind ${kind.kind} with histories`, () => {
    const input = withHistory(300, 1);
    const { matrix } = withHistory(200, 2);
    const fit = (own: FitInput, more = {}, threads = 1) =>
      kind.create({ ...QUICK, ...more }).fit(own, { seed: 7, threads });

    it('goes through a file bit by bit', async () => {
      const model = await fit(input);
      const { model: back } = loadModel(stored(model), 'memory');
      assert.deepEqual(back.score(matrix), model.score(matrix));
      assert.deepEqual(back.explain(matrix, 150, 1), model.explain(matrix, 150, 1));
      assert.deepEqual(back.session!().score(matrix), model.score(matrix));
      assert.notDeepEqual(model.score(matrix), model.score({ ...matrix, history: alone(matrix) }));
    });

    it('gives the same bytes for a seed, whatever the number of threads', async () => {
      const bytes = stored(await fit(input));
      assert.deepEqual(stored(await fit(input, {}, 3)), bytes);
    });

    it('scores in threads as it scores alone, since no host is cut', async () => {
      const model = await fit(input);
      const whole = model.score(matrix);
      assert.deepEqual(await scoreInThreads(model, matrix, { threads: 2 }), whole);
      assert.deepEqual(await scoreByWorkers(model, matrix, { threads: 2 }), whole);
    });

    it('learns the same whatever the order of the columns', async () => {
      const order = [3, 0, 5, 1, 4, 2];
      const moved = (own: Matrix): Matrix => ({
        ...reorderColumns(own, order),
        history: own.history!,
      });
      const other = await fit({ ...input, matrix: moved(input.matrix) });
      assert.deepEqual(other.score(moved(matrix)), (await fit(input)).score(matrix));
    });

    it('takes a row of weight 0 for something that happened but teaches nothing', async () => {
      const weights = Float32Array.from(input.labels, (_, i) => i % 2);
      const labels = input.labels.map((label, i) => (i % 2 === 0 ? (label + 1) % 3 : label));
      const one = await fit({ ...input, weights });
      const other = await fit({ ...input, weights, labels });
      assert.deepEqual(other.score(matrix), one.score(matrix));
    });

    it('holds out the last rows in time for early stopping', async () => {
      const model = await fit(input, { earlyStopping: 1, epochs: 4 });
      assert.equal(model.score(matrix).length, 600);
    });

    it('takes a history without hosts, or none, for rows that stand alone', async () => {
      const model = await fit(input);
      const { history: _, ...without } = matrix;
      assert.deepEqual(model.score(without), model.score({ ...matrix, history: alone(matrix) }));
    });
  });
}

const alone = ({ rows }: Matrix) => ({
  names: [],
  hosts: new Int32Array(rows).fill(-1),
  times: new Float64Array(rows),
});
