import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VERSION } from '../base/index.ts';
import { type Actor, type FileRecord, FLOW_VIEWS, type Store } from '../store/index.ts';
import { createApp, type LogOptions, type TlsFiles } from './app.ts';
import { ensureAdministrator } from './auth/first-user.ts';
import { Throttle } from './auth/throttle.ts';
import { addConsole } from './console.ts';
import { EventHub } from './event-hub.ts';
import { fileRow } from './file-rows.ts';
import type { AnalysisRequest } from './ingest/analysis.ts';
import { Ingest } from './ingest/ingest.ts';
import { Uploads } from './ingest/uploads.ts';
import { LIMITS, type ServiceLimits } from './limits.ts';
import { Metrics } from './metrics.ts';
import { modelChoices, registerModels, type ServiceModel } from './models.ts';
import { addRoutes } from './routes/index.ts';
import type { App, Serving } from './serving.ts';
import { detectionChoice } from './settings.ts';
import { Upkeep } from './upkeep.ts';

/** How a service is made. */
export interface ServiceOptions {
  readonly store: Store;
  /** Module of the thread that analyses uploads: it calls `runAnalysis`. Absent: nothing is analysed. */
  readonly analysis?: URL;
  /** Models that score the traffic, the one that alerts name first. */
  readonly models?: readonly ServiceModel[];
  /** Country of an address, `private` or `unknown`; absent: all are unknown. */
  readonly countryOf?: (address: string) => string;
  /** Folder of the console's build; absent: the service alone. */
  readonly console?: string;
  readonly tls?: TlsFiles;
  /** Proxies, by address or net, that tell who calls through them; without, nobody's word counts. */
  readonly trustProxy?: readonly string[];
  /** Password of the first administrator; absent: one is made and given back once. */
  readonly adminPassword?: string | undefined;
  readonly limits?: Partial<ServiceLimits>;
  /** Microseconds since 1970-01-01 UTC; default the system's clock. */
  readonly now?: () => number;
  readonly log?: LogOptions;
}

/** A service that runs or can be run. */
export interface Service {
  readonly app: App;
  /** The password made for the first administrator; undefined when there was one already. */
  readonly firstPassword: string | undefined;
  /** Begins to answer. @returns the address to open */
  listen(port: number, host?: string): Promise<string>;
  /**
   * Takes a file of this machine as if it had been uploaded, and waits for its analysis.
   * @returns its row, or that of the file with the same bytes that was there already
   * @throws WiresiftError as uploads do; the system's error when it cannot be read
   */
  take(path: string): Promise<FileRecord>;
  /** Answers what is being asked, hands back what is being worked on, and ends. Leaves the store open. */
  close(): Promise<void>;
}

/** Views whose flows are kept: those that tell addresses. */
const KEPT_VIEWS = FLOW_VIEWS.filter(({ hosts }) => hosts.length > 0).map(({ name }) => name);
const SYSTEM: Actor = { by: 'system' };

const systemClock = (): number => Date.now() * 1000;

/** What all parts share, and the uploads with who follows them. */
function assemble(options: ServiceOptions): Serving & { setIngest(ingest: Ingest): void } {
  const { store, now = systemClock } = options;
  const limits = { ...LIMITS, ...options.limits };
  const events = new EventHub(now());
  const metrics = new Metrics();
  let ingest: Ingest | undefined;
  const uploads = new Uploads(store, limits, {
    begun: ({ id, uploadedBy }) => ingest?.wish(id, { by: uploadedBy }),
    taken: (bytes) => metrics.uploadBytes.inc(bytes),
    grown(id, bytes, complete) {
      ingest?.grown(id, bytes, complete);
    },
    changed: (file) => events.publish('file', fileRow(file)),
  });
  return {
    store,
    now,
    limits,
    events,
    metrics,
    uploads,
    throttle: new Throttle(now),
    secure: options.tls !== undefined,
    countryOf: options.countryOf ?? (() => 'unknown'),
    models: new Map((options.models ?? []).map((model) => [model.hash, model])),
    get ingest() {
      return ingest;
    },
    setIngest(made) {
      ingest = made;
    },
  };
}

