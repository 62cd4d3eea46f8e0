import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  crossValidate,
  eliminateColumns,
  gridCandidates,
  nestedSearch,
  randomCandidates,
  SEARCH_PRESETS,
  type SearchOptions,
  type SearchProgress,
  scoringMetrics,
  search,
} from '../../src/evaluate/index.ts';
import { modelKind } from '../../src/models/index.ts';
import { takeRows } from '../../src/table/index.ts';
import { madeFlows } from './flows.ts';

const data = madeFlows(1200);
const folder = mkdtempSync(join(tmpdir(), 'wiresift-search-'));
after(() => rmSync(folder, { recursive: true }));
const means = ({ candidates }: Awaited<ReturnType<typeof search>>) =>
  candidates.map(({ parameters, mean }) => [parameters, mean]);

describe('crossValidate', () => {
  const options = { data, modelKind: 'tree', parameters: { maxDepth: 3 }, folds: 3, seed: 4 };

  it('tests every labelled row once, the same way each time and for any number of threads', async () => {
    const told: number[] = [];
    const found = await crossValidate({ ...options, onProgress: (done) => told.push(done) });
    assert.deepEqual(told, [1, 2, 3]);
    const labelled = data.labels.filter((label) => label >= 0).length;
    assert.equal(
      found.folds.reduce((sum, { testRows }) => sum + testRows, 0),
      labelled,
    );
    assert.ok(found.mean > 0.8 && found.mean < 1, `${found.mean}`);
    const again = await crossValidate({ ...options, threads: 2 });
    assert.deepEqual([again.mean, again.deviation], [found.mean, found.deviation]);
  });

  it('splits by groups and forward in time', async () => {
    const time = await crossValidate({ ...options, split: 'time' });
    const sizes = time.folds.map(({ trainRows }) => trainRows);
    assert.ok(sizes[0]! < sizes[1]! && sizes[1]! < sizes[2]!);
    const grouped = await crossValidate({ ...options, split: 'grouped' });
    assert.match(grouped.folds[0]!.text, /grouped fold 1 of 3/);
  });

  it('learns from no test row, in the pipeline either', async () => {
    // Later test rows change; earlier ones must come out as before, to the last bit. Logistic
    // regression would show any change of the scales.
    const seen: number[][] = [];
    const metric = {
      name: 'look',
      meaning: 'keeps the probabilities',
      better: 'higher' as const,
      score: ({ probabilities }: { probabilities: Float32Array }) => {
        seen.push([...probabilities]);
        return 0;
      },
    };
    const rows = Int32Array.from({ length: 600 }, (_, i) => i);
    const time = {
      data,
      modelKind: 'logistic',
      seed: 4,
      rows,
      split: 'time' as const,
      folds: 2,
      metric,
    };
    await crossValidate(time);
    const table = takeRows(
      data.table,
      Int32Array.from({ length: 1200 }, (_, i) => i),
    );
    const column =
      table.columns[table.schema.columns.findIndex(({ name }) => name === 'TotBytes')]!;
    assert.equal(column.kind, 'number');
    if (column.kind === 'number') column.values.fill(1e9, 300);
    await crossValidate({ ...time, data: { ...data, table } });
    assert.deepEqual(seen[2]!.slice(0, 60), seen[0]!.slice(0, 60));
    assert.notDeepEqual(seen[2], seen[0]);
  });

  it('knows every metric, each the better the better the model', async () => {
    for (const { name, better } of scoringMetrics()) {
      const deep = await crossValidate({
        ...options,
        modelKind: 'forest',
        parameters: { trees: 10 },
        metric: name,
      });
      const poor = await crossValidate({
        ...options,
        modelKind: 'tree',
        parameters: { maxDepth: 1 },
        metric: name,
      });
      assert.ok(Number.isFinite(deep.mean), name);
      assert.ok(better === 'higher' ? deep.mean >= poor.mean : deep.mean <= poor.mean, name);
    }
    await assert.rejects(crossValidate({ ...options, metric: 'toString' }), { code: 'SEARCH' });
  });
});

