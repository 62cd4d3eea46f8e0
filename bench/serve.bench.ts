import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  createReadStream,
  createWriteStream,
  fsyncSync,
  mkdtempSync,
  openSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Random } from '../src/base/index.ts';
import { openStore } from '../src/store/index.ts';
import {
  captureOf,
  isAlertsList,
  LISTS,
  prepareCapture,
  QUESTIONS,
  type Question,
  reader,
  type Times,
} from './serve-load.ts';
import { ServiceProcess, type Usage } from './serve-process.ts';
import type { Sending, Sent } from './serve-sender.ts';
import { putAlerts } from './store-alerts.ts';

/** Times that each list is asked for alone. */
const LIST_RUNS = 30;
/** Times that each order of the list is asked for. */
const ORDER_RUNS = 5;
/** Uploads and copies, one after the other. */
const UPLOAD_RUNS = 5;
/** Milliseconds between two looks at memory. */
const LOOK_MILLIS = 1000;

interface Settings {
  /** Of a server on which a data base may be made; empty: SQLite. */
  readonly postgres: string;
  readonly readers: number;
  readonly seconds: number;
  readonly rate: number;
  readonly alerts: number;
  readonly pause: number;
  readonly profile: string;
  readonly megabytes: number;
  readonly parts: readonly string[];
}

interface Spread {
  readonly name: string;
  readonly answers: number;
  readonly median: number;
  readonly p99: number;
}

function spreadOf(name: string, millis: readonly number[]): Spread {
  const sorted = [...millis].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { name, answers: sorted.length, median: at(0.5), p99: at(0.99) };
}

const median = (values: readonly number[]): number => spreadOf('', values).median;

/** Questions alone, nothing else going on. */
async function alone(
  service: ServiceProcess,
  questions: readonly Question[],
  runs: number,
): Promise<Spread[]> {
  const found: Spread[] = [];
  for (const { name, path, call } of questions) {
    await service.call(path, call);
    const millis: number[] = [];
    for (let i = 0; i < runs; i++) millis.push((await service.call(path, call)).millis);
    found.push(spreadOf(name, millis));
  }
  return found;
}

interface LoadFigures {
  /** Flows of the capture by the seconds it was sent for: what came. */
  readonly flowsSent: number;
  /** Flows by the seconds until all of them were analysed and kept. */
  readonly flowsPerSecond: number;
  readonly megabytesSent: number;
  /** From the last byte to the end of the analysis. */
  readonly lagSeconds: number;
  readonly cpuSecondsPerSecond: number;
  /** Slowest hundredth of turns of the service's event loop, milliseconds. */
  readonly loopP99: number;
  /** Lists of alerts from the last byte to the end of the analysis. */
  readonly after: Spread;
  /** Megabytes, at equal distances. */
  readonly resident: readonly number[];
  readonly alertsList: Spread;
  readonly questions: readonly Spread[];
}

interface FileNow {
  readonly file: {
    readonly state: string;
    readonly problem: string;
    readonly facts: { flows?: number };
  };
}

/** Sends a capture from a thread of its own. */
async function send(sending: Sending): Promise<Sent> {
  const worker = new Worker(new URL('./serve-sender.ts', import.meta.url), { workerData: sending });
  const failed = once(worker, 'exit').then(() => {
    throw new Error('the sender ended without a word');
  });
  return Promise.race([once(worker, 'message').then(([sent]) => sent as Sent), failed]);
}

const listTimes = (times: Times): number[] =>
  QUESTIONS.filter(isAlertsList).flatMap(({ name }) => times.get(name) ?? []);

/** A capture that comes at a rate, while readers ask; they go on until its analysis has ended. */
async function load(service: ServiceProcess, settings: Settings): Promise<LoadFigures> {
  const { seconds, rate, pause, readers } = settings;
  const [during, later]: [Times, Times] = [new Map(), new Map()];
  const state = { times: during, over: false };
  const id = await service.beginUpload('load.pcap');
  const { access } = service;
  const before = service.usage();
  const started = performance.now();
  const sending = send({ access, id, rate, seconds });
  const random = new Random(3);
  const asking = Array.from({ length: readers }, () =>
    reader(service, new Random(random.uint32()), { pause, state }),
  );
  const resident: number[] = [];
  const memory = (async () => {
    while (!state.over) {
      resident.push(service.usage().residentMegabytes);
      await sleep(LOOK_MILLIS);
    }
  })();
  const { bytes } = await sending;
  const after: Usage = service.usage();
  const sent = (performance.now() - started) / 1000;
  const loopP99 = (await service.metric('nodejs_eventloop_lag_p99_seconds')) * 1000;
  state.times = later;
  const flows = await analysed(service, id);
  const took = (performance.now() - started) / 1000;
  state.over = true;
  await Promise.all([memory, ...asking]);
  return {
    flowsSent: flows / sent,
    flowsPerSecond: flows / took,
    megabytesSent: bytes / 1e6,
    lagSeconds: took - sent,
    cpuSecondsPerSecond: (after.cpuSeconds - before.cpuSeconds) / sent,
    loopP99,
    resident: thinned(resident, 24),
    alertsList: spreadOf('all lists of alerts', listTimes(during)),
    after: spreadOf('all lists, while the analysis ends', listTimes(later)),
    questions: QUESTIONS.map(({ name }) => spreadOf(name, during.get(name) ?? [])),
  };
}

