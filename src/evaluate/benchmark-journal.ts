import { Journal } from '../base/index.ts';
import type { BenchmarkEntry, BenchmarkJournal } from './benchmark.ts';

const FORMAT = 1;

/**
 * Finished models of a benchmark on disk, so that it goes on after a kill. Entries are found by what
 * they were made from, so one file may serve several benchmarks.
 * @throws WiresiftError `BENCHMARK_JOURNAL` for a file that is none, or a damaged line
 */
export async function openBenchmarkJournal(
  path: string,
): Promise<BenchmarkJournal & { close(): Promise<void> }> {
  const kind = { name: 'benchmark', format: FORMAT, key: '', code: 'BENCHMARK_JOURNAL' };
  const journal = await Journal.open(path, kind);
  const entries = new Map<string, BenchmarkEntry>();
  for (const { id, entry } of journal.lines) {
    if (typeof id === 'string' && entry) entries.set(id, entry as BenchmarkEntry);
  }
  return {
    find: (id) => entries.get(id),
    add: (id, entry) => journal.add({ id, entry }),
    close: () => journal.close(),
  };
}
