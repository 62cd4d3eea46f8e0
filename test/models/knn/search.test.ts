import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { NeighbourSearch } from '../../../src/models/knn/search.ts';
import { buildSpace } from '../../../src/models/knn/space.ts';

/** Points on a coarse grid, so that many lie equally far. */
function grid(points: number, cols: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: points * cols }, () => random.int(7) - 3);
}

function everyDistance(cells: Float32Array, query: Float32Array, p: number): [number, number][] {
  const cols = query.length;
  const all: [number, number][] = [];
  for (let i = 0; i < cells.length / cols; i++) {
    let sum = 0;
    for (let c = 0; c < cols; c++) sum += Math.abs(cells[i * cols + c]! - query[c]!) ** p;
    all.push([sum, i]);
  }
  return all.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

describe('neighbour search', () => {
  it('finds what a look at every point finds, ties by number, for any p', () => {
    const cols = 5;
    const order = Int32Array.from({ length: cols }, (_, c) => c);
    const cells = grid(700, cols, 1);
    const queries = grid(60, cols, 2);
    const space = buildSpace(700, cols, cells);
    for (const p of [1, 2, 3]) {
      for (const k of [1, 5, 40]) {
        const search = new NeighbourSearch(space, new Float64Array(700).fill(1), { k, p });
        for (let q = 0; q < 60; q++) {
          search.find(queries, q * cols, order);
          const query = queries.subarray(q * cols, (q + 1) * cols);
          const wanted = everyDistance(cells, query, p).slice(0, k);
          assert.equal(search.count, k);
          assert.deepEqual(
            Array.from({ length: k }, (_, n) => [search.distance[n], search.point[n]]),
            wanted,
          );
        }
      }
    }
  });

  it('counts neighbours by weight, below 1 and above', () => {
    const cells = Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7);
    const space = buildSpace(8, 1, cells);
    const found = (weight: number, k: number): number => {
      const search = new NeighbourSearch(space, new Float64Array(8).fill(weight), { k, p: 1 });
      search.find(Float32Array.of(-1), 0, Int32Array.of(0));
      return search.count;
    };
    assert.equal(found(1, 3), 3);
    assert.equal(found(2, 3), 2);
    assert.equal(found(0.5, 3), 6);
    assert.equal(found(0.01, 3), 8, 'all there are');
  });

  it('stays shallow where points pile up toward one end', () => {
    const points = 4000;
    const cells = Float32Array.from({ length: points }, (_, i) => 1.02 ** (i - points / 2));
    const { depth, from, to, right } = buildSpace(points, 1, cells);
    assert.ok(depth < 70, `${depth} levels`);
    const inLeaves = from.reduce((sum, first, i) => sum + (right[i] ? 0 : to[i]! - first), 0);
    assert.equal(inLeaves, points);
  });
});
