import { VERSION } from '../base/index.ts';
import { readFlows, tableToFlowBatch } from '../datasets/index.ts';
import {
  type Alert,
  type BatchScores,
  createDetection,
  type DetectionSummary,
  FlowScorer,
} from '../detect/index.ts';
import type { FlowBatch } from '../flow/index.ts';
import type { DetectCapturesOptions } from '../pipeline.ts';
import { schemaId, type Table } from '../table/index.ts';
import { noteProblems } from './convert-flows.ts';
import { note } from './terminal.ts';

/** What was found in flows that other tools made. */
export interface DetectedFlows {
  readonly alerts: readonly Alert[];
  readonly detection: DetectionSummary;
}

/** What {@link detectFlows} is asked for. */
export interface DetectFlowsOptions
  extends Pick<DetectCapturesOptions, 'model' | 'detection' | 'signal'> {
  readonly strict: boolean;
  readonly quiet: boolean;
}

/** Scores of a batch's rows, which are the table's without those that have no address or time. */
function scoresOf(scorer: FlowScorer, table: Table, batch: FlowBatch): BatchScores {
  const { scores, explain } = scorer.scoreTable(table);
  const rowOf = (row: number): number => batch.id[row]! - 1;
  return {
    scores: Float32Array.from({ length: batch.length }, (_, row) => scores[rowOf(row)]!),
    explain: (row) => explain(rowOf(row)),
  };
}

/**
 * Judges flows that other tools made. The model scores those of its own schema; of others only the
 * detectors speak, and that is said aloud.
 * @throws as `readFlows`; WiresiftError `DETECT_MODEL`, `DETECT_THRESHOLD`, `TABLE_SCHEMA` for flows
 *   without addresses
 */
export async function detectFlows(
  paths: readonly string[],
  options: DetectFlowsOptions,
): Promise<DetectedFlows> {
  const { model, quiet, strict } = options;
  const scorer = model && new FlowScorer(model.file, model.hash);
  const flows = readFlows(paths, {
    strict,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  let detection: ReturnType<typeof createDetection> | undefined;
  let used: FlowScorer | undefined;
  for await (const table of flows) {
    if (!detection) {
      used = scorer?.schema === schemaId(table.schema) ? scorer : undefined;
      if (scorer && !used)
        note(`the model reads ${scorer.schema}, not these flows: detectors alone`);
      detection = createDetection({
        ...options.detection,
        version: VERSION,
        schema: schemaId(table.schema),
        ...(used ? { model: used.facts } : {}),
      });
    }
    const batch = tableToFlowBatch(table);
    const scored = used && scoresOf(used, table, batch);
    detection.addBatch(batch, scored?.scores, scored?.explain);
  }
  detection ??= createDetection({ ...options.detection, version: VERSION });
  if (!quiet) noteProblems(flows);
  detection.noteLoss({ unreadRecords: flows.problemCount });
  return { alerts: detection.finish(), detection: detection.summary };
}
