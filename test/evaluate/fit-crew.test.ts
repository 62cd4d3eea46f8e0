import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WiresiftError } from '../../src/base/index.ts';
import { FitCrew } from '../../src/evaluate/fit-crew.ts';
import { createMatrix } from '../../src/features/index.ts';
import { modelKind } from '../../src/models/index.ts';

const matrix = createMatrix(300, ['a', 'b', 'c']);
matrix.data.forEach((_, i) => {
  matrix.data[i] = (i * 7919) % 101;
});
const labels = Int32Array.from({ length: 300 }, (_, row) => (matrix.data[row * 3]! > 40 ? 1 : 0));
const train = { matrix, labels, classes: ['normal', 'bad'] };
const fold = { kind: 'tree', train, test: matrix, seed: 1 };
const depths = new Map([1, 2, 3, 4, 5].map((maxDepth) => [maxDepth, { maxDepth }]));

test('several candidates at once score as one after another, on several folds', async () => {
  const crew = new FitCrew(2);
  try {
    for (let round = 0; round < 2; round++) {
      const found = new Map<number, Float32Array>();
      let inside = 0;
      await crew.fitAll({
        fold,
        candidates: depths,
        async onFit(candidate, probabilities, seconds) {
          inside++;
          assert.equal(inside, 1, 'one answer at a time');
          await new Promise((resolve) => setTimeout(resolve, 2));
          inside--;
          assert.ok(seconds > 0);
          found.set(candidate, probabilities);
        },
      });
      assert.equal(found.size, 5);
      for (const [candidate, parameters] of depths) {
        const model = await modelKind('tree').create(parameters).fit(train, { seed: 1 });
        assert.deepEqual(found.get(candidate), new Float32Array(model.score(matrix)));
      }
    }
  } finally {
    await crew.close();
  }
});

test('what a fit throws comes back whole, and so does what the caller throws', async () => {
  const crew = new FitCrew(2);
  const onFit = async (): Promise<void> => {};
  try {
    const bad = { ...fold, train: { ...train, labels: labels.subarray(1) } };
    await assert.rejects(
      crew.fitAll({ fold: bad, candidates: depths, onFit }),
      (error) => error instanceof WiresiftError && error.code === 'MODEL_INPUT',
    );
    const failing = async (): Promise<void> => {
      throw new Error('the disk is full');
    };
    await assert.rejects(crew.fitAll({ fold, candidates: depths, onFit: failing }), /disk is full/);
  } finally {
    await crew.close();
  }
});

test('a signal ends the work at once', async () => {
  const crew = new FitCrew(2);
  const stop = new AbortController();
  const done: number[] = [];
  try {
    const work = crew.fitAll({
      fold,
      candidates: depths,
      signal: stop.signal,
      async onFit(candidate) {
        done.push(candidate);
        stop.abort();
      },
    });
    await assert.rejects(work, { code: 'ABORTED' });
    assert.ok(done.length < 5);
  } finally {
    await crew.close();
  }
});

test('threads are used where they are worth it', () => {
  assert.ok(new FitCrew(2).isWorth(4, 100_000_000));
  assert.ok(!new FitCrew(2).isWorth(4, 1000));
  assert.ok(!new FitCrew(1).isWorth(4, 1e9));
  assert.ok(!new FitCrew(2).isWorth(1, 1e9));
});
