import { WiresiftError } from '../base/index.ts';
import { columnIndex, schemaId, type Table, type TextColumn } from '../table/index.ts';
import { derivation } from './derive.ts';
import { checkHistory } from './history.ts';
import { applyStep, BLOCK_ROWS, type FittedPlan, numberReader } from './lane.ts';
import { checkTable, Pipeline } from './pipeline.ts';
import { minMaxOf, quantilesOf, robustOf } from './scale.ts';
import { selectColumns } from './select.ts';
import { type ColumnPlan, checkPlan, type PipelineSpec } from './spec.ts';
import type {
  FillValue,
  FittedOneHot,
  FittedStep,
  HashingStep,
  ImputeStep,
  OneHotStep,
  OrdinalStep,
  Step,
} from './step.ts';

/** What an empty text cell becomes when a constant is asked for without a value. */
const MISSING_WORD = '<missing>';

/**
 * Learns a pipeline from the rows named, and from those only: give it the training fold. All rows
 * when absent.
 *
 * @param labels one class a row of the whole table, for selections that need them; below 0: unknown
 * @throws as `chooseFeatures` for columns that may not be features; `FEATURE_STEP` for steps that
 *   do not fit a column; `FEATURE_SCHEMA` for a table of another schema; `FEATURE_ROWS` for no rows;
 *   `FEATURE_SELECT` when a selection has no labels, meets wrong cells or leaves nothing;
 *   `FEATURE_HISTORY` when history is asked for that the table does not tell
 */
export function fitPipeline(
  spec: PipelineSpec,
  table: Table,
  rows?: Int32Array,
  labels?: Int32Array,
): Pipeline {
  const id = schemaId(spec.schema);
  checkTable(id, table);
  const count = rows ? rows.length : table.rows;
  if (count === 0) {
    throw new WiresiftError({
      code: 'FEATURE_ROWS',
      where: 'pipeline',
      saw: 'no training rows',
      expected: 'at least one',
      todo: 'Check the split and the filter of the data',
    });
  }
  const plans = spec.plans.map((plan): FittedPlan => {
    const { type } = checkPlan(spec, plan);
    if (type === 'bits') return { from: plan.from, type, steps: [] };
    const steps =
      type === 'text' ? fitText(plan, table, rows) : fitNumber(plan, table, rows, count);
    return { from: plan.from, type, steps };
  });
  if (spec.history) checkHistory(table);
  const pipeline = new Pipeline(id, plans, { history: spec.history });
  if (!spec.select?.length) return pipeline;
  const known = labels && (rows ? rows.map((row) => labels[row]!) : labels);
  return pipeline.keep(selectColumns(pipeline.transform(table, rows), spec.select, known));
}

function fitNumber(
  plan: ColumnPlan,
  table: Table,
  rows: Int32Array | undefined,
  count: number,
): FittedStep[] {
  const cells = new Float64Array(count);
  const read = numberReader(plan.from, table);
  for (let start = 0; start < count; start += BLOCK_ROWS) {
    const size = Math.min(BLOCK_ROWS, count - start);
    read(rows, start, size, cells.subarray(start, start + size));
  }
  return plan.steps.map((step) => {
    const fitted = fitNumberStep(step, cells, count);
    applyStep(fitted, cells, count);
    return fitted;
  });
}

function fitNumberStep(step: Step, cells: Float64Array, count: number): FittedStep {
  if (step.kind === 'impute') return imputed(step, fillOf(step, cells));
  if (step.kind === 'standard') return standardOf(cells);
  if (step.kind === 'robust') return robustOf(cells);
  if (step.kind === 'minMax') return minMaxOf(cells, step.clip ?? false);
  if (step.kind === 'quantile') return quantilesOf(step, cells);
  if (step.kind === 'oneHot') return oneHotOf(step, countNumbers(cells), count);
  if (step.kind === 'ordinal') return ordinalOf(step, countNumbers(cells), count);
  if (step.kind === 'hashing') return hashingOf(step);
  return step;
}

function ordinalOf(
  step: OrdinalStep,
  counts: ReadonlyMap<FillValue, number>,
  total: number,
): FittedStep {
  const { maxCategories = Number.POSITIVE_INFINITY } = step;
  const kept = frequent(step, counts, total).slice(0, maxCategories);
  const categories = kept.map(([value]) => value).sort(ascending);
  return { kind: 'ordinal', categories, unseen: (step.unseen ?? -1) + 0 };
}

/** Categories that are frequent enough, the most frequent first. */
function frequent(
  { minFrequency = 1 }: Pick<OneHotStep, 'minFrequency'>,
  counts: ReadonlyMap<FillValue, number>,
  total: number,
): [FillValue, number][] {
  const least = minFrequency < 1 ? minFrequency * total : minFrequency;
  return [...counts]
    .filter(([, count]) => count >= least)
    .sort((a, b) => b[1] - a[1] || ascending(a[0], b[0]));
}

