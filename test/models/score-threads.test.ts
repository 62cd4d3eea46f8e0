import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Matrix } from '../../src/features/index.ts';
import { type Model, modelKind, scoreInThreads } from '../../src/models/index.ts';
import { scoreByWorkers } from '../../src/models/score-threads.ts';
import { generateInput } from './generated.ts';

const { matrix } = generateInput({ rows: 20_000, classes: 3, seed: 2 });

async function neighbours(): Promise<Model> {
  const input = generateInput({ rows: 500, classes: 3 });
  return modelKind('knn').create({}).fit(input, { seed: 1 });
}

function spoiled(row: number): Matrix {
  const data = matrix.data.slice();
  data[row * matrix.cols + 1] = Number.NaN;
  return { ...matrix, data };
}

describe('scoring in threads', () => {
  it('gives the bytes of one thread, from shared memory or not, and tells how far it is', async () => {
    const model = await neighbours();
    const alone = model.score(matrix);
    const steps: number[] = [];
    const onProgress = (done: number, total: number): void => {
      assert.equal(total, matrix.rows);
      steps.push(done);
    };
    const own = { ...matrix, data: new Float32Array(matrix.data) };
    assert.deepEqual(await scoreByWorkers(model, own, { threads: 3, onProgress }), alone);
    assert.equal(steps.at(-1), matrix.rows);
    assert.ok(steps.every((step, i) => i === 0 || step > steps[i - 1]!));
    assert.deepEqual(await scoreInThreads(model, matrix, { threads: 2, onProgress }), alone);
    assert.equal(steps.at(-1), matrix.rows);
  });

  it('names the row that is wrong, in the whole matrix', async () => {
    const model = await neighbours();
    for (const row of [3, 19_999]) {
      const wrong = {
        code: 'MODEL_INPUT',
        message: new RegExp(`row ${row}, column rate: saw NaN`),
      };
      await assert.rejects(scoreByWorkers(model, spoiled(row), { threads: 2 }), wrong);
      await assert.rejects(scoreInThreads(model, spoiled(row), { threads: 2 }), wrong);
    }
    const renamed = { ...matrix, names: ['other', ...matrix.names.slice(1)] };
    await assert.rejects(scoreInThreads(model, renamed, { threads: 2 }), { code: 'MODEL_INPUT' });
  });

  it('stops when asked, before and on the way, and works after that', async () => {
    const model = await neighbours();
    const { signal } = { signal: AbortSignal.abort() };
    await assert.rejects(scoreByWorkers(model, matrix, { threads: 2, signal }), {
      code: 'ABORTED',
    });
    await assert.rejects(scoreInThreads(model, matrix, { threads: 2, signal }), {
      code: 'ABORTED',
    });
    const stop = new AbortController();
    const work = scoreByWorkers(model, matrix, {
      threads: 2,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await assert.rejects(work, { code: 'ABORTED' });
    const again = await scoreByWorkers(model, matrix, { threads: 2 });
    assert.deepEqual(again, model.score(matrix));
  });

  it('tells what went wrong in a worker', async () => {
    const model = await neighbours();
    const broken = { ...model, kind: 'knn', classes: model.classes, features: model.features };
    const tensors = model.tensors().filter(({ name }) => name !== 'cells');
    const damaged = Object.assign(broken, { parameters: model.parameters, tensors: () => tensors });
    const work = scoreByWorkers(damaged as unknown as Model, matrix, { threads: 2 });
    await assert.rejects(work, { code: 'MODEL_FILE' });
    assert.deepEqual(await scoreByWorkers(model, matrix, { threads: 2 }), model.score(matrix));
  });
});
