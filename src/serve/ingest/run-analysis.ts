import { parentPort, workerData } from 'node:worker_threads';
import { WiresiftError } from '../../base/index.ts';
import type { ScoredRows } from '../../detect/index.ts';
import { argusSchema } from '../../flow/index.ts';
import { joinTables } from '../../table/index.ts';
import type {
  Analyse,
  AnalysisRequest,
  AnalysisResult,
  FromAnalysis,
  KeptRows,
  ToAnalysis,
} from './analysis.ts';
import { GrowingFile } from './growing-file.ts';
import { HostSums } from './host-sums.ts';
import { unfold } from './unfold.ts';

/** Batches on their way to be kept: beyond, reading waits. */
const MOST_WAITING = 16;
/** Bytes between two signs of progress. */
const PROGRESS_BYTES = 4 * 2 ** 20;

/** Rows as they can leave the thread: their batch is used again. */
function keptRows({ table, ids, scored }: ScoredRows): KeptRows {
  const scores = scored[0]?.scores.slice(0, table.rows);
  return {
    view: table.schema.name,
    table: joinTables(table.schema, [table]),
    ids: ids.slice(0, table.rows),
    ...(scores ? { scores } : {}),
  };
}

/** What happens to the rows: sums of hosts here, the rest to whoever keeps it. */
class Sending {
  readonly #send: (message: FromAnalysis) => void;
  readonly #views: ReadonlySet<string>;
  readonly hosts = new HostSums();
  #waiting = 0;
  #wake = (): void => {};

  constructor(send: (message: FromAnalysis) => void, views: readonly string[]) {
    this.#send = send;
    this.#views = new Set(views);
  }

  rows(rows: ScoredRows): void {
    const { name } = rows.table.schema;
    if (name === argusSchema.name) this.hosts.add(rows.table);
    if (!this.#views.has(name) || rows.table.rows === 0) return;
    this.#waiting++;
    this.#send({ type: 'rows', rows: keptRows(rows) });
  }

  kept(): void {
    this.#waiting--;
    this.#wake();
  }

  /** @param most batches that may still be on their way */
  async settle(most: number, signal: AbortSignal): Promise<void> {
    while (this.#waiting > most && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  wake(): void {
    this.#wake();
  }
}

/** The whole of a thread that analyses one upload: what its file calls, with the pipeline to use. */
export async function runAnalysis(analyse: Analyse): Promise<void> {
  const port = parentPort!;
  const request = workerData as AnalysisRequest;
  const send = (message: FromAnalysis): void => port.postMessage(message);
  const stop = new AbortController();
  const file = new GrowingFile(request.path);
  const sending = new Sending(send, request.views);
  port.on('message', (message: ToAnalysis) => {
    if (message.type === 'grown') file.grown(message.bytes, message.complete);
    else if (message.type === 'kept') sending.kept();
    else {
      stop.abort();
      sending.wake();
      file.grown(0, true);
    }
  });
  try {
    send(await work(analyse, { request, file, sending, signal: stop.signal, send }));
  } catch (error) {
    if (stop.signal.aborted) send({ type: 'stopped' });
    else send(failure(error));
  } finally {
    // The last message must leave before the thread ends: closing the port does both.
    port.close();
  }
}

interface Working {
  readonly request: AnalysisRequest;
  readonly file: GrowingFile;
  readonly sending: Sending;
  readonly signal: AbortSignal;
  readonly send: (message: FromAnalysis) => void;
}

async function work(analyse: Analyse, parts: Working): Promise<FromAnalysis> {
  const { request, file, sending, signal, send } = parts;
  let told = 0;
  const findings = await analyse({
    request,
    capture: unfold(file.stream(), request),
    signal,
    onRows: (rows) => sending.rows(rows),
    async afterChunk() {
      if (file.read - told >= PROGRESS_BYTES) {
        told = file.read;
        send({ type: 'progress', bytes: told });
      }
      await sending.settle(MOST_WAITING, signal);
    },
  });
  await sending.settle(0, signal);
  if (signal.aborted) return { type: 'stopped' };
  const result: AnalysisResult = {
    alerts: findings.alerts,
    facts: { ...findings.facts, hostsUnkept: sending.hosts.unkept },
    hosts: sending.hosts.traffic(),
  };
  return { type: 'done', result };
}

function failure(thrown: unknown): FromAnalysis {
  // The reader wraps what its stream threw; the reason is inside.
  const inside = thrown instanceof WiresiftError ? thrown.cause : undefined;
  const error = inside instanceof WiresiftError ? inside : thrown;
  if (error instanceof WiresiftError) {
    // `-` is what the thread reads from; the caller knows the file by its name.
    const { where, saw, expected, todo } = error.facts;
    const place = where.replace(/^-/, 'the file');
    const message = `${place}: saw ${saw}, expected ${expected}. ${todo}`;
    return { type: 'failed', code: error.code, message };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'failed', code: 'SERVE_FAULT', message };
}
