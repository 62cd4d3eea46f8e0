import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { meterCapture } from './meter-capture.ts';
import { runNaive } from './meter-naive.ts';
import { topTen } from './meter-profile.ts';
import { realCapture } from './meter-real.ts';
import { type LiveFlows, type MeterRun, meterOnce } from './meter-run.ts';

const DEFAULT_PACKETS = 5_000_000;
const REAL_PACKETS = 2_000_000;
const DEFAULT_RUNS = 5;
/** The naive way is slow and hungry; it gets no more packets than this. */
const NAIVE_PACKETS = 1_000_000;
const WORKERS = 2;
/** All views take several seconds a run. */
const VIEW_RUNS = 3;

interface Options {
  packets: number;
  runs: number;
  json: boolean;
  profile: boolean;
}

function readOptions(args: string[]): Options {
  const options = { packets: DEFAULT_PACKETS, runs: DEFAULT_RUNS, json: false, profile: false };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--packets') options.packets = Number(args[++i]);
    else if (args[i] === '--runs') options.runs = Number(args[++i]);
    else if (args[i] === '--json') options.json = true;
    else if (args[i] === '--profile') options.profile = true;
  }
  return options;
}

/** Runs `meter-run.ts` in a process of its own, so that one run's memory is not another's. */
function child<Result>(...args: string[]): Result {
  const script = new URL('meter-run.ts', import.meta.url).pathname;
  const done = spawnSync(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 2] });
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

/** Seconds of a program over files, its output thrown away; undefined when it is not installed. */
function timed(program: string, args: string[]): number | undefined {
  const started = performance.now();
  const result = spawnSync(program, args, { stdio: 'ignore' });
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

/** Measures one capture in every way. */
async function measure(name: string, path: string, runs: number): Promise<Record<string, unknown>> {
  const text = median(child<Runs>('text', path, String(runs)));
  const argus = runArgus(path);
  const meter = median(child<Runs>('meter', path, String(runs)));
  const views = median(child<Runs>('views', path, String(Math.min(runs, VIEW_RUNS))));
  const alone = fresh(path, runs, 1);
  const shared = fresh(path, runs, WORKERS);
  const naive = await runNaive(path, Math.min(NAIVE_PACKETS, text.packets));
  return {
    name,
    packets: text.packets,
    flows: text.flows,
    peakFlows: text.peakFlows,
    records: text.records,
    packetsPerSecond: text.packets / text.seconds,
    packetsPerCpuSecond: text.packets / text.cpuSeconds,
    fileBytesPerSecond: statSync(path).size / text.seconds,
    spreadPercent: text.spread,
    peakBytes: text.peakBytes,
    meterPacketsPerSecond: meter.packets / meter.seconds,
    viewsPacketsPerSecond: views.packets / views.seconds,
    viewsPeakBytes: views.peakBytes,
    workersSpeedUp: alone.seconds / shared.seconds,
    workersCpuRatio: shared.cpuSeconds / alone.cpuSeconds,
    workersPeakBytes: shared.peakBytes,
    naiveRatio: text.packets / text.seconds / naive,
    argusMeterRatio: argus ? argus.meter / meter.seconds : null,
    argusTextRatio: argus ? (argus.meter + argus.text) / text.seconds : null,
    argusSeconds: argus?.meter ?? null,
    raSeconds: argus?.text ?? null,
  };
}

/**
 * Measures the offline path over a capture it generates and over real captures: packets and bytes a
 * second, median of the runs, peak memory, worker threads; beside it the naive way, and Argus where it
 * is installed. Then bytes a live flow, and whether memory stays flat. `--profile`: where time goes.
 */
export async function run(args: string[]): Promise<void> {
  const options = readOptions(args);
  const path = meterCapture(options.packets);
  const real = await realCapture(Math.min(REAL_PACKETS, options.packets));
  const results = [await measure('generated', path, options.runs)];
  if (real) results.push(await measure('real', real, options.runs));
  const live = child<LiveFlows>('live');
  const flat = child<[number, number]>('flat', path);
  const profile = options.profile ? await topTen(() => meterOnce(path, true)) : [];
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ results, live, flat, profile })}\n`);
    return;
  }
  for (const result of results) print(result);
  if (!real) process.stdout.write('real captures: skipped, ../shared/data/pcap is not there\n');
  const megabytes = flat.map((bytes) => (bytes / 1e6).toFixed(0));
  process.stdout.write(
    `memory: ${live.flows} live flows take ${live.tableBytesPerFlow.toFixed(0)} bytes each in the ` +
      `table, ${live.residentBytesPerFlow.toFixed(0)} in the process\n` +
      `  after the generated capture ${megabytes[0]} MB, after three times as many packets ` +
      `${megabytes[1]} MB (records every 60 s)\n`,
  );
  if (profile.length > 0) process.stdout.write(`profile:\n  ${profile.join('\n  ')}\n`);
}

function print(result: Record<string, unknown>): void {
  const value = (name: string): number => (result[name] as number | null) ?? Number.NaN;
  const millions = (name: string): string => (value(name) / 1e6).toFixed(2);
  const times = (name: string): string => `${value(name).toFixed(2)} times`;
  const lines = [
    `meter, ${result['name']}: ${value('packets')} packets, ${value('flows')} flows ` +
      `(${value('peakFlows')} at once), ${value('records')} records`,
    `  to argus CSV ${millions('packetsPerSecond')} M packets/s (spread ` +
      `${value('spreadPercent').toFixed(0)} %), ${millions('packetsPerCpuSecond')} M a second of ` +
      `processor time, ${millions('fileBytesPerSecond')} MB/s of file; ` +
      `metering alone ${millions('meterPacketsPerSecond')} M packets/s`,
    `  peak memory ${millions('peakBytes')} MB`,
    `  all three views and host windows: ${millions('viewsPacketsPerSecond')} M packets/s, ` +
      `peak memory ${millions('viewsPeakBytes')} MB`,
    `  ${WORKERS} workers, each run a fresh process: ${times('workersSpeedUp')} as fast, ${times('workersCpuRatio')} the ` +
      `processor time, peak memory ${millions('workersPeakBytes')} MB`,
    `  a Map with string keys: we are ${times('naiveRatio')} as fast`,
    result['argusSeconds'] === null
      ? '  argus and ra are not installed here'
      : `  argus -w ${value('argusSeconds').toFixed(2)} s, then ra -r ${value('raSeconds').toFixed(2)} s: ` +
        `metering ${times('argusMeterRatio')}, to text ${times('argusTextRatio')} as fast`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
