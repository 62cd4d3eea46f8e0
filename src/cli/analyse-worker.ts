import { Readable } from 'node:stream';
import { WiresiftError } from '../base/index.ts';
import { type DetectCapturesOptions, detectCaptures, type LoadedModel } from '../pipeline.ts';
import {
  type AnalysisWork,
  type Findings,
  type ModelChoice,
  runAnalysis,
} from '../serve/ingest/index.ts';
import { streamKind } from './input-kind.ts';
import { judgeFlows } from './judge-flows.ts';
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
    ...(threshold === null ? {} : { threshold: movedTo(file.threshold, threshold) }),
    ...(upper === null
      ? {}
      : { metrics: { ...file.metrics, falsePositiveRate: upper, falsePositiveRateUpper: upper } }),
  };
  return { name, hash, file: changed };
}

/** Where the file abstains was chosen around its own threshold: a model with another always answers. */
function movedTo(
  { abstention: _, ...own }: LoadedModel['file']['threshold'],
  value: number,
): LoadedModel['file']['threshold'] {
  return { ...own, value };
}

async function analyse(work: AnalysisWork): Promise<Findings> {
  const { format, stream } = await streamKind(work.capture);
  return format ? analyseFlows(work, stream) : analyseCapture(work, stream);
}

function detectionOf({ request }: AnalysisWork): NonNullable<DetectCapturesOptions['detection']> {
  const { minimumSeverity, internal, thresholds } = request.detection;
  return { minimumSeverity, thresholds, ...(internal.length > 0 ? { internal } : {}) };
}

async function analyseCapture(
  work: AnalysisWork,
  stream: AsyncIterable<Uint8Array>,
): Promise<Findings> {
  const found = await detectCaptures(['-'], {
    models: work.request.models.map(chosenModel),
    detection: detectionOf(work),
    capture: { stdin: Readable.from(stream, { objectMode: false }) },
    signal: work.signal,
    onRows: (rows) => work.onRows(rows),
    afterChunk: work.afterChunk,
  });
  return {
    alerts: found.flatMap(({ alerts }) => alerts),
    facts: factsOf(found),
  };
}

/** Rows judged at a time: alerts of a log that comes slowly are not to wait for many. */
const LOG_ROWS = 2048;
/** Bad rows told by name; all are counted. */
const SHOWN_PROBLEMS = 20;

async function analyseFlows(
  work: AnalysisWork,
  stdin: AsyncIterable<Uint8Array>,
): Promise<Findings> {
  const judged = await judgeFlows(['-'], {
    models: work.request.models.map(chosenModel),
    detection: detectionOf(work),
    stdin,
    batchRows: LOG_ROWS,
    signal: work.signal,
    // Its own view is all there is: kept whatever the service keeps of captures.
    onRows: (rows) => work.onRows(rows, true),
    afterTable: work.afterChunk,
  });
  const { alerts, detection, problems, first, last } = judged;
  const facts = {
    input: 'flows',
    format: judged.format?.title ?? '',
    view: judged.schema ?? '',
    flows: judged.rows,
    flowsWithoutHost: judged.rows - judged.named,
    badRows: problems.problemCount,
    badRowsFirst: problems.problems
      .slice(0, SHOWN_PROBLEMS)
      .map((text) => text.replace(/^-, /, '')),
    notFlows: problems.skipped,
    rowVerdicts: judged.verdicts,
    alerts: alerts.length,
    belowMinimum: detection.suppressed,
    first: Number.isNaN(first) ? null : first,
    last: Number.isNaN(last) ? null : last,
    models: [detection.models],
    evicted: [detection.evicted],
    late: detection.late,
    evidenceDropped: detection.evidenceDropped,
  };
  return { alerts, facts };
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
    input: 'capture',
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
    losses: segments.map(({ meter, tracker }) => ({
      evictedFlows: meter?.evicted ?? 0,
      evictedConnections: tracker?.evicted ?? 0,
    })),
    late: sum(found.map(({ detection }) => detection.late)),
    evidenceDropped: sum(found.map(({ detection }) => detection.evidenceDropped)),
  };
}

await runAnalysis(analyse);
