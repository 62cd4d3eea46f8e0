import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { createMatrix, MOST_CODED, UNSEEN_CODE } from '../../../src/features/index.ts';
import { type FitInput, loadModel, type Model, modelKind } from '../../../src/models/index.ts';
import { codeColumns, MEAN_CODE, settleTable, tableRow } from '../../../src/models/neural/codes.ts';
import { Network, stepSizes } from '../../../src/models/neural/network.ts';
import { stored } from '../stored-model.ts';

const SHORT = { epochs: 3, batch: 32 };

/** Two columns of codes around a number; `b` has 3 words and rare ones. */
function coded(rows = 200): FitInput {
  const random = new Random(2);
  const matrix = createMatrix(rows, ['b', 'number', 'a']);
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const b = random.next() < 0.1 ? UNSEEN_CODE : random.int(3);
    const a = random.int(5);
    matrix.data.set([b, random.normal(), a], 3 * i);
    labels[i] = (a + (b === 1 ? 1 : 0)) % 2;
  }
  return { matrix: { ...matrix, codes: [0, 2] }, labels, classes: ['x', 'y'] };
}

const fit = (kind: string, input: FitInput, more = {}): Promise<Model> =>
  modelKind(kind)
    .create({ ...SHORT, ...more })
    .fit(input, { seed: 1 });

const tensor = (model: Model, name: string) => model.tensors().find((each) => each.name === name);

describe('codes of categories in networks', () => {
  it('have a table each, of as many words as there are, in the order of names', async () => {
    for (const kind of ['ann', 'cnn', 'gru', 'host-gru', 'host-tcn', 'host-transformer']) {
      const model = await fit(kind, coded());
      assert.deepEqual(tensor(model, 'categories')!.shape, [2, 2], kind);
      assert.deepEqual([...tensor(model, 'categories')!.data], [0, 5, 1, 3], kind);
      assert.deepEqual(tensor(model, 'categories.table0')!.data.length, 4 * (5 + 2), kind);
      assert.deepEqual(tensor(model, 'categories.table1')!.data.length, 4 * (3 + 2), kind);
      assert.equal(model.training!.layers[0]!.layer, 'embedding', kind);
    }
  });

  it('are those that categories names, where it names any', async () => {
    const input = coded();
    const one = await fit('ann', input, { categories: 'b', embedding: 6 });
    assert.deepEqual([...tensor(one, 'categories')!.data], [1, 3]);
    assert.equal(tensor(one, 'categories.table0')!.data.length, 6 * 5);
    const none = await fit('ann', input, { categories: '' });
    assert.equal(tensor(none, 'categories'), undefined);
    const { codes: _, ...plain } = input.matrix;
    const numbers = await fit('ann', { ...input, matrix: plain }, { categories: '' });
    assert.deepEqual(stored(none), stored(numbers));
  });

  it('that no table holds are numbers', async () => {
    const input = coded();
    input.matrix.data[0] = 256;
    assert.deepEqual([...tensor(await fit('ann', input), 'categories')!.data], [0, 5]);
  });

  it('each stand for a row; what is no word for the last', () => {
    assert.deepEqual(
      [0, 4.5, 5, MEAN_CODE, UNSEEN_CODE, -1, 1e9, Number.NaN].map((cell) => tableRow(cell, 5)),
      [0, 4, 6, 5, 6, 6, 6, 6],
    );
    const cells = Float32Array.of(3, -1, 0, 254, 1, 255);
    const found = codeColumns([0, 1], { cells, points: 3, cols: 2 });
    assert.deepEqual(found, [
      { column: 0, words: 4 },
      { column: 1, words: 0 },
    ]);
  });

  it('that nothing was learned by get the mean of the others, by weight', () => {
    const table = Float32Array.of(1, 10, 2, 20, 99, 99, 88, 88, 77, 77);
    const rows = {
      cells: Float32Array.of(0, 1),
      point: Int32Array.of(0, 1, 1),
      label: new Int32Array(3),
      weight: Float64Array.of(1, 1, 2),
    };
    settleTable(table, rows, { column: 0, words: 3 }, 1);
    assert.deepEqual([...table], [1, 10, 2, 20, 1.75, 17.5, 1.75, 17.5, 1.75, 17.5]);
  });

  it('tell unseen words what rare ones were, where training had any', async () => {
    const input = coded();
    const model = await fit('ann', input);
    const b = tensor(model, 'categories.table1')!.data;
    const a = tensor(model, 'categories.table0')!.data;
    const row = (data: ArrayLike<number>, i: number) =>
      Array.from({ length: 4 }, (_, k) => data[4 * i + k]);
    assert.notDeepEqual(row(b, 3), row(b, 4));
    assert.deepEqual(row(a, 5), row(a, 6));
  });

  it('are one step each where columns are steps', () => {
    const network = (pieces: number): Network => {
      const description = { steps: 'columns', layers: [] } as const;
      const categories = { columns: [{ column: 1, words: 3 }], size: 4 };
      const plan = { description, inputs: 3, outputs: 2, categories };
      assert.deepEqual(stepSizes(plan), [1, 1, 4]);
      const cut = (count: number) => ({
        edges: Float32Array.from({ length: count + 1 }, (_, i) => i),
        shift: new Float32Array(count),
        scale: new Float32Array(count).fill(1),
      });
      const all = [cut(pieces), { ...cut(0), edges: new Float32Array(0) }, cut(2)];
      return new Network({ ...plan, pieces: pieces > 0 ? all : [] }, { rows: 1, training: false });
    };
    for (const [pieces, most] of [
      [0, 4],
      [9, 10],
    ] as const) {
      const { encoded, columnOf, space, input } = network(pieces);
      assert.deepEqual(encoded.shape, { steps: 3, channels: most });
      assert.deepEqual(columnOf.length, 3 * most);
      assert.deepEqual([...columnOf].slice(-most), new Array(most).fill(1));
      assert.ok(space && input);
    }
  });

  it('are refused in files where they cannot be', async () => {
    const model = await fit('ann', coded());
    const spoiled = (change: (data: Int32Array) => void): Uint8Array => {
      const tensors = model.tensors().map((each) => {
        if (each.name !== 'categories') return each;
        const data = Int32Array.from(each.data as Int32Array);
        change(data);
        return { ...each, data };
      });
      return stored(
        Object.create(model, {
          tensors: { value: () => tensors },
          features: { value: model.features },
        }),
      );
    };
    for (const change of [
      (data: Int32Array) => (data[2] = 0),
      (data: Int32Array) => (data[2] = 3),
      (data: Int32Array) => (data[0] = -1),
      (data: Int32Array) => (data[1] = MEAN_CODE + 1),
      (data: Int32Array) => (data[1] = 4),
    ]) {
      assert.throws(() => loadModel(spoiled(change), 'memory'), { code: 'MODEL_FILE' });
    }
    assert.ok(MOST_CODED > 2);
  });
});
