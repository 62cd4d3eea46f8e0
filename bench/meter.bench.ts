import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ipv4Text } from '../src/base/index.ts';
import { openCapture } from '../src/capture/index.ts';
import { createDecoder, Packet } from '../src/decode/index.ts';
import { ArgusCsv, Meter } from '../src/flow/index.ts';
import { meterCapture } from './meter-capture.ts';

const DEFAULT_PACKETS = 5_000_000;
const DEFAULT_RUNS = 5;
/** The naive way is slow and hungry; it gets no more packets than this. */
const NAIVE_PACKETS = 1_000_000;

interface Options {
  packets: number;
  runs: number;
  json: boolean;
}

interface Run {
  readonly seconds: number;
  readonly packets: number;
  readonly wireBytes: number;
  readonly records: number;
  readonly csvBytes: number;
}

function readOptions(args: string[]): Options {
  const options = { packets: DEFAULT_PACKETS, runs: DEFAULT_RUNS, json: false };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--packets') options.packets = Number(args[++i]);
    else if (args[i] === '--runs') options.runs = Number(args[++i]);
    else if (args[i] === '--json') options.json = true;
  }
  return options;
}

/** Capture → decode → meter → argus CSV into nothing. */
async function runMeter(path: string): Promise<Run & { flows: number; peakFlows: number }> {
  const started = performance.now();
  const csv = new ArgusCsv();
  let csvBytes = 0;
  let wireBytes = 0;
  const meter = new Meter({}, (batch) => {
    csvBytes += csv.write(batch).length;
  });
  const decoder = createDecoder();
  const packet = new Packet();
  const source = await openCapture(path);
  await source.read((frame) => {
    decoder.decode(frame, packet);
    wireBytes += packet.originalLength;
    meter.add(packet);
  });
  meter.finish();
  const { packets, records, flows, peakFlows } = meter.stats;
  const seconds = (performance.now() - started) / 1000;
  return { seconds, packets, wireBytes, records, csvBytes, flows, peakFlows };
}

interface NaiveFlow {
  first: number;
  last: number;
  packets: number;
  bytes: number;
  sourceBytes: number;
  flags: Set<string>;
}

/** The obvious program: a Map from "a:1-b:2-6" to an object, a line of text a flow. */
async function runNaive(path: string, limit: number): Promise<Run> {
  const started = performance.now();
  const flows = new Map<string, NaiveFlow>();
  const decoder = createDecoder();
  const packet = new Packet();
  const stop = new AbortController();
  let packets = 0;
  let wireBytes = 0;
  const source = await openCapture(path);
  await source.read((frame) => {
    if (packets >= limit) {
      stop.abort();
      return;
    }
    packets++;
    decoder.decode(frame, packet);
    const layer = packet.ip[0]!;
    const from = `${ipv4Text(packet.bytes, layer.sourceOffset)}:${layer.sourcePort}`;
    const to = `${ipv4Text(packet.bytes, layer.destinationOffset)}:${layer.destinationPort}`;
    wireBytes += packet.originalLength;
    let flow = flows.get(`${from}-${to}-${layer.protocol}`);
    const forward = flow !== undefined;
    flow ??= flows.get(`${to}-${from}-${layer.protocol}`);
    if (!flow) {
      flow = {
        first: packet.time,
        last: 0,
        packets: 0,
        bytes: 0,
        sourceBytes: 0,
        flags: new Set(),
      };
      flows.set(`${from}-${to}-${layer.protocol}`, flow);
    }
    flow.last = packet.time;
    flow.packets++;
    flow.bytes += packet.originalLength;
    if (forward) flow.sourceBytes += packet.originalLength;
    flow.flags.add(String(layer.tcpFlags));
  }, stop.signal);
  let csvBytes = 0;
  for (const [key, flow] of flows) {
    const cells = [new Date(flow.first / 1000).toISOString(), (flow.last - flow.first) / 1e6, key];
    csvBytes += [
      ...cells,
      [...flow.flags].join(''),
      flow.packets,
      flow.bytes,
      flow.sourceBytes,
    ].join(',').length;
  }
  const seconds = (performance.now() - started) / 1000;
  return { seconds, packets, wireBytes, records: flows.size, csvBytes };
}

/** Seconds that Argus itself takes for the file, or undefined when it is not installed. */
function runArgus(path: string): number | undefined {
  const out = join(tmpdir(), `wiresift-bench-${process.pid}.argus`);
  const started = performance.now();
  const result = spawnSync('argus', ['-S', '3600', '-r', path, '-w', out], { stdio: 'ignore' });
  const seconds = (performance.now() - started) / 1000;
  rmSync(out, { force: true });
  return result.error || result.status !== 0 ? undefined : seconds;
}

const millions = (value: number): string => (value / 1e6).toFixed(2);

/**
 * Measures the whole offline path over a capture it generates: packets and bytes a second, median of
 * the runs, peak memory; beside it the naive way, and Argus where it is installed.
 */
export async function run(args: string[]): Promise<void> {
  const options = readOptions(args);
  const path = meterCapture(options.packets);
  const fileBytes = statSync(path).size;
  const runs: Awaited<ReturnType<typeof runMeter>>[] = [];
  for (let i = 0; i < options.runs; i++) runs.push(await runMeter(path));
  const peakRss = process.resourceUsage().maxRSS * 1024;
  runs.sort((a, b) => a.seconds - b.seconds);
  const median = runs[runs.length >> 1]!;
  const limit = Math.min(NAIVE_PACKETS, options.packets);
  const naive = await runNaive(path, limit);
  const argusSeconds = runArgus(path);
  const result = {
    packets: median.packets,
    runs: runs.length,
    seconds: median.seconds,
    spreadPercent: 100 * (runs.at(-1)!.seconds / runs[0]!.seconds - 1),
    packetsPerSecond: median.packets / median.seconds,
    wireBytesPerSecond: median.wireBytes / median.seconds,
    fileBytesPerSecond: fileBytes / median.seconds,
    flows: median.flows,
    records: median.records,
    peakFlows: median.peakFlows,
    csvBytes: median.csvBytes,
    peakRssBytes: peakRss,
    naivePackets: naive.packets,
    naivePacketsPerSecond: naive.packets / naive.seconds,
    gain: median.packets / median.seconds / (naive.packets / naive.seconds),
    argusSeconds: argusSeconds ?? null,
    argusRatio: argusSeconds === undefined ? null : argusSeconds / median.seconds,
  };
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else print(result);
}

function print(result: Record<string, number | null>): void {
  const value = (name: string): number => result[name] ?? Number.NaN;
  const lines = [
    `meter: capture, decode, meter and argus CSV of ${value('packets')} packets, median of ${value('runs')} runs`,
    `  ${millions(value('packetsPerSecond'))} M packets/s (spread ${value('spreadPercent').toFixed(0)} %)`,
    `  ${millions(value('wireBytesPerSecond'))} MB/s on the wire, ${millions(value('fileBytesPerSecond'))} MB/s of file`,
    `  ${value('flows')} flows (${value('peakFlows')} at once), ${value('records')} records`,
    `  peak memory ${millions(value('peakRssBytes'))} MB`,
    `  a Map with string keys, first ${value('naivePackets')} packets: ` +
      `${millions(value('naivePacketsPerSecond'))} M packets/s; we are ${value('gain').toFixed(1)} times as fast`,
  ];
  if (result['argusSeconds'] === null) lines.push('  argus is not installed here');
  else {
    lines.push(
      `  argus 3 (flow records alone, no text): ${value('argusSeconds').toFixed(2)} s, ` +
        `${value('argusRatio').toFixed(2)} times ours`,
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
