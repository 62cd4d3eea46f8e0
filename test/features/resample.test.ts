import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { oversample, smotenc, undersample } from '../../src/features/index.ts';
import { numbers, textAt, texts } from '../../src/table/index.ts';
import { type Cell, mixedTable } from './tables.ts';

const labels = Int32Array.from({ length: 50 }, (_, i) => (i % 10 === 0 ? 1 : 0));
const all = Int32Array.from(labels, (_, i) => i);
const count = (rows: Int32Array, label: number): number =>
  rows.reduce((sum, row) => sum + (labels[row] === label ? 1 : 0), 0);

describe('random resampling', () => {
  it('raises the smaller class by copies of its own rows', () => {
    const rows = oversample(labels, all, { seed: 1 });
    assert.deepEqual([count(rows, 0), count(rows, 1)], [45, 45]);
    assert.deepEqual(rows.subarray(0, 50), all);
    assert.deepEqual(oversample(labels, all, { seed: 1 }), rows);
    assert.notDeepEqual(oversample(labels, all, { seed: 2 }), rows);
    assert.equal(count(oversample(labels, all, { seed: 1, target: 9 }), 1), 9);
  });

  it('lowers the larger class without repeating a row', () => {
    const rows = undersample(labels, all, { seed: 1 });
    assert.deepEqual([count(rows, 0), count(rows, 1)], [5, 5]);
    assert.equal(new Set(rows).size, 10);
    assert.deepEqual(rows, rows.slice().sort());
    assert.deepEqual(undersample(labels, all, { seed: 1 }), rows);
    assert.equal(count(undersample(labels, all, { seed: 1, target: 20 }), 0), 20);
  });

  it('touches the rows given only', () => {
    const some = all.subarray(0, 25);
    for (const rows of [
      oversample(labels, some, { seed: 1 }),
      undersample(labels, some, { seed: 1 }),
    ]) {
      assert.ok(rows.every((row) => row < 25));
    }
    assert.equal(oversample(labels, new Int32Array(0), { seed: 1 }).length, 0);
    assert.equal(undersample(labels, new Int32Array(0), { seed: 1 }).length, 0);
  });
});

describe('smotenc', () => {
  const cells = Array.from(labels, (label, i): [Cell, Cell] =>
    label === 1 ? [100 + i, i < 30 ? 'a' : 'b'] : [i, 'c'],
  );
  const table = mixedTable(cells);
  const options = { seed: 1, columns: ['size', 'kind'] };

  it('makes rows between neighbours of the class', () => {
    const made = smotenc(table, labels, all, options);
    assert.equal(made.table.rows, 90);
    assert.equal(
      made.synthetic.reduce((sum, mark) => sum + mark, 0),
      40,
    );
    const sizes = numbers(made.table, 'size');
    const kinds = texts(made.table, 'kind');
    for (let i = 0; i < 90; i++) {
      if (i < 50) {
        assert.equal(made.labels[i], labels[i]);
        assert.equal(sizes[i], cells[i]![0]);
        continue;
      }
      assert.equal(made.labels[i], 1);
      assert.ok(sizes[i]! >= 100 && sizes[i]! <= 140);
      assert.ok(['a', 'b'].includes(textAt(kinds, i)!));
    }
    assert.ok(sizes.slice(50).some((size) => !Number.isInteger(size)));
    assert.deepEqual(smotenc(table, labels, all, options), made);
  });

  it('lets a differing word cost the median deviation', () => {
    // The row at 10 makes the deviation about 4, so 0 is nearer to 0.4 (same word) than to 0.38.
    const few: [Cell, Cell][] = [
      [0, 'a'],
      [0.38, 'b'],
      [0.4, 'a'],
      [10, 'a'],
    ];
    const truth = Int32Array.of(1, 1, 1, 1);
    const each = Int32Array.of(0, 1, 2, 3);
    const made = smotenc(mixedTable(few), truth, each, { ...options, neighbours: 1, target: 100 });
    const kinds = texts(made.table, 'kind');
    for (let i = 4; i < 100; i++) assert.equal(textAt(kinds, i), 'a');
  });

  it('copies a class of one row, and refuses empty cells and a choice without numbers', () => {
    const lone = Int32Array.from({ length: 50 }, (_, i) => (i === 7 ? 1 : 0));
    const made = smotenc(table, lone, all, { ...options, target: 51 });
    const sizes = numbers(made.table, 'size');
    for (let i = 51; i < made.table.rows; i++) {
      if (made.labels[i] === 1) assert.equal(sizes[i], 7);
    }
    const holes = mixedTable([
      [1, 'a'],
      [undefined, 'a'],
      [2, 'b'],
    ]);
    const run = () =>
      smotenc(holes, Int32Array.of(0, 0, 0), Int32Array.of(0, 1, 2), { ...options, target: 5 });
    assert.throws(run, { code: 'FEATURE_EMPTY' });
    const words = () => smotenc(table, labels, all, { seed: 1, columns: ['kind'] });
    assert.throws(words, { code: 'FEATURE_COLUMN' });
  });
});