function hashingOf(step: HashingStep): FittedStep {
  return { kind: 'hashing', columns: step.columns, seed: step.seed ?? 0 };
}

function imputed(step: ImputeStep, value: FillValue): FittedStep {
  return { kind: 'impute', with: step.with, value, indicator: step.indicator ?? false };
}

/** Number to fill with; 0 when every cell is empty. */
function fillOf(step: ImputeStep, cells: Float64Array): number {
  if (step.with === 'constant') return Number(step.value ?? 0) + 0;
  if (step.with === 'mostFrequent') return (mostFrequent(countNumbers(cells)) as number) ?? 0;
  const sorted = cells.filter((cell) => !Number.isNaN(cell)).sort();
  if (sorted.length === 0) return 0;
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle]! : sorted[middle - 1]! / 2 + sorted[middle]! / 2;
  return median + 0;
}

/** Mean and population standard deviation in two passes; empty cells are left out. */
function standardOf(cells: Float64Array): FittedStep {
  // Sums of distances from one cell: exact for a constant column.
  const origin = cells.find((cell) => !Number.isNaN(cell)) ?? 0;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < cells.length; i++) {
    if (!Number.isNaN(cells[i])) {
      sum += cells[i]! - origin;
      count++;
    }
  }
  const mean = count > 0 && Number.isFinite(sum) ? origin + sum / count : 0;
  let squares = 0;
  for (let i = 0; i < cells.length; i++) {
    if (!Number.isNaN(cells[i])) squares += (cells[i]! - mean) ** 2;
  }
  const scale = Math.sqrt(squares / Math.max(1, count));
  // Rounding leaves a constant column with a spread of a few units in the last place.
  const constant = !(scale > Math.abs(mean) * 1e-12) || !Number.isFinite(scale);
  return { kind: 'standard', mean: mean + 0, scale: constant ? 1 : scale };
}

function countNumbers(cells: Float64Array): Map<FillValue, number> {
  const counts = new Map<FillValue, number>();
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]! + 0;
    if (!Number.isNaN(cell)) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return counts;
}

function fitText(plan: ColumnPlan, table: Table, rows: Int32Array | undefined): FittedStep[] {
  const derived = derivation(table.schema.name, plan.from);
  const rule = derived?.type === 'word' ? derived.rule : (word: string): string => word;
  const name = derived?.inputs[0] ?? plan.from;
  const column = table.columns[columnIndex(table.schema, name)] as TextColumn;
  const { codes, dictionary } = column;
  const total = rows ? rows.length : table.rows;
  const byCode = new Float64Array(dictionary.length + 1);
  for (let i = 0; i < total; i++) byCode[codes[rows ? rows[i]! : i]! + 1]!++;
  const counts = new Map<FillValue, number>();
  for (let i = 0; i < dictionary.length; i++) {
    if (byCode[i + 1] === 0) continue;
    const word = rule(dictionary[i]!);
    counts.set(word, (counts.get(word) ?? 0) + byCode[i + 1]!);
  }
  return plan.steps.map((step) => {
    if (step.kind === 'oneHot') return oneHotOf(step, counts, total);
    if (step.kind === 'ordinal') return ordinalOf(step, counts, total);
    if (step.kind === 'hashing') return hashingOf(step);
    if (step.kind !== 'impute') return step as FittedStep;
    const fill =
      step.with === 'constant'
        ? String(step.value ?? MISSING_WORD)
        : (mostFrequent(counts) ?? MISSING_WORD);
    if (byCode[0]! > 0) counts.set(fill, (counts.get(fill) ?? 0) + byCode[0]!);
    return imputed(step, fill);
  });
}

/** Numbers by size, words by code unit: an order that no locale and no row order changes. */
function ascending(a: FillValue, b: FillValue): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function mostFrequent(counts: ReadonlyMap<FillValue, number>): FillValue | undefined {
  let best: FillValue | undefined;
  let most = 0;
  for (const [value, count] of counts) {
    if (count > most || (count === most && ascending(value, best!) < 0)) {
      best = value;
      most = count;
    }
  }
  return best;
}

function oneHotOf(
  step: OneHotStep,
  counts: ReadonlyMap<FillValue, number>,
  total: number,
): FittedOneHot {
  const { maxCategories = Number.POSITIVE_INFINITY, drop = 'none' } = step;
  const unseen = step.unseen ?? 'infrequent';
  const byCount = frequent({}, counts, total);
  let kept = frequent(step, counts, total);
  let grouped = kept.length < byCount.length;
  if (kept.length + (grouped ? 1 : 0) > maxCategories) {
    kept = kept.slice(0, Math.max(0, maxCategories - 1));
    grouped = true;
  }
  const categories = kept.map(([value]) => value).sort(ascending);
  const rare = byCount.slice(kept.length).map(([value]) => value);
  // Unseen words go where these go, so there is no need to tell them apart later.
  const infrequent = unseen === 'infrequent' ? [] : rare.sort(ascending);
  return { kind: 'oneHot', categories, grouped, infrequent, unseen, drop };
}