const thinned = (values: readonly number[], most: number): number[] => {
  const step = Math.max(1, Math.ceil(values.length / most));
  return values.filter((_, i) => i % step === 0).map(Math.round);
};

/** Waits for the end of the analysis. @returns flows */
async function analysed(service: ServiceProcess, id: string): Promise<number> {
  for (;;) {
    const { text } = await service.call(`/api/files/${id}`);
    const { file } = JSON.parse(text) as FileNow;
    if (file.state === 'analysed') return file.facts.flows ?? 0;
    if (file.state === 'failed') throw new Error(file.problem);
    await sleep(200);
  }
}

interface UploadFigures {
  readonly megabytes: number;
  /** Milliseconds, medians. */
  readonly copy: number;
  readonly copySafe: number;
  readonly upload: number;
  /** Speed of the upload as a share of the copy's. */
  readonly share: number;
  readonly shareSafe: number;
  readonly cpuMillisPerMegabyte: number;
}

/** `cp` as the system has it, else Node's own. */
function copy(from: string, to: string): void {
  if (spawnSync('cp', [from, to], { timeout: 600_000 }).status !== 0) copyFileSync(from, to);
}

/** Waits until all that others wrote is on the disk: it must not be waited for in what is measured. */
function settle(): void {
  if (process.platform !== 'win32') spawnSync('sync', { timeout: 600_000 });
}

/** Uploads against copies of the same file on the same disk, in turn. */
async function uploads(
  service: ServiceProcess,
  folder: string,
  megabytes: number,
): Promise<UploadFigures> {
  const source = join(folder, 'source.pcap');
  const size = Math.round(megabytes * 1e6);
  await pipeline(captureOf(size), createWriteStream(source));
  const times = { copy: [] as number[], safe: [] as number[], upload: [] as number[] };
  let cpu = 0;
  for (let run = 0; run < UPLOAD_RUNS; run++) {
    const target = join(folder, `copy-${run}`);
    settle();
    let started = performance.now();
    copy(source, target);
    times.copy.push(performance.now() - started);
    const file = openSync(target, 'r+');
    fsyncSync(file);
    closeSync(file);
    times.safe.push(performance.now() - started);
    rmSync(target);
    settle();
    const id = await service.beginUpload(`${run}.pcap`, size);
    const before = service.usage();
    started = performance.now();
    await service.upload(id, createReadStream(source, { highWaterMark: 2 ** 20 }), size);
    times.upload.push(performance.now() - started);
    cpu += service.usage().cpuSeconds - before.cpuSeconds;
    await service.call(`/api/files/${id}`, { method: 'DELETE' });
  }
  const [bare, safe, upload] = [median(times.copy), median(times.safe), median(times.upload)];
  return {
    megabytes,
    copy: bare,
    copySafe: safe,
    upload,
    share: bare / upload,
    shareSafe: safe / upload,
    cpuMillisPerMegabyte: (cpu * 1000) / UPLOAD_RUNS / megabytes,
  };
}

function settingsOf(args: string[]): Settings & { json: boolean } {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '300' },
      readers: { type: 'string', default: '20' },
      postgres: { type: 'string', default: process.env['WIRESIFT_POSTGRES_URL'] ?? '' },
      profile: { type: 'string', default: '' },
      rate: { type: 'string', default: '10000' },
      alerts: { type: 'string', default: '100000' },
      pause: { type: 'string', default: '1000' },
      megabytes: { type: 'string', default: '1000' },
      parts: { type: 'string', default: 'lists,load,upload' },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    postgres: values.postgres,
    readers: Number(values.readers),
    profile: values.profile,
    seconds: Number(values.seconds),
    rate: Number(values.rate),
    alerts: Number(values.alerts),
    pause: Number(values.pause),
    megabytes: Number(values.megabytes),
    parts: values.parts.split(','),
    json: values.json,
  };
}

/** An empty data base on a server, or nothing when none is named. */
async function databaseOf(
  url: string,
): Promise<{ url: string; drop(): Promise<void> } | undefined> {
  if (url === '') return undefined;
  // Read when the module is loaded.
  process.env['WIRESIFT_POSTGRES_URL'] = url;
  const { makeDatabase } = await import('../test/contracts/store-engines.ts');
  return makeDatabase();
}

/**
 * The service as a process under load: lists over many alerts; flows at a rate with readers beside;
 * uploads against copies.
 * @param args `--parts lists,load,upload`, `--alerts`, `--seconds`, `--rate` (flows a second), `--pause`
 *   (milliseconds between two questions of a reader, on the average), `--megabytes`, `--readers`,
 *   `--postgres` (URL of a server), `--profile` (folder), `--json`
 */
