import type { FileRecord, JobRecord, Store } from '../store/index.ts';
import type { FileRow, JobRow } from './wire.ts';

/** An upload as it goes out. */
export function fileRow(file: FileRecord): FileRow {
  return { ...file, facts: { ...file.facts } };
}

/** Jobs as they go out, with the names of their files. */
export async function jobRows(store: Store, jobs: readonly JobRecord[]): Promise<JobRow[]> {
  const ids = [...new Set(jobs.flatMap(({ fileId }) => fileId ?? []))];
  const names = new Map<string, string>();
  if (ids.length > 0) {
    const { rows } = await store.files.page({
      where: [{ field: 'id', is: 'one of', value: ids.slice(0, 500) }],
      limit: 500,
    });
    for (const { id, name } of rows) names.set(id, name);
  }
  return jobs.map((job) => ({
    id: job.id,
    version: job.version,
    createdAt: job.createdAt,
    changedAt: job.changedAt,
    kind: job.kind,
    state: job.state,
    fileId: job.fileId,
    fileName: names.get(job.fileId ?? '') ?? '',
    result: job.result && { ...job.result },
    progress: job.progress,
    stage: job.stage,
    attempts: job.attempts,
    maxAttempts: job.maxAttempts,
    cancelRequested: job.cancelRequested,
    startedAt: job.startedAt,
    finishedAt: job.finishedAt,
    problem: job.problem,
    createdBy: job.createdBy,
  }));
}

/** One job as it goes out. */
export async function jobRow(store: Store, job: JobRecord): Promise<JobRow> {
  return (await jobRows(store, [job]))[0]!;
}
