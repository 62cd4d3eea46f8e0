import { VERSION } from '../base/index.ts';
import { readFlows, tableToFlowBatch } from '../datasets/index.ts';
import {
  type Alert,
  createDetection,
  type Detection,
  type DetectionSummary,
  FlowScorer,
  type ModelScores,
  ScorerSet,
} from '../detect/index.ts';
import type { FlowBatch } from '../flow/index.ts';
import { kddSchema } from '../flow/index.ts';
import type { DetectCapturesOptions, LoadedModel } from '../pipeline.ts';
import { schemaId, type Table } from '../table/index.ts';
import { noteProblems } from './convert-flows.ts';
import { RowVerdicts } from './row-verdicts.ts';
import { note } from './terminal.ts';

/** What was found in flows that other tools made. */
export interface DetectedFlows {
  readonly alerts: readonly Alert[];
  readonly detection: DetectionSummary;
}

/** What {@link detectFlows} is asked for. */
export interface DetectFlowsOptions
  extends Pick<DetectCapturesOptions, 'models' | 'detection' | 'signal'> {
  readonly strict: boolean;
  readonly quiet: boolean;
}

/** Scores of a batch's rows, which are the table's without those that have no address or time. */
function scoresOf(scored: readonly ModelScores[], batch: FlowBatch): ModelScores[] {
  const rowOf = (row: number): number => batch.id[row]! - 1;
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

/** The models of the flows' own schema; that others cannot speak is said where no model can. */
function scorersOf(models: readonly LoadedModel[], schema: string): ScorerSet {
  const fitting = models.filter(({ file }) => file.schema === schema);
  if (models.length > 0 && fitting.length === 0) {
    note(`no model given reads ${schema}: detectors alone`);
  }
  return new ScorerSet(fitting.map(({ file, hash, name }) => new FlowScorer(file, hash, name)));
}

/**
 * Judges flows that other tools made. The models of their schema score them; where there is none, only
 * the detectors speak, and that is said aloud. Rows without a time or addresses accuse nobody: what
 * models say of them is told by row.
 * @throws as `readFlows`; WiresiftError `DETECT_MODEL`, `DETECT_THRESHOLD`, `TABLE_SCHEMA` for flows
 *   that are of no view
 */
export async function detectFlows(
  paths: readonly string[],
  options: DetectFlowsOptions,
): Promise<DetectedFlows> {
  const { models = [], quiet, strict } = options;
  const flows = readFlows(paths, {
    strict,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  let judging: { detection: Detection; scorers: ScorerSet; verdicts: RowVerdicts } | undefined;
  for await (const table of flows) {
    judging ??= begin(table, models, options.detection);
    const scored = judging.scorers.score(table);
    judging.verdicts.add(table.rows, scored);
    if (table.schema.name === kddSchema.name) continue;
    const batch = tableToFlowBatch(table);
    judging.detection.addBatch(batch, scoresOf(scored, batch));
    judging.verdicts.named += batch.length;
  }
  const detection =
    judging?.detection ?? createDetection({ ...options.detection, version: VERSION });
  if (!quiet) {
    noteProblems(flows);
    for (const line of judging?.verdicts.lines() ?? []) note(line);
  }
  detection.noteLoss({ unreadRecords: flows.problemCount });
  return { alerts: detection.finish(), detection: detection.summary };
}

function begin(
  table: Table,
  models: readonly LoadedModel[],
  options: DetectFlowsOptions['detection'],
): { detection: Detection; scorers: ScorerSet; verdicts: RowVerdicts } {
  const schema = schemaId(table.schema);
  const scorers = scorersOf(models, schema);
  const detection = createDetection({
    ...options,
    version: VERSION,
    schema,
    models: scorers.facts,
  });
  return { detection, scorers, verdicts: new RowVerdicts(scorers.facts) };
}
