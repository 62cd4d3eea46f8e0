import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { WiresiftError } from '../../base/index.ts';
import type { ScoredRows } from '../../detect/index.ts';
import { argusSchema } from '../../flow/index.ts';
import { discardParts, FLOW_VIEWS, FlowFiles, type NewPart } from '../../store/index.ts';
import type {
  Analyse,
  AnalysisRequest,
  AnalysisResult,
  FromAnalysis,
  ToAnalysis,
} from './analysis.ts';
import { EarlyAlerts } from './early-alerts.ts';
import { GrowingFile } from './growing-file.ts';
import { HostSums } from './host-sums.ts';
import { unfold } from './unfold.ts';

/** Bytes and milliseconds between two signs of progress, whichever come first. */
const PROGRESS_BYTES = 4 * 2 ** 20;
const PROGRESS_MILLIS = 1000;

/** What happens to the rows: sums of hosts, and files of flows that the service puts on its list. */
class Keeping {
  readonly #send: (message: FromAnalysis) => void;
  readonly #folder: string;
  readonly #request: AnalysisRequest;
  readonly #files: Map<string, FlowFiles>;
  readonly hosts = new HostSums();
  #kept = (): void => {};

  constructor(request: AnalysisRequest, send: (message: FromAnalysis) => void) {
    const { folder, origin, views } = request;
    this.#send = send;
    this.#request = request;
    this.#folder = folder;
    this.#files = new Map(
      FLOW_VIEWS.filter(({ name }) => views.includes(name)).map((view) => [
        view.name,
        new FlowFiles({ folder, view, origin }),
      ]),
    );
  }

  /** @param always whether they are all there is, as in a flow log */
  rows({ table, ids, scored }: ScoredRows, always = false): void {
    const { name } = table.schema;
    if (always || name === argusSchema.name) this.hosts.add(table);
    if (table.rows === 0) return;
    const view = always && FLOW_VIEWS.find((known) => known.name === name);
    if (view && !this.#files.has(name)) {
      const { folder, origin } = this.#request;
      this.#files.set(name, new FlowFiles({ folder, view, origin }));
    }
    const scores = scored[0]?.scores;
    this.#files.get(name)?.add(table, { ids, ...(scores ? { scores } : {}) });
  }

  /** The service has the files on its list, or they are no longer waited for. */
  kept(): void {
    this.#kept();
  }

  /**
   * Writes the flows of views whose buffer is full, or all that wait; all of it is there, or nothing.
   */
  async write(signal: AbortSignal, all: boolean): Promise<void> {
    const due = [...this.#files.values()].filter((files) => files.rows > 0 && (all || files.full));
    if (due.length === 0 || signal.aborted) return;
    const parts: NewPart[] = [];
    try {
      for (const files of due) {
        parts.push(...(await files.write()));
        files.clear();
      }
    } catch (error) {
      discardParts(this.#folder, parts);
      throw error;
    }
    await new Promise<void>((resolve) => {
      this.#kept = resolve;
      this.#send({ type: 'parts', parts });
    });
  }
}

/** Steps behind those who answer people; niceness as `nice` counts it. */
const NICENESS = 2;

/** Lets other threads of the service go first when processors are short. */
function stepBack(): void {
  // Linux alone knows priorities of threads, and tells a thread its number.
  if (process.platform !== 'linux') return;
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), NICENESS);
  } catch {
    // Where it is not allowed, the thread is like all others.
  }
}

/** The whole of a thread that analyses one upload: what its file calls, with the pipeline to use. */
export async function runAnalysis(analyse: Analyse): Promise<void> {
  const port = parentPort!;
  stepBack();
  const request = workerData as AnalysisRequest;
  const send = (message: FromAnalysis): void => port.postMessage(message);
  const stop = new AbortController();
  const file = new GrowingFile(request.path);
  const keeping = new Keeping(request, send);
  const early = new EarlyAlerts(send);
  port.on('message', (message: ToAnalysis) => {
    if (message.type === 'grown') file.grown(message.bytes, message.complete);
    else if (message.type === 'kept') keeping.kept();
    else if (message.type === 'noted') early.kept();
    else {
      stop.abort();
      keeping.kept();
      file.grown(0, true);
    }
  });
  try {
    send(await work(analyse, { request, file, keeping, early, signal: stop.signal, send }));
  } catch (error) {
    if (stop.signal.aborted) send({ type: 'stopped' });
    else send(failure(error));
  } finally {
    early.end();
    // The last message must leave before the thread ends: closing the port does both.
    port.close();
  }
}

interface Working {
  readonly request: AnalysisRequest;
  readonly file: GrowingFile;
  readonly keeping: Keeping;
  readonly early: EarlyAlerts;
  readonly signal: AbortSignal;
  readonly send: (message: FromAnalysis) => void;
}

async function work(analyse: Analyse, parts: Working): Promise<FromAnalysis> {
  const { request, file, keeping, early, signal, send } = parts;
  let told = 0;
  let toldAt = 0;
  const findings = await analyse({
    request,
    capture: unfold(file.stream(), request),
    signal,
    onRows: (rows, always) => keeping.rows(rows, always),
    async afterChunk(soFar) {
      early.hold();
      const now = performance.now();
      if (file.read - told >= PROGRESS_BYTES || now - toldAt >= PROGRESS_MILLIS) {
        told = file.read;
        toldAt = now;
        send({ type: 'progress', bytes: told, openFlows: soFar.openFlows });
      }
      await keeping.write(signal, false);
      early.read(() => soFar.early());
    },
  });
  // What stands at the end is told with the end.
  early.end();
  await keeping.write(signal, true);
  if (signal.aborted) return { type: 'stopped' };
  const result: AnalysisResult = {
    alerts: findings.alerts,
    facts: { ...findings.facts, hostsUnkept: keeping.hosts.unkept },
    hosts: keeping.hosts.packed(),
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
