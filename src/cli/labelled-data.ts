import type { Dataset, DatasetTable } from '../datasets/index.ts';
import { createProgress, note } from './terminal.ts';

/** How labelled files are read; see `ReadOptions` of the data sets. */
export interface LoadOptions {
  readonly signal: AbortSignal;
  readonly strict: boolean;
  readonly target?: string;
}

/** Reads labelled files with progress, and tells what could not be read. @throws as the reader */
export async function loadData(
  reader: Dataset,
  paths: readonly string[],
  options: LoadOptions,
): Promise<DatasetTable> {
  const progress = createProgress(`reading ${reader.name}`);
  try {
    const data = await reader.read(paths, {
      ...options,
      onProgress: (done, total) => progress.update(done, total),
    });
    progress.stop();
    if (data.problemCount > 0) {
      note(
        `${data.problemCount} rows or cells could not be read and are left out; the first of them:`,
      );
      for (const problem of data.problems.slice(0, 5)) note(`  ${problem}`);
    }
    return data;
  } finally {
    progress.stop();
  }
}
