import { WiresiftError } from '../base/index.ts';
import { defaultSpec, fitPipeline, keepBest, type Pipeline } from '../features/index.ts';
import { modelKind, type Parameters } from '../models/index.ts';
import { type FoldOptions, labelledRows } from './cross-validate.ts';

/** What elimination left. */
export interface Elimination {
  /** Yields the columns that stay. */
  readonly pipeline: Pipeline;
  /** Names of the columns that went, round by round. */
  readonly dropped: readonly (readonly string[])[];
}

/**
 * Recursive elimination (Guyon, Weston, Barnhill, Vapnik 2002): fits the model, drops the columns
 * of least importance, and so on until `keep` are left; of equally important ones the later name
 * goes. Learns from the rows given alone: give it training rows.
 *
 * @throws WiresiftError `SEARCH` when `keep` or `step` is out of range, and as `crossValidate`
 */
export async function eliminateColumns(
  options: Pick<
    FoldOptions,
    'data' | 'modelKind' | 'rows' | 'spec' | 'seed' | 'threads' | 'signal'
  > & {
    readonly parameters?: Parameters;
    /** Columns to leave. */
    readonly keep: number;
    /** Columns to drop a round: a count, or a share of those left when below 1. Default 1. */
    readonly step?: number;
  },
): Promise<Elimination> {
  const { data, keep, step = 1, seed, threads, signal } = options;
  if (!Number.isInteger(keep) || keep < 1 || !(step > 0) || (step > 1 && !Number.isInteger(step))) {
    throw new WiresiftError({
      code: 'SEARCH',
      where: 'elimination',
      saw: `keep ${keep}, step ${step}`,
      expected: 'whole numbers above 0, or a share for step',
      todo: 'Choose, say, keep 20 and step 0.1',
      exitCode: 2,
    });
  }
  const rows = labelledRows(options);
  const spec = options.spec ?? defaultSpec(data.table.schema);
  const estimator = modelKind(options.modelKind).create(options.parameters ?? {});
  const labels = rows.map((row) => data.labels[row]!);
  let pipeline = fitPipeline(spec, data.table, rows, data.labels);
  const dropped: string[][] = [];
  while (pipeline.names.length > keep) {
    const matrix = pipeline.transform(data.table, rows);
    const model = await estimator.fit(
      { matrix, labels, classes: data.classes },
      { seed, ...(threads ? { threads } : {}), ...(signal ? { signal } : {}) },
    );
    const size = pipeline.names.length;
    const drop = Math.max(1, step < 1 ? Math.floor(step * size) : step);
    const left = keepBest(model.importances(), Math.max(keep, size - drop), pipeline.names);
    dropped.push(pipeline.names.filter((_, column) => !left.includes(column)));
    pipeline = pipeline.keep(left);
  }
  return { pipeline, dropped };
}
