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
import { Random } from '../src/base/index.ts';
import { openStore } from '../src/store/index.ts';
import { makeDatabase, POSTGRES_URL } from '../test/contracts/store-engines.ts';
import {
  captureOf,
  endlessCapture,
  isAlertsList,
  QUESTIONS,
  reader,
  streamOf,
  type Times,
} from './serve-load.ts';
import { ServiceProcess, type Usage } from './serve-process.ts';
import { putAlerts } from './store-alerts.ts';

const READERS = 20;
/** Times that each list is asked for alone. */
const LIST_RUNS = 30;
/** Uploads and copies, one after the other. */
const UPLOAD_RUNS = 3;
/** Milliseconds between two looks at memory. */
const LOOK_MILLIS = 1000;

interface Settings {
  readonly engine: 'sqlite' | 'postgres';
  readonly seconds: number;
  readonly rate: number;
  readonly alerts: number;
  readonly pause: number;
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

/** Each list alone, nothing else going on. */
async function lists(service: ServiceProcess): Promise<Spread[]> {
  const found: Spread[] = [];
  for (const { name, path, call } of QUESTIONS) {
    await service.call(path, call);
    const millis: number[] = [];
    for (let i = 0; i < LIST_RUNS; i++) millis.push((await service.call(path, call)).millis);
    found.push(spreadOf(name, millis));
  }
  return found;
}

interface LoadFigures {
  readonly flowsPerSecond: number;
  readonly analysedShare: number;
  readonly cpuSecondsPerSecond: number;
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

/** A capture that comes at a rate, while readers ask. */
async function load(service: ServiceProcess, settings: Settings): Promise<LoadFigures> {
  const { seconds, rate, pause } = settings;
  const until = performance.now() + seconds * 1000;
  const stop = (): boolean => performance.now() >= until;
  const times: Times = new Map();
  const id = await service.beginUpload('load.pcap');
  const before = service.usage();
  const started = performance.now();
  const uploading = service.upload(id, streamOf(endlessCapture(rate, stop)));
  const random = new Random(3);
  const readers = Array.from({ length: READERS }, () =>
    reader(service, new Random(random.uint32()), { pause, stop, times }),
  );
  const resident: number[] = [];
  const memory = (async () => {
    while (!stop()) {
      resident.push(service.usage().residentMegabytes);
      await sleep(LOOK_MILLIS);
    }
  })();
  await Promise.all([uploading, memory, ...readers]);
  const after: Usage = service.usage();
  const asked = (performance.now() - started) / 1000;
  const flows = await analysed(service, id);
  const took = (performance.now() - started) / 1000;
  const alertsTimes = QUESTIONS.filter(isAlertsList).flatMap(({ name }) => times.get(name) ?? []);
  return {
    flowsPerSecond: flows / took,
    analysedShare: asked / took,
    cpuSecondsPerSecond: (after.cpuSeconds - before.cpuSeconds) / asked,
    resident: thinned(resident, 12),
    alertsList: spreadOf('all lists of alerts', alertsTimes),
    questions: QUESTIONS.map(({ name }) => spreadOf(name, times.get(name) ?? [])),
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
}

/** Uploads against copies of the same file on the same disk, in turn. */
async function uploads(
  service: ServiceProcess,
  folder: string,
  megabytes: number,
): Promise<UploadFigures> {
  const source = join(folder, 'source.pcap');
  await pipeline(captureOf(megabytes * 1e6), createWriteStream(source));
  const times = { copy: [] as number[], safe: [] as number[], upload: [] as number[] };
  for (let run = 0; run < UPLOAD_RUNS; run++) {
    const target = join(folder, `copy-${run}`);
    let started = performance.now();
    copyFileSync(source, target);
    times.copy.push(performance.now() - started);
    const file = openSync(target, 'r+');
    fsyncSync(file);
    closeSync(file);
    times.safe.push(performance.now() - started);
    rmSync(target);
    const id = await service.beginUpload(`${run}.pcap`, megabytes * 1e6);
    started = performance.now();
    await service.upload(id, createReadStream(source, { highWaterMark: 2 ** 20 }));
    times.upload.push(performance.now() - started);
    await service.call(`/api/files/${id}`, { method: 'DELETE' });
  }
  const [copy, copySafe, upload] = [median(times.copy), median(times.safe), median(times.upload)];
  return { megabytes, copy, copySafe, upload, share: copy / upload, shareSafe: copySafe / upload };
}

function settingsOf(args: string[]): Settings & { json: boolean } {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '300' },
      rate: { type: 'string', default: '10000' },
      alerts: { type: 'string', default: '100000' },
      pause: { type: 'string', default: '1000' },
      megabytes: { type: 'string', default: '1000' },
      parts: { type: 'string', default: 'lists,load,upload' },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    engine: POSTGRES_URL === '' ? 'sqlite' : 'postgres',
    seconds: Number(values.seconds),
    rate: Number(values.rate),
    alerts: Number(values.alerts),
    pause: Number(values.pause),
    megabytes: Number(values.megabytes),
    parts: values.parts.split(','),
    json: values.json,
  };
}

/**
 * The service as a process under load: lists over many alerts; flows at a rate with readers beside;
 * uploads against copies. With `WIRESIFT_POSTGRES_URL` the rows lie there.
 * @param args `--parts lists,load,upload`, `--alerts`, `--seconds`, `--rate` (flows a second), `--pause`
 *   (milliseconds between two questions of a reader, on the average), `--megabytes`, `--json`
 */
export async function run(args: string[]): Promise<void> {
  const { json, ...settings } = settingsOf(args);
  const folder = mkdtempSync(
    join(process.env['WIRESIFT_BENCH_FOLDER'] ?? tmpdir(), 'wiresift-load-'),
  );
  const database = POSTGRES_URL === '' ? undefined : await makeDatabase();
  const url = database?.url ?? '';
  try {
    const store = await openStore({ folder, ...(database ? { url } : {}) });
    await putAlerts(store, new Random(1), settings.alerts);
    await store.close();
    const service = await ServiceProcess.start(folder, url);
    try {
      const on = (part: string): boolean => settings.parts.includes(part);
      const figures: Figures = {
        settings,
        lists: on('lists') ? await lists(service) : undefined,
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

function print({ settings, lists: alone, load: loaded, upload }: Figures): void {
  const { engine, alerts, seconds, rate } = settings;
  console.log(`${alerts} alerts in ${engine}`);
  if (alone) {
    console.log('\neach question alone:');
    printSpreads(alone);
  }
  if (loaded) {
    console.log(`\n${rate} flows/s for ${seconds} s, ${READERS} readers:`);
    printSpreads([loaded.alertsList, ...loaded.questions]);
    const { flowsPerSecond, analysedShare, cpuSecondsPerSecond, resident } = loaded;
    console.log(`flows kept: ${flowsPerSecond.toFixed(0)} a second`);
    console.log(
      `upload took ${(analysedShare * 100).toFixed(0)} % of the time to the end of the analysis`,
    );
    console.log(
      `processors busy: ${cpuSecondsPerSecond.toFixed(2)}; resident MB: ${resident.join(' ')}`,
    );
  }
  if (upload) {
    const { megabytes, copy, copySafe, upload: millis, share, shareSafe } = upload;
    console.log(
      `\n${megabytes} MB: copy ${copy.toFixed(0)} ms, flushed ${copySafe.toFixed(0)} ms, upload ${millis.toFixed(0)} ms`,
    );
    console.log(
      `upload at ${share.toFixed(2)} of the copy's speed, ${shareSafe.toFixed(2)} of the flushed copy's`,
    );
  }
}
