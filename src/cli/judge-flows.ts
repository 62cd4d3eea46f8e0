import { VERSION } from '../base/index.ts';
import {
  type FlowFormat,
  type FlowTables,
  type ReadFlowsOptions,
  readFlows,
  tableToFlowBatch,
} from '../datasets/index.ts';
import {
  type Alert,
  createDetection,
  type Detection,
  type DetectionSummary,
  FlowScorer,
  type ModelScores,
  type ScoredRows,
  ScorerSet,
} from '../detect/index.ts';
import { argusSchema, type FlowBatch, kddSchema, zeekSchema } from '../flow/index.ts';
import type { DetectCapturesOptions, FoundSoFar, LoadedModel } from '../pipeline.ts';
import { numbers, schemaId, type Table } from '../table/index.ts';
import { RowVerdicts } from './row-verdicts.ts';

/** What {@link judgeFlows} is asked for. */
export interface JudgeFlowsOptions
  extends Pick<DetectCapturesOptions, 'models' | 'detection' | 'signal'>,
    Pick<ReadFlowsOptions, 'strict' | 'stdin' | 'batchRows'> {
  /** Is shown all rows with their scores, whether or not they name a host; ids are numbers of rows. */
  readonly onRows?: (rows: ScoredRows) => void;
  /** Awaited after each table; what it is given may be asked until the next. */
  readonly afterTable?: (soFar: FoundSoFar) => Promise<void>;
}

/** What was found in flows that other tools made. */
export interface JudgedFlows {
  readonly alerts: readonly Alert[];
  readonly detection: DetectionSummary;
  /** Of the last file read; undefined when none was. */
  readonly format: FlowFormat | undefined;
  /** Id of the view that the rows came in. */
  readonly schema: string | undefined;
  /** Models that read it. */
  readonly models: number;
  readonly rows: number;
  /** Rows that carry a time and addresses, by which hosts are judged. */
  readonly named: number;
  /** Times of the first and the last row that has one, microseconds; NaN when none has. */
  readonly first: number;
  readonly last: number;
  /** What could not be read, and rows that are no flows. */
  readonly problems: Pick<FlowTables, 'problems' | 'problemCount' | 'skipped'>;
  /** What models say of rows that name no host, as lines. */
  readonly verdicts: readonly string[];
}

/** Scores of a batch's rows, which are the table's without those that have no address or time. */
function scoresOf(
  scored: readonly ModelScores[],
  batch: FlowBatch,
  firstId: number,
): ModelScores[] {
  const rowOf = (row: number): number => batch.id[row]! - firstId;
  return scored.map(({ model, scores, explain, kinds, forgotten }): ModelScores => {
    const rows = Array.from({ length: batch.length }, (_, row) => rowOf(row));
    const width = kinds ? kinds.length / scores.length : 0;
    return {
      model,
      forgotten,
      scores: Float32Array.from(rows, (row) => scores[row]!),
      explain: explain && ((row) => explain(rowOf(row))),
      ...(kinds
        ? {
            kinds: Float32Array.from(
              { length: width * rows.length },
              (_, i) => kinds[rows[Math.floor(i / width)]! * width + (i % width)]!,
            ),
          }
        : {}),
    };
  });
}

/** One stretch of flows as it is judged. */
class Judging {
  readonly schema: string;
  readonly scorers: ScorerSet;
  readonly detection: Detection;
  readonly verdicts: RowVerdicts;
  readonly #onRows: JudgeFlowsOptions['onRows'];
  rows = 0;
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;

  constructor(schema: string, { models = [], detection, onRows }: JudgeFlowsOptions) {
    this.schema = schema;
    const fitting = models.filter(({ file }: LoadedModel) => file.schema === schema);
    this.scorers = new ScorerSet(
      fitting.map(({ file, hash, name }) => new FlowScorer(file, hash, name)),
    );
    const { facts } = this.scorers;
    this.detection = createDetection({ ...detection, version: VERSION, schema, models: facts });
    this.verdicts = new RowVerdicts(facts);
    this.#onRows = onRows;
  }

  add(table: Table): void {
    const firstId = this.rows + 1;
    const scored = this.scorers.score(table);
    this.rows += table.rows;
    this.verdicts.add(table.rows, scored);
    if (this.#onRows) {
      const ids = Float64Array.from({ length: table.rows }, (_, row) => firstId + row);
      this.#onRows({ table, ids, scored });
    }
    if (table.schema.name === kddSchema.name) return;
    const batch = tableToFlowBatch(table, firstId);
    this.detection.addBatch(batch, scoresOf(scored, batch, firstId));
    this.verdicts.named += batch.length;
    this.#noteTimes(table);
  }

  #noteTimes(table: Table): void {
    const { name } = table.schema;
    const column = name === argusSchema.name ? 'StartTime' : name === zeekSchema.name ? 'ts' : '';
    if (column === '') return;
    for (const time of numbers(table, column).subarray(0, table.rows)) {
      if (time < this.first) this.first = time;
      if (time > this.last) this.last = time;
    }
  }
}

/**
 * Judges flows that other tools made, recognised by content. The models of their schema score them.
 * Rows without a time or addresses accuse nobody: what models say of them is told by row. Bad rows are
 * counted, and those around them judged.
 * @throws as `readFlows`; WiresiftError `DETECT_MODEL`, `DETECT_THRESHOLD`, `TABLE_SCHEMA` for flows
 *   that are of no view
 */
export async function judgeFlows(
  paths: readonly string[],
  options: JudgeFlowsOptions,
): Promise<JudgedFlows> {
  const { strict, stdin, batchRows, signal, afterTable } = options;
  let format: FlowFormat | undefined;
  const flows = readFlows(paths, {
    ...(strict === undefined ? {} : { strict }),
    ...(stdin ? { stdin } : {}),
    ...(batchRows === undefined ? {} : { batchRows }),
    ...(signal ? { signal } : {}),
    onFile: (_path, found) => {
      format = found;
    },
  });
  let judging: Judging | undefined;
  for await (const table of flows) {
    judging ??= new Judging(schemaId(table.schema), options);
    judging.add(table);
    const { detection } = judging;
    await afterTable?.({ early: () => detection.preview(), openFlows: 0 });
  }
  const detection =
    judging?.detection ?? createDetection({ ...options.detection, version: VERSION });
  detection.noteLoss({ unreadRecords: flows.problemCount });
  const alerts = detection.finish();
  const { first = Number.NaN, last = Number.NaN } = judging ?? {};
  return {
    alerts,
    detection: detection.summary,
    format,
    schema: judging?.schema,
    models: judging?.scorers.facts.length ?? 0,
    rows: judging?.rows ?? 0,
    named: judging?.verdicts.named ?? 0,
    first: Number.isFinite(first) ? first : Number.NaN,
    last: Number.isFinite(last) ? last : Number.NaN,
    problems: flows,
    verdicts: judging?.verdicts.lines() ?? [],
  };
}
