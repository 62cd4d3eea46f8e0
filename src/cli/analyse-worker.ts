import { WiresiftError } from '../base/index.ts';
import { detectCaptures, type LoadedModel } from '../pipeline.ts';
import {
  type AnalysisWork,
  type Findings,
  type ModelChoice,
  runAnalysis,
} from '../serve/ingest/index.ts';
import { readModelFile } from './model-path.ts';

/** A model as chosen: its own file, with what the service changed about it. */
function chosenModel(choice: ModelChoice): LoadedModel {
  const { file, hash } = readModelFile(choice.path);
  if (hash !== choice.hash) {
    throw new WiresiftError({
      code: 'MODEL_FILE',
      where: choice.path,
      saw: 'another file than the service knows',
      expected: `SHA-256 ${choice.hash}`,
      todo: 'Start the service again: it then learns of the new file',
    });
  }
  const { threshold, falsePositiveRateUpper: upper, role, name } = choice;
  const changed = {
    ...file,
    // A bound that was measured elsewhere is that of the file's own threshold.
    facts: { ...file.facts, role, ...(upper === null ? {} : { foreign: null }) },
    ...(threshold === null ? {} : { threshold: { ...file.threshold, value: threshold } }),
    ...(upper === null
      ? {}
      : { metrics: { ...file.metrics, falsePositiveRate: upper, falsePositiveRateUpper: upper } }),
  };
  return { name, hash, file: changed };
}

async function analyse({ request, ...work }: AnalysisWork): Promise<Findings> {
  const { minimumSeverity, internal, thresholds } = request.detection;
  const found = await detectCaptures(['-'], {
    models: request.models.map(chosenModel),
    detection: { minimumSeverity, thresholds, ...(internal.length > 0 ? { internal } : {}) },
    capture: { stdin: work.capture },
    signal: work.signal,
    onRows: work.onRows,
    afterChunk: work.afterChunk,
  });
  return {
    alerts: found.flatMap(({ alerts }) => alerts),
    facts: factsOf(found),
  };
}

/** What was read, lost and scored, as the file's row shows it. */
function factsOf(found: Awaited<ReturnType<typeof detectCaptures>>): Findings['facts'] {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const segments = found.map(({ segment }) => segment);
  const files = segments.flatMap((segment) => segment.files);
  const times = segments
    .flatMap(({ first, last }) => [first, last])
    .filter((time) => Number.isFinite(time));
  return {
    format: files[0]?.format ?? '',
    packets: sum(files.map(({ frames }) => frames)),
    flows: sum(found.map(({ detection }) => detection.flows)),
    alerts: sum(found.map(({ alerts }) => alerts.length)),
    belowMinimum: sum(found.map(({ detection }) => detection.suppressed)),
    first: times.length > 0 ? Math.min(...times) : null,
    last: times.length > 0 ? Math.max(...times) : null,
    fileAnomalies: files.map(({ anomalies }) => anomalies),
    anomalies: segments.flatMap(({ anomalies }) => anomalies),
    unsupportedLinkTypes: segments.map(({ unsupportedLinkTypes }) => unsupportedLinkTypes),
    models: found.map(({ detection }) => detection.models),
    evicted: found.map(({ detection }) => detection.evicted),
    late: sum(found.map(({ detection }) => detection.late)),
    evidenceDropped: sum(found.map(({ detection }) => detection.evidenceDropped)),
  };
}

await runAnalysis(analyse);