describe('candidates', () => {
  it('are every combination once, or distinct draws within the ranges', () => {
    const grids = [
      { a: [1, 2], b: ['x', 'y'] },
      { a: [1], b: ['x'] },
    ];
    assert.deepEqual(gridCandidates(grids), [
      { a: 1, b: 'x' },
      { a: 1, b: 'y' },
      { a: 2, b: 'x' },
      { a: 2, b: 'y' },
    ]);
    const drawn = randomCandidates(
      [{ c: { low: 0.01, high: 100, scale: 'log' }, n: { low: 2, high: 4, whole: true } }],
      300,
      7,
    );
    assert.equal(new Set(drawn.map((each) => JSON.stringify(each))).size, 300);
    assert.ok(
      drawn.every(
        ({ c, n }) => Number(c) >= 0.01 && Number(c) <= 100 && [2, 3, 4].includes(Number(n)),
      ),
    );
    const small = drawn.filter(({ c }) => Number(c) < 1).length;
    assert.ok(small > 110 && small < 190, `${small}`);
    assert.equal(randomCandidates(grids, 50, 1).length, 4);
    assert.deepEqual(randomCandidates(grids, 3, 9), randomCandidates(grids, 3, 9));
    const code = { code: 'SEARCH' };
    assert.throws(() => gridCandidates([{ a: [] }]), code);
    assert.throws(() => gridCandidates([{ a: { low: 1, high: 2 } }]), code);
    assert.throws(() => randomCandidates([{ a: { low: 0, high: 2, scale: 'log' } }], 1, 1), code);
    assert.throws(() => randomCandidates(grids, 0, 1), code);
  });

  it('of the presets are parameters that their kinds take', () => {
    for (const { modelKind: kind, grids } of SEARCH_PRESETS) {
      for (const candidate of gridCandidates(grids)) modelKind(kind).create(candidate);
    }
  });
});

