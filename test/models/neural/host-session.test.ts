import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../src/base/index.ts';
import { createMatrix, type Matrix, takeMatrixRows } from '../../../src/features/index.ts';
import type { Model } from '../../../src/models/index.ts';
import { fitSmall, generateHistory, generateTelling, HOST_KINDS, part } from './history.ts';

const TELLING = generateTelling({ rows: 1500, hosts: 12, seed: 1, plain: true });

/** A matrix of noise whose known times rise, with rows of no time and of no host among them. */
function noise(rows: number, hosts: number, seed: number): Matrix {
  const random = new Random(seed);
  const matrix = createMatrix(rows, ['level', 'noise']);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
  return { ...matrix, history: generateHistory({ rows, hosts, seed }) };
}

function scoreInParts(model: Model, matrix: Matrix, cuts: readonly number[], hosts = 64) {
  const session = model.session!({ hosts });
  const out = new Float32Array(matrix.rows * 2);
  const ends = [...cuts.map((cut) => Math.min(cut, matrix.rows)), matrix.rows].sort(
    (a, b) => a - b,
  );
  let from = 0;
  for (const to of ends) {
    out.set(session.score(part(matrix, from, to)), 2 * from);
    from = to;
  }
  return { out, session };
}

for (const kind of HOST_KINDS) {
  describe(`a session of ${kind}`, () => {
    let model: Model;
    before(async () => {
      model = await fitSmall(kind, TELLING);
    });

    it('gives what one matrix gives, bit by bit, however rows in time order are cut', () => {
      const cuts = fc.array(fc.nat(60), { maxLength: 12 });
      fc.assert(
        fc.property(cuts, fc.integer({ min: 1, max: 8 }), fc.nat(1000), (at, hosts, seed) => {
          const matrix = noise(60, hosts, seed);
          const { out, session } = scoreInParts(model, matrix, at);
          assert.deepEqual(out, model.score(matrix));
          assert.equal(session.evicted, 0);
        }),
        { numRuns: 60 },
      );
    });

    it('never looks past the row, nor at another host', () => {
      const matrix = noise(80, 4, 5);
      const whole = model.score(matrix);
      const early = part(matrix, 0, 50);
      // A tie of times at the cut is in the order of rows, so that what comes later changes nothing.
      assert.deepEqual(model.score(early), whole.slice(0, 100));
      const own = matrix.history!.hosts[70]!;
      const rows = Int32Array.from(matrix.history!.hosts.keys()).filter(
        (row) => matrix.history!.hosts[row] === own,
      );
      const at = rows.indexOf(70);
      const alone = model.score(takeMatrixRows(matrix, rows));
      assert.deepEqual(alone.slice(2 * at, 2 * at + 2), whole.slice(140, 142));
    });

    it('explains a row of its last batch as the matrix of all does', () => {
      const matrix = noise(60, 3, 9);
      const { session } = scoreInParts(model, matrix, [40]);
      for (const row of [0, 7, 19]) {
        assert.deepEqual(session.explain(row, 1), model.explain(matrix, 40 + row, 1));
      }
      assert.throws(() => session.explain(20, 1), RangeError);
    });

    it('learns what only the flow before tells, and nothing of it from rows alone', async () => {
      const fresh = generateTelling({ rows: 600, hosts: 9, seed: 2, plain: true });
      const right = (own: Model, matrix: Matrix): number => {
        const scores = own.score(matrix);
        let count = 0;
        fresh.labels.forEach((label, row) => {
          if (scores[2 * row + 1]! > 0.5 === (label === 1)) count++;
        });
        return count / fresh.labels.length;
      };
      assert.ok(right(model, fresh.matrix) > 0.95, `${right(model, fresh.matrix)}`);
      const alone = await fitSmall(kind, TELLING, { window: 1 });
      assert.ok(right(alone, fresh.matrix) < 0.65);
      const { history: _, ...without } = fresh.matrix;
      assert.ok(right(model, without) < 0.65, 'rows without a history are judged alone');
    });
  });
}

