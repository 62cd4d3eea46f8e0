import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { meterCapture } from './meter-capture.ts';
import { runNaive } from './meter-naive.ts';
import { topTen } from './meter-profile.ts';
import { realCapture } from './meter-real.ts';
import { type InTurn, type LiveFlows, type MeterRun, meterOnce } from './meter-run.ts';

const DEFAULT_PACKETS = 5_000_000;
const REAL_PACKETS = 2_000_000;
const DEFAULT_RUNS = 5;
/** What `--quick` measures: the same table from few packets, each way once. */
const QUICK_PACKETS = 1_000_000;
/** The naive way is slow and hungry; it gets no more packets than this. */
const NAIVE_PACKETS = 1_000_000;
const WORKERS = 2;

interface Options {
  packets: number;
  runs: number;
  json: boolean;
}

function readOptions(args: string[]): Options {
  const quick = args.includes('--quick');
  const number = (name: string, otherwise: number): number => {
    const at = args.indexOf(name);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  return {
    packets: number('--packets', quick ? QUICK_PACKETS : DEFAULT_PACKETS),
    runs: number('--runs', quick ? 1 : DEFAULT_RUNS),
    json: args.includes('--json'),
  };
}

/** No run of the meter, or of another program, takes longer. */
const LIMIT_MILLIS = 1800_000;

/** Runs `meter-run.ts` in a process of its own, so that one run's memory is not another's. */
function child<Result>(...args: string[]): Result {
  const script = new URL('meter-run.ts', import.meta.url).pathname;
  const done = spawnSync(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 2],
    timeout: LIMIT_MILLIS,
  });
  if (done.status !== 0) throw new Error(`meter-run.ts ${args.join(' ')} failed`);
  return JSON.parse(String(done.stdout)) as Result;
}

interface Runs {
  readonly runs: MeterRun[];
  readonly peakBytes: number;
}

/** The run of median time, beside the spread of all and the peak of memory. */
function median({ runs, peakBytes }: Runs): MeterRun & { spread: number; peakBytes: number } {
  const sorted = runs.sort((a, b) => a.seconds - b.seconds);
  const spread = 100 * (sorted.at(-1)!.seconds / sorted[0]!.seconds - 1);
  return { ...sorted[sorted.length >> 1]!, spread, peakBytes };
}

/**
 * Runs in fresh processes, as a command runs: threads start, and compile the code each for itself.
 * @returns the run of median time
 */
function fresh(path: string, runs: number, workers: number): MeterRun & { peakBytes: number } {
  const all = Array.from({ length: runs }, () => child<Runs>('text', path, '1', String(workers)));
  const peakBytes = Math.max(...all.map((one) => one.peakBytes));
  return median({ runs: all.flatMap((one) => one.runs), peakBytes });
}

/** How several workers compare with one core, each figure the median over its own runs. */
function workersBeside(
  path: string,
  runs: number,
): Pick<
  Measured,
  'workersSpeedUp' | 'workersCpuRatio' | 'workersThreadRatio' | 'freshWorkersSpeedUp'
> {
  const turn = child<InTurn>('turn', path, String(runs), String(WORKERS));
  const ratio = (of: (run: MeterRun) => number): number => {
    const [alone, shared] = [turn.alone, turn.shared].map(
      (all) => all.map(of).sort((a, b) => a - b)[all.length >> 1]!,
    );
    return alone! / shared!;
  };
  return {
    workersSpeedUp: ratio((run) => run.seconds),
    workersCpuRatio: 1 / ratio((run) => run.cpuSeconds),
    workersThreadRatio: ratio((run) => run.busiestSeconds ?? Number.NaN),
    freshWorkersSpeedUp: fresh(path, runs, 1).seconds / fresh(path, runs, WORKERS).seconds,
  };
}

/** Seconds of a program over files, its output thrown away; undefined when it is not installed. */
function timed(program: string, args: string[]): number | undefined {
  const started = performance.now();
  const result = spawnSync(program, args, { stdio: 'ignore', timeout: LIMIT_MILLIS });
  const seconds = (performance.now() - started) / 1000;
  return result.error || result.status !== 0 ? undefined : seconds;
}