export async function run(args: string[]): Promise<void> {
  const { json, ...settings } = settingsOf(args);
  const folder = mkdtempSync(
    join(process.env['WIRESIFT_BENCH_FOLDER'] ?? tmpdir(), 'wiresift-load-'),
  );
  const database = await databaseOf(settings.postgres);
  const url = database?.url ?? '';
  try {
    const store = await openStore({ folder, ...(database ? { url } : {}) });
    await putAlerts(store, new Random(1), settings.alerts);
    await store.close();
    prepareCapture();
    const service = await ServiceProcess.start(folder, url, settings.profile);
    try {
      const on = (part: string): boolean => settings.parts.includes(part);
      const figures: Figures = {
        settings,
        lists: on('lists') ? await alone(service, QUESTIONS, LIST_RUNS) : undefined,
        orders: on('lists') ? await alone(service, LISTS, ORDER_RUNS) : undefined,
        load: on('load') ? await load(service, settings) : undefined,
        upload: on('upload') ? await uploads(service, folder, settings.megabytes) : undefined,
      };
      if (json) console.log(JSON.stringify({ bench: 'serve', ...figures }));
      else print(figures);
    } finally {
      await service.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await database?.drop();
  }
}

interface Figures {
  readonly settings: Settings;
  readonly lists: readonly Spread[] | undefined;
  /** Every order, filter and search of the list. */
  readonly orders: readonly Spread[] | undefined;
  readonly load: LoadFigures | undefined;
  readonly upload: UploadFigures | undefined;
}

function printSpreads(spreads: readonly Spread[]): void {
  console.log(`${'question'.padEnd(36)}answers  median ms   p99 ms`);
  for (const { name, answers, median: middle, p99 } of spreads) {
    const cells = [
      String(answers).padStart(7),
      middle.toFixed(1).padStart(11),
      p99.toFixed(1).padStart(9),
    ];
    console.log(name.padEnd(36) + cells.join(''));
  }
}

/** Whether a goal was met, as a word. */
const met = (yes: boolean): string => (yes ? 'met' : 'MISSED');
/** Orders of the list that are shown: the slowest. */
const SHOWN_ORDERS = 8;

function print({ settings, lists, orders, load: loaded, upload }: Figures): void {
  const { postgres, alerts, seconds, rate, readers } = settings;
  console.log(`${alerts} alerts in ${postgres === '' ? 'SQLite' : 'PostgreSQL'}`);
  if (lists) {
    console.log('\neach question alone:');
    printSpreads(lists);
  }
  if (orders) {
    const slowest = [...orders].sort((a, b) => b.median - a.median);
    console.log(`\nthe slowest of ${orders.length} orders, filters and searches of the list:`);
    printSpreads(slowest.slice(0, SHOWN_ORDERS));
    const most = slowest[0]?.median ?? Number.NaN;
    console.log(`list under 100 ms: ${met(most < 100)} (slowest median ${most.toFixed(1)} ms)`);
  }
  if (loaded) {
    console.log(`\n${rate} flows/s for ${seconds} s, ${readers} readers:`);
    printSpreads([loaded.alertsList, ...loaded.questions, loaded.after]);
    printLoad(loaded, rate);
  }
  if (upload) {
    const { megabytes, copy: bare, copySafe, upload: millis, share, shareSafe } = upload;
    console.log(
      `\n${megabytes} MB: cp ${bare.toFixed(0)} ms, cp and flush ${copySafe.toFixed(0)} ms, upload (flushed) ${millis.toFixed(0)} ms, ${upload.cpuMillisPerMegabyte.toFixed(2)} processor ms a MB`,
    );
    console.log(
      `upload at half the speed of a flushed cp: ${met(shareSafe >= 0.5)} (${shareSafe.toFixed(2)}); of cp that leaves its bytes in memory: ${met(share >= 0.5)} (${share.toFixed(2)})`,
    );
  }
}

function printLoad(loaded: LoadFigures, rate: number): void {
  const { flowsSent, flowsPerSecond, lagSeconds, cpuSecondsPerSecond, loopP99, resident } = loaded;
  const late = resident.slice(Math.floor(resident.length / 4));
  const half = Math.floor(late.length / 2);
  const [early, end] = [median(late.slice(0, half)), median(late.slice(half))];
  console.log(
    `flows: ${flowsSent.toFixed(0)} a second came, ${flowsPerSecond.toFixed(0)} a second kept; analysis ended ${lagSeconds.toFixed(1)} s after the last byte: ${met(flowsPerSecond >= 0.95 * rate)}`,
  );
  console.log(
    `p99 of the alerts list under 150 ms: ${met(loaded.alertsList.p99 < 150)} (${loaded.alertsList.p99.toFixed(1)} ms)`,
  );
  console.log(
    `processors busy: ${cpuSecondsPerSecond.toFixed(2)}; event loop p99 ${loopP99.toFixed(1)} ms`,
  );
  console.log(
    `resident MB: ${resident.join(' ')}; second to last quarter: ${early.toFixed(0)} to ${end.toFixed(0)} (flat: ${met(end < 1.1 * early)})`,
  );
}