describe('search', () => {
  const plain = { data, modelKind: 'tree', folds: 3, seed: 4 };
  const grids = [{ maxDepth: [1, 3, 6], minSamplesLeaf: [1, 20] }];
  const options: SearchOptions = { ...plain, grids };

  it('agrees with cross-validating each candidate, best first', async () => {
    const found = await search(options);
    assert.equal(found.candidates.length, 6);
    assert.equal(found.fits, 18);
    for (const { parameters, mean } of found.candidates.slice(0, 2)) {
      assert.equal((await crossValidate({ ...plain, parameters })).mean, mean);
    }
    const order = found.candidates.map(({ mean }) => mean);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => b - a),
    );
    assert.equal(found.best, found.candidates[0]);
    const worst = await search({ ...options, metric: 'logLoss' });
    assert.ok(worst.best.mean <= worst.candidates[5]!.mean);
  });

  it('prepares each candidate as training will: with codes where it embeds them', async () => {
    const grids = [{ base: ['ann', 'tree'] }];
    const fixed = { baseParameters: '{}', method: 'platt' };
    const shared = { data, modelKind: 'calibrated', folds: 2, seed: 2 };
    const { candidates } = await search({ ...shared, grids, fixed });
    for (const { parameters, mean } of candidates) {
      const alone = await crossValidate({ ...shared, parameters });
      assert.equal(alone.mean, mean, String(parameters['base']));
    }
  });

  it('halves: few rows for all, all rows for the best', async () => {
    const told: SearchProgress[] = [];
    const found = await search({
      ...options,
      method: { kind: 'halving', factor: 2, leastRows: 100 },
      onProgress: (progress) => told.push(progress),
    });
    assert.equal(found.rounds, 3);
    const labelled = data.labels.filter((label) => label >= 0).length;
    assert.equal(found.best.rows, labelled);
    const rounds = [1, 2, 3].map((round) => told.filter((each) => each.round === round).length);
    assert.deepEqual(rounds, [18, 9, 6]);
    const rows = found.candidates.map((each) => each.rows);
    assert.deepEqual(
      rows,
      [...rows].sort((a, b) => b - a),
    );
    assert.ok(Math.abs(rows[5]! - labelled / 4) <= 2);
    const random = await search({ ...options, method: { kind: 'random', count: 2 } });
    assert.equal(random.candidates.length, 2);
  });

  it('goes on after a kill at any byte, to the same result', async () => {
    const journal = join(folder, 'killed.jsonl');
    const whole = await search({ ...options, journal });
    const bytes = readFileSync(journal);
    const lines = bytes.toString().trimEnd().split('\n').length;
    assert.equal(lines, 19);
    for (const cut of [0, 20, bytes.length >> 1, bytes.length - 1, bytes.length]) {
      writeFileSync(journal, bytes);
      truncateSync(journal, cut);
      const kept = bytes.subarray(0, cut).toString().split('\n').length - 2;
      const again = await search({ ...options, journal });
      assert.equal(again.fits, 18 - Math.max(0, kept));
      assert.deepEqual(means(again), means(whole));
      assert.equal(readFileSync(journal, 'utf8').trimEnd().split('\n').length, 19);
    }
  });

  it('goes on after being stopped, with what it had', async () => {
    const journal = join(folder, 'stopped.jsonl');
    const stop = new AbortController();
    const onProgress = ({ done }: SearchProgress): void => {
      if (done === 7) stop.abort();
    };
    await assert.rejects(search({ ...options, journal, onProgress, signal: stop.signal }), {
      code: 'ABORTED',
    });
    const again = await search({ ...options, journal });
    assert.equal(again.fits, 11);
    assert.deepEqual(means(again), means(await search(options)));
  });

  it('refuses the journal of another search and a file that is none', async () => {
    const journal = join(folder, 'other.jsonl');
    await search({ ...options, grids: [{ maxDepth: [1] }], journal });
    const code = { code: 'SEARCH_JOURNAL' };
    await assert.rejects(search({ ...options, seed: 5, journal }), code);
    appendFileSync(journal, '{"id":1}\n');
    await assert.rejects(search({ ...options, journal }), code);
    writeFileSync(journal, 'name,value\n1,2\n');
    await assert.rejects(search({ ...options, journal }), code);
    assert.equal(readFileSync(journal, 'utf8'), 'name,value\n1,2\n');
    writeFileSync(journal, 'a note');
    await assert.rejects(search({ ...options, journal }), code);
    assert.equal(readFileSync(journal, 'utf8'), 'a note');
  });

  it('refuses wrong parameters and methods before any work', async () => {
    await assert.rejects(search({ ...options, grids: [{ depth: [1] }] }), {
      code: 'MODEL_PARAMETER',
    });
    const method = { kind: 'halving', factor: 1 } as const;
    await assert.rejects(search({ ...options, method }), { code: 'SEARCH' });
  });

  it('nests, with one journal for all', async () => {
    const journal = join(folder, 'nested.jsonl');
    const nested = { ...options, grids: [{ maxDepth: [1, 4] }], outerFolds: 2, journal };
    const found = await nestedSearch(nested);
    assert.equal(found.folds.length, 2);
    assert.ok(found.mean > 0.7 && found.mean <= 1, `${found.mean}`);
    const again = await nestedSearch(nested);
    assert.equal(again.mean, found.mean);
    assert.ok(again.folds.every((fold) => fold.search.fits === 0));
  });
});

describe('eliminateColumns', () => {
  it('leaves the columns that matter', async () => {
    const work = { data, modelKind: 'forest', parameters: { trees: 10 }, seed: 2 };
    const { pipeline, dropped } = await eliminateColumns({ ...work, keep: 4, step: 0.5 });
    assert.equal(pipeline.names.length, 4);
    const again = await eliminateColumns({ ...work, keep: 4, step: 0.5, threads: 2 });
    assert.equal(again.pipeline.hash(), pipeline.hash());
    assert.ok(dropped.length > 1 && dropped.flat().every((name) => !pipeline.names.includes(name)));
    // What tells bots from others in these made-up flows are their sizes.
    assert.ok(
      pipeline.names.some((name) => /Bytes|Pkts/.test(name)),
      `${pipeline.names}`,
    );
    await assert.rejects(eliminateColumns({ ...work, keep: 0 }), { code: 'SEARCH' });
  });
});
