import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/base/index.ts';
import { bootstrapRanking } from '../../src/evaluate/bootstrap.ts';
import { averagePrecision, rank, rocAuc } from '../../src/evaluate/ranking.ts';

/** Hosts whose flows all score alike: what makes drawing single flows too sure. */
function hosts(hostile: number, harmless: number, flows: number) {
  const random = new Random(11);
  const rows: { score: number; truth: number; group: number }[] = [];
  for (let host = 0; host < hostile + harmless; host++) {
    const truth = host < hostile ? 1 : 0;
    const score = 0.5 * random.next() + 0.2 * truth;
    for (let i = 0; i < flows; i++) {
      rows.push({ score: score + 0.01 * random.next(), truth, group: host });
    }
  }
  return {
    scores: Float32Array.from(rows, ({ score }) => score),
    truth: Uint8Array.from(rows, ({ truth }) => truth),
    groups: Int32Array.from(rows, ({ group }) => group),
    seed: 7,
    replicates: 200,
  };
}

test('intervals hold the estimate and repeat with the seed', () => {
  const input = hosts(20, 60, 10);
  const ranking = rank(input.scores, input.truth);
  const drawn = bootstrapRanking(input);
  assert.equal(drawn.rocAuc.method, 'bootstrap of groups');
  assert.ok(drawn.rocAuc.low <= rocAuc(ranking) && rocAuc(ranking) <= drawn.rocAuc.high);
  const precision = averagePrecision(ranking);
  assert.ok(drawn.averagePrecision.low <= precision && precision <= drawn.averagePrecision.high);
  assert.deepEqual(bootstrapRanking(input), drawn);
  assert.notDeepEqual(bootstrapRanking({ ...input, seed: 8 }), drawn);
});

test('drawing hosts is less sure than drawing flows', () => {
  const input = hosts(20, 60, 10);
  const { groups: _groups, ...flows } = input;
  const width = ({ low, high }: { low: number; high: number }): number => high - low;
  const byHost = bootstrapRanking(input);
  const byFlow = bootstrapRanking(flows);
  assert.equal(byFlow.rocAuc.method, 'bootstrap of rows');
  assert.ok(width(byHost.rocAuc) > 1.5 * width(byFlow.rocAuc));
});

test('too few hostile hosts to draw from: rows, and it says so', () => {
  const drawn = bootstrapRanking(hosts(1, 60, 10));
  assert.match(drawn.averagePrecision.method, /too narrow, since all positives come from 1 group$/);
  assert.ok(drawn.averagePrecision.low < drawn.averagePrecision.high);
});

test('one draw of single rows is the estimate of the rows drawn', () => {
  // A score that parts the classes perfectly gives 1 whatever is drawn.
  const drawn = bootstrapRanking({
    scores: Float32Array.of(0.9, 0.8, 0.7, 0.2, 0.1, 0.1),
    truth: Uint8Array.of(1, 1, 1, 0, 0, 0),
    seed: 1,
    replicates: 50,
  });
  assert.equal(drawn.rocAuc.low, 1);
  assert.equal(drawn.averagePrecision.low, 1);
});

test('no bounds without both classes', () => {
  const drawn = bootstrapRanking({
    scores: Float32Array.of(0.9, 0.8),
    truth: Uint8Array.of(0, 0),
    seed: 1,
    replicates: 10,
  });
  assert.ok(Number.isNaN(drawn.rocAuc.low));
  assert.ok(Number.isNaN(drawn.averagePrecision.high));
});
