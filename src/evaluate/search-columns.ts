import { fitPipeline, type Pipeline } from '../features/index.ts';
import type { Parameters } from '../models/index.ts';
import { type FoldOptions, labelledRows } from './cross-validate.ts';
import { selectByModel, specFor } from './prepare.ts';

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
  const { data, keep, step = 1, modelKind: model, parameters = {} } = options;
  const rows = labelledRows(options);
  const pipeline = fitPipeline(specFor(options), data.table, rows, data.labels);
  return selectByModel({ ...options, rows }, pipeline, {
    kind: 'eliminate',
    keep,
    step,
    model,
    parameters,
  });
}
