import { VERSION } from '../base/index.ts';
import { createDetection, FlowScorer, ScorerSet } from '../detect/index.ts';
import { argusSchema } from '../flow/index.ts';
import { schemaId } from '../table/index.ts';
import type { CommandContext } from './context.ts';
import type { DetectedFlows, DetectFlowsOptions } from './detect-flows.ts';
import { type ListenAddress, listenNetflow, noteExporters } from './listen.ts';

/** What {@link detectExported} is asked for. */
export interface DetectExportedOptions
  extends ListenAddress,
    Pick<DetectFlowsOptions, 'models' | 'detection' | 'quiet'> {
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
  const { models = [], quiet, address, port, seconds } = options;
  const schema = schemaId(argusSchema);
  const scorers = new ScorerSet(
    models
      .filter(({ file }) => file.schema === schema)
      .map(({ file, hash, name }) => new FlowScorer(file, hash, name)),
  );
  const detection = createDetection({
    ...options.detection,
    version: VERSION,
    schema,
    models: scorers.facts,
  });
  const stats = await listenNetflow(context, {
    address,
    port,
    quiet,
    ...(seconds === undefined ? {} : { seconds }),
    onBatch: (batch) => scorers.addBatch(detection, batch),
  });
  if (!quiet) noteExporters(stats);
  detection.noteLoss({ unreadRecords: stats.bad + stats.withoutTemplate + stats.refused });
  return { alerts: detection.finish(), detection: detection.summary };
}