describe('a session', () => {
  let model: Model;
  before(async () => {
    model = await fitSmall('host-gru', TELLING);
  });

  it('judges a late row by what came before it, and keeps it at its place', () => {
    const matrix = noise(9, 1, 3);
    const history = {
      names: ['a'],
      hosts: new Int32Array(9),
      times: Float64Array.from([1, 2, 3, 5, 6, 4, 7, 8, 9]),
    };
    const shuffled = { ...matrix, history };
    const whole = model.score(shuffled);
    // In the whole matrix the sixth row stands before the fourth and the fifth, which were judged.
    const { out } = scoreInParts(model, shuffled, [4, 5, 6, 8]);
    assert.deepEqual(out.slice(0, 6), whole.slice(0, 6));
    assert.deepEqual(out.slice(12), whole.slice(12));
    const known = model.score(part(shuffled, 2, 6)).slice(6);
    assert.deepEqual(out.slice(10, 12), known, 'of rows that are still kept the late one sees all');
  });

  it('stays within its bound and counts hosts that it forgot', () => {
    const rows = 4000;
    const random = new Random(1);
    const matrix = createMatrix(rows, ['level', 'noise']);
    for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
    const names = Array.from({ length: rows }, (_, i) => `host${i}`);
    const times = Float64Array.from({ length: rows }, (_, i) => i);
    const flood = { ...matrix, history: { names, hosts: Int32Array.from(times.keys()), times } };
    const { session } = scoreInParts(model, flood, [500, 1000, 2000], 100);
    assert.equal(session.evicted, rows - 100);
    // Three rows of two cells and a time each, and a count.
    assert.equal(session.bytes, 100 * (3 * (2 * 4 + 8) + 2));
  });

  it('keeps fewer hosts where their flows would take more than a quarter of a gigabyte', async () => {
    const cols = Array.from({ length: 2000 }, (_, c) => `column${c}`);
    const wide = (rows: number): Matrix => {
      const matrix = createMatrix(rows, cols);
      for (let row = 0; row < rows; row++) matrix.data[row * cols.length] = row;
      const names = Array.from({ length: rows }, (_, i) => `host${i}`);
      const hosts = Int32Array.from(names.keys());
      return { ...matrix, history: { names, hosts, times: Float64Array.from(hosts) } };
    };
    const input = { matrix: wide(4), labels: Int32Array.of(0, 1, 0, 1), classes: ['a', 'b'] };
    const own = await fitSmall('host-gru', input, { window: 256, epochs: 1, batch: 2 });
    const session = own.session!({ hosts: 1e9 });
    session.score(wide(150));
    const most = Math.floor(2 ** 28 / (255 * (4 * 2000 + 8)));
    assert.equal(session.evicted, 150 - most);
    assert.ok(session.bytes <= 2 ** 28 + 1000);
  });

  it('keeps hosts that were seen again while a flood of new ones passes', () => {
    const steady = noise(40, 1, 4);
    const plain = {
      ...steady,
      history: {
        names: ['steady'],
        hosts: new Int32Array(40),
        times: Float64Array.from({ length: 40 }, (_, i) => 1000 * i),
      },
    };
    const whole = model.score(plain);
    const session = model.session!({ hosts: 16 });
    session.score(part(plain, 0, 10));
    session.score(part(plain, 10, 20));
    const names = Array.from({ length: 500 }, (_, i) => `spoofed${i}`);
    const many = noise(500, 1, 6);
    const hosts = Int32Array.from(names.keys());
    const times = new Float64Array(500).fill(20_500);
    session.score({ ...many, history: { names, hosts, times } });
    assert.ok(session.evicted >= 480);
    assert.deepEqual(session.score(part(plain, 20, 40)), whole.slice(40));
  });

  it('is there for kinds that read histories alone', async () => {
    const { history: _, ...without } = TELLING.matrix;
    assert.ok(model.session);
    const { modelKind } = await import('../../../src/models/index.ts');
    const ann = await modelKind('ann')
      .create({ epochs: 1 })
      .fit({ ...TELLING, matrix: without }, { seed: 1 });
    assert.equal(ann.session, undefined);
    assert.equal(modelKind('ann').history, undefined);
    assert.equal(modelKind('host-tcn').history, true);
  });
});
