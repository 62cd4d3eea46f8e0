import { VERSION } from '../base/index.ts';
import { createDetection, FlowScorer } from '../detect/index.ts';
import { argusSchema } from '../flow/index.ts';
import { schemaId } from '../table/index.ts';
import type { CommandContext } from './context.ts';
import type { DetectedFlows, DetectFlowsOptions } from './detect-flows.ts';
import { type ListenAddress, listenNetflow, noteExporters } from './listen.ts';

/** What {@link detectExported} is asked for. */
export interface DetectExportedOptions
  extends ListenAddress,
    Pick<DetectFlowsOptions, 'model' | 'detection' | 'quiet'> {
  readonly seconds?: number;
}

/**
 * Judges flows that exporters send, when listening ends. What could not be read stands in every alert.
 * @throws as `listenNetflow`; WiresiftError `DETECT_MODEL`, `DETECT_THRESHOLD`, `DETECT_NETWORK`
 */
export async function detectExported(
  context: CommandContext,
  options: DetectExportedOptions,
): Promise<DetectedFlows> {
  const { model, quiet, address, port, seconds } = options;
  const scorer = model && new FlowScorer(model.file, model.hash);
  const detection = createDetection({
    ...options.detection,
    version: VERSION,
    schema: schemaId(argusSchema),
    ...(scorer ? { model: scorer.facts } : {}),
  });
  const stats = await listenNetflow(context, {
    address,
    port,
    quiet,
    ...(seconds === undefined ? {} : { seconds }),
    onBatch(batch) {
      const scored = scorer?.score(batch);
      detection.addBatch(batch, scored?.scores, scored?.explain);
    },
  });
  if (!quiet) noteExporters(stats);
  detection.noteLoss({ unreadRecords: stats.bad + stats.withoutTemplate + stats.refused });
  return { alerts: detection.finish(), detection: detection.summary };
}