/** Argus to a file, then `ra` from it to text: piped into each other they drop records under load. */
function runArgus(path: string): { meter: number; text: number } | undefined {
  const out = join(tmpdir(), `wiresift-bench-${process.pid}.argus`);
  try {
    const meter = timed('argus', ['-S', '3600', '-r', path, '-w', out]);
    const text = timed('ra', ['-r', out, '-n', '-u', '-Z', 'b', '-c', ',']);
    return meter === undefined || text === undefined ? undefined : { meter, text };
  } finally {
    rmSync(out, { force: true });
  }
}

/** What one capture showed; ratios are how many times as fast as the other program ours is. */
interface Measured {
  readonly name: string;
  readonly packets: number;
  readonly flows: number;
  readonly peakFlows: number;
  readonly records: number;
  /** Packets a second, their spread over the runs in percent, and microseconds of processor a packet. */
  readonly text: readonly [rate: number, spread: number, cpu: number];
  readonly views: readonly [rate: number, spread: number, cpu: number];
  /** Of the rows' sides; and hosts, see {@link MeterRun}. */
  readonly lateShare: number;
  readonly forgottenHosts: number;
  readonly meterRate: number;
  readonly megabytesPerSecond: number;
  readonly peakBytes: number;
  readonly viewsPeakBytes: number;
  readonly workersSpeedUp: number;
  readonly workersCpuRatio: number;
  /** Work of the busiest thread: of one core's run, in that of the workers' run. */
  readonly workersThreadRatio: number;
  readonly freshWorkersSpeedUp: number;
  readonly argus: number | undefined;
  readonly argusText: number | undefined;
  readonly softflowd: number | undefined;
  readonly tshark: number | undefined;
  readonly naive: number;
}

type Median = ReturnType<typeof median>;

const figures = ({ packets, seconds, cpuSeconds, spread }: Median): [number, number, number] => [
  packets / seconds,
  spread,
  (cpuSeconds / packets) * 1e6,
];

/** Measures one capture in every way; what is compared runs right behind one another. */
async function measure(name: string, path: string, runs: number): Promise<Measured> {
  const text = median(child<Runs>('text', path, String(runs)));
  const argus = runArgus(path);
  const meter = median(child<Runs>('meter', path, String(runs)));
  const softflowd = timed('softflowd', [
    '-r',
    path,
    '-d',
    '-c',
    'none',
    '-p',
    `${tmpdir()}/sf.pid`,
  ]);
  const tshark = timed('tshark', ['-r', path, '-q', '-z', 'conv,tcp']);
  const viewRuns = child<Runs>('views', path, String(runs));
  const views = median(viewRuns);
  const { records, lateSides = 0, forgottenHosts = 0 } = viewRuns.runs[0]!;
  const naive = await runNaive(path, Math.min(NAIVE_PACKETS, text.packets));
  const times = (seconds: number | undefined, ours: MeterRun): number | undefined =>
    seconds === undefined ? undefined : seconds / ours.seconds;
  return {
    name,
    packets: text.packets,
    flows: text.flows,
    peakFlows: text.peakFlows,
    records: text.records,
    text: figures(text),
    views: figures(views),
    lateShare: lateSides / (2 * records),
    forgottenHosts,
    meterRate: meter.packets / meter.seconds,
    megabytesPerSecond: statSync(path).size / text.seconds / 1e6,
    peakBytes: text.peakBytes,
    viewsPeakBytes: views.peakBytes,
    ...workersBeside(path, runs),
    argus: times(argus?.meter, meter),
    argusText: times(argus && argus.meter + argus.text, text),
    softflowd: times(softflowd, meter),
    tshark: times(tshark, text),
    naive: text.packets / text.seconds / naive,
  };
}