/** What to ask of an analysis as things stand now. */
async function requestOf(
  { store, limits, models }: Serving,
  fileId: string,
): Promise<AnalysisRequest> {
  const { unfoldedBytes, unfoldRatio } = limits;
  return {
    path: store.uploadPath(fileId),
    folder: store.folder,
    origin: fileId,
    models: await modelChoices(store, models),
    detection: await detectionChoice(store),
    views: KEPT_VIEWS,
    unfoldedBytes,
    unfoldRatio,
  };
}

/** Between two looks whether a file was analysed. */
const LOOK_MILLIS = 100;

async function takeFile({ store, uploads, ingest }: Serving, path: string): Promise<FileRecord> {
  const { size } = await stat(path);
  const { file } = await uploads.begin({ name: basename(path), size }, SYSTEM);
  const taken = await uploads.take(file.id, {
    offset: 0,
    body: createReadStream(path),
    last: true,
  });
  if (taken.sameAs !== null) await ingest?.stopFile(file.id);
  else await ingest?.ensureJob(file.id, SYSTEM);
  for (;;) {
    const now = await store.files.get(taken.file.id);
    const waits = ingest && (now?.state === 'received' || now?.state === 'analysing');
    if (!waits) return now ?? taken.file;
    await sleep(LOOK_MILLIS);
  }
}

/** What the log tells of how the service is set up: everything but secrets. */
function configuration(
  options: ServiceOptions,
  { store, limits, models, secure }: Serving,
): object {
  return {
    version: VERSION,
    node: process.version,
    store: { engine: store.engine, folder: store.folder },
    tls: secure,
    trustProxy: options.trustProxy ?? [],
    console: options.console ?? null,
    analyses: options.analysis !== undefined,
    models: [...models.values()].map(({ name }) => name),
    limits,
  };
}

/** Makes the service over an open store. @throws WiresiftError of the store, `SERVE_INPUT` */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { store, tls, log = {}, analysis } = options;
  const serving = assemble(options);
  const firstPassword = await ensureAdministrator(store, options.adminPassword);
  await registerModels(store, options.models ?? []);
  const app = await createApp({ serving, log, tls, trustProxy: options.trustProxy });
  app.log.info(configuration(options, serving), 'set up');
  if (analysis) {
    const { limits, events, metrics } = serving;
    const request = (fileId: string): Promise<AnalysisRequest> => requestOf(serving, fileId);
    const parts = { store, limits, events, metrics, log: app.log, analysis, request };
    serving.setIngest(new Ingest(parts));
  }
  addRoutes(app, serving);
  await addConsole(app, options.console);
  await app.ready();
  await serving.ingest?.start();
  const upkeep = new Upkeep({ store, now: serving.now, log: app.log });
  await upkeep.start();
  return {
    app,
    firstPassword,
    async listen(port, host = '127.0.0.1') {
      await app.listen({ port, host, listenTextResolver: (address) => `listening on ${address}` });
      const { address, port: bound, family } = app.server.address() as AddressInfo;
      const shown = family === 'IPv6' ? `[${address}]` : address;
      return `${tls ? 'https' : 'http'}://${shown}:${bound}`;
    },
    take: (path) => takeFile(serving, path),
    async close() {
      // Uploads first: what came is kept, and their callers are told to go on later.
      const ends = [
        () => serving.uploads.close(),
        () => app.close(),
        () => serving.ingest?.close(),
        () => upkeep.close(),
      ];
      for (const end of ends) {
        // One that fails must not keep the others, and with them the process, at work.
        try {
          await end();
        } catch (error) {
          app.log.error({ err: error }, 'a part did not end as it should');
        }
      }
    },
  };
}
