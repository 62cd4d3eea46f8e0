import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  type BenchmarkEntry,
  type BenchmarkOptions,
  benchmark,
  openBenchmarkJournal,
} from '../../src/evaluate/index.ts';
import { benchmarkPage, benchmarkText, pageHtml } from '../../src/report/index.ts';
import { madeFlows } from './flows.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-benchmark-'));
after(() => rmSync(folder, { recursive: true }));

const options: BenchmarkOptions = {
  data: madeFlows(2000),
  seed: 1,
  models: [
    { kind: 'tree', parameters: { maxDepth: 3 } },
    { kind: 'naive-bayes' },
    { kind: 'logistic' },
  ],
};
const figures = ({ entries }: { entries: readonly BenchmarkEntry[] }) =>
  entries.map(({ kind, parameters, evaluation }) => ({ kind, parameters, evaluation }));

test('all models are judged on the same rows, and told as they finish', async () => {
  const told: string[] = [];
  const found = await benchmark({ ...options, onEntry: ({ kind }) => told.push(kind) });
  assert.deepEqual(told, ['tree', 'naive-bayes', 'logistic']);
  assert.equal(new Set(found.entries.map(({ evaluation }) => evaluation.part)).size, 1);
  for (const entry of found.entries) {
    assert.ok(entry.fitSeconds > 0 && entry.rowsPerSecond > 0 && entry.bytes > 0, entry.kind);
  }
  assert.equal(found.entries[0]!.parameters['maxDepth'], 3);
});

test('one that cannot be trained is told, and the others go on', async () => {
  const models = [{ kind: 'voting', parameters: { members: 'tree,nothing' } }, { kind: 'tree' }];
  const { entries, failures } = await benchmark({ ...options, models });
  assert.deepEqual(
    [entries.map(({ kind }) => kind), failures.map(({ kind }) => kind)],
    [['tree'], ['voting']],
  );
});

test('a benchmark goes on from its journal after a kill, with the same figures', async () => {
  const path = join(folder, 'journal.jsonl');
  const stop = new AbortController();
  const journal = await openBenchmarkJournal(path);
  await assert.rejects(
    benchmark({ ...options, journal, signal: stop.signal, onEntry: () => stop.abort() }),
  );
  await journal.close();
  // As if power had failed in the middle of the next line.
  appendFileSync(path, '{"id":"half');
  const again = await openBenchmarkJournal(path);
  const resumed: string[] = [];
  const found = await benchmark({
    ...options,
    journal: again,
    onEntry: ({ kind }, known) => known && resumed.push(kind),
  });
  await again.close();
  assert.deepEqual(resumed, ['tree']);
  assert.deepEqual(figures(found), figures(await benchmark(options)));
  assert.equal(readFileSync(path, 'utf8').trimEnd().split('\n').length, 4);
});

test('other data or parameters are not taken from the journal', async () => {
  const journal = await openBenchmarkJournal(join(folder, 'journal.jsonl'));
  const seen: boolean[] = [];
  const onEntry = (_: unknown, known: boolean): unknown => seen.push(known);
  const one = [{ kind: 'tree', parameters: { maxDepth: 2 } }];
  await benchmark({ ...options, models: one, journal, onEntry });
  const flows = madeFlows(2000);
  const data = { ...flows, hash: 'other' };
  await benchmark({ ...options, data, models: options.models!.slice(0, 1), journal, onEntry });
  await journal.close();
  assert.deepEqual(seen, [false, false]);
});

test('a file that is no journal is refused and left as it is', async () => {
  const path = join(folder, 'other.csv');
  writeFileSync(path, 'a,b\n1,2\n');
  await assert.rejects(openBenchmarkJournal(path), { code: 'BENCHMARK_JOURNAL' });
  assert.equal(readFileSync(path, 'utf8'), 'a,b\n1,2\n');
});

test('table and page rank by average precision and show baselines, never plain accuracy', async () => {
  const found = await benchmark(options);
  const text = benchmarkText(found);
  const best = [...found.entries].sort(
    (a, b) =>
      b.evaluation.views.at(-1)!.averagePrecision.value! -
      a.evaluation.views.at(-1)!.averagePrecision.value!,
  )[0]!;
  assert.match(text, /^Leak gate: no open leak/);
  const lines = text.split('\n');
  const head = lines.findIndex((line) => line.startsWith('model'));
  assert.ok(lines[head + 1]!.startsWith(best.kind));
  assert.match(text, /majority/);
  const html = pageHtml(benchmarkPage(found));
  assert.doesNotMatch(html, />accuracy<|NaN|undefined/);
  assert.match(html, /Importances/);
});