/**
 * Measures the offline path over a capture it generates and over real captures: packets a second of the
 * argus view and of all views with host windows, median of the runs; Argus, softflowd and tshark where
 * they are installed, the naive way, worker threads; bytes a live flow, whether memory stays flat, and
 * where time goes.
 */
export async function run(args: string[]): Promise<void> {
  const options = readOptions(args);
  const path = meterCapture(options.packets);
  const real = await realCapture(Math.min(REAL_PACKETS, options.packets));
  const results = [await measure('generated', path, options.runs)];
  if (real) results.push(await measure('real', real, options.runs));
  const live = child<LiveFlows>('live');
  const liveViews = child<LiveFlows>('live-views');
  const flat = child<[number, number]>('flat', path);
  const profile = await topTen(() => meterOnce(real ?? path, true));
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ results, live, liveViews, flat, profile })}\n`);
    return;
  }
  print(results);
  const bytes = ({ tableBytesPerFlow, residentBytesPerFlow }: LiveFlows): string =>
    `${tableBytesPerFlow.toFixed(0)} B in tables, ${residentBytesPerFlow.toFixed(0)} B of process`;
  const [once, thrice] = flat.map((amount) => `${(amount / 1e6).toFixed(0)} MB`);
  process.stdout.write(
    `one of ${live.flows} live flows: argus view ${bytes(live)}; all views ${bytes(liveViews)}\n` +
      `after the generated capture ${once}, after three times as many packets ${thrice} ` +
      `(records every 60 s)\nprofile of packets to argus CSV:\n  ${profile.join('\n  ')}\n`,
  );
  if (!real) process.stdout.write('real captures: skipped, ../shared/data/pcap is not there\n');
}

const millions = (value: number): string => (value / 1e6).toFixed(2);
const times = (value: number | undefined): string =>
  value === undefined ? 'not installed' : `${value.toFixed(2)} times`;
const rate = ([packets, spread, cpu]: Measured['text']): string =>
  `${millions(packets)} M/s ±${(spread / 2).toFixed(0)} %, ${cpu.toFixed(2)} µs`;

/** The table's rows: what is measured, and how a capture's cell is written. */
const ROWS: readonly (readonly [string, (of: Measured) => string])[] = [
  ['packets, flows at once', (of) => `${of.packets}, ${of.peakFlows}`],
  ['argus CSV: packets, processor a packet', (of) => rate(of.text)],
  ['all views and windows: the same', (of) => rate(of.views)],
  [
    '  too late for their window; hosts forgotten',
    (of) => `${(100 * of.lateShare).toFixed(2)} %; ${of.forgottenHosts}`,
  ],
  ['argus view without text', (of) => `${millions(of.meterRate)} M/s`],
  ['  against argus -w', (of) => times(of.argus)],
  ['  against softflowd -r', (of) => times(of.softflowd)],
  ['argus CSV against argus -w, then ra -r', (of) => times(of.argusText)],
  ['  against tshark -z conv,tcp', (of) => times(of.tshark)],
  ['  against a Map with string keys', (of) => times(of.naive)],
  [
    `  ${WORKERS} workers, threads kept, against 1; processor time`,
    (of) => `${times(of.workersSpeedUp)}; ${of.workersCpuRatio.toFixed(2)}`,
  ],
  ['  work of the busiest thread: one core, against them', (of) => times(of.workersThreadRatio)],
  ['  each run in a fresh process', (of) => times(of.freshWorkersSpeedUp)],
  [
    'peak memory: argus CSV, all views',
    (of) => `${millions(of.peakBytes)}, ${millions(of.viewsPeakBytes)} MB`,
  ],
];

function print(results: readonly Measured[]): void {
  const line = (name: string, cells: readonly string[]): string =>
    `${[name.padEnd(40), ...cells.map((cell) => cell.padEnd(28))].join('').trimEnd()}\n`;
  process.stdout.write(
    line(
      'meter',
      results.map(({ name }) => name),
    ),
  );
  for (const [name, cell] of ROWS) process.stdout.write(line(name, results.map(cell)));
}
