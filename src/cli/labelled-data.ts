import type { Dataset, DatasetTable } from '../datasets/index.ts';
import { textTable } from '../table/index.ts';
import { createProgress, note } from './terminal.ts';

/** Reads labelled files with progress, and tells what could not be read. @throws as the reader */
export async function loadData(
  reader: Dataset,
  paths: readonly string[],
  { signal, strict }: { signal: AbortSignal; strict: boolean },
): Promise<DatasetTable> {
  const progress = createProgress(`reading ${reader.name}`);
  try {
    const data = await reader.read(paths, {
      signal,
      strict,
      onProgress: (done, total) => progress.update(done, total),
    });
    progress.stop();
    if (data.problemCount > 0) {
      note(`${data.problemCount} rows could not be read and are left out; the first of them:`);
      for (const problem of data.problems.slice(0, 5)) note(`  ${problem}`);
    }
    return data;
  } finally {
    progress.stop();
  }
}

/** How many rows each rule of the label mapping took. */
export function labelText(data: DatasetTable): string {
  return textTable(
    [{ title: 'labels' }, { title: 'class' }, { title: 'rows', align: 'right' }],
    data.labelCounts.map(({ group, class: name, rows }) => [group, name ?? 'none', rows]),
  );
}
