import { Frame, openCapture } from '../src/capture/index.ts';
import { createDecoder, Packet } from '../src/decode/index.ts';
import {
  endOrder,
  HeldFlows,
  HostWindows,
  KddView,
  Meter,
  MeterBurst,
  ZeekTracker,
} from '../src/flow/index.ts';
import { meterCaptures } from '../src/pipeline.ts';
import { busiestSince, threadSeconds } from './thread-cpu.ts';

/** One pass over a capture. */
export interface MeterRun {
  readonly seconds: number;
  /** Processor time of all threads. */
  readonly cpuSeconds: number;
  readonly packets: number;
  readonly flows: number;
  readonly peakFlows: number;
  readonly records: number;
  readonly csvBytes: number;
  /** Processor time of the busiest thread; NaN where the system does not tell. */
  readonly busiestSeconds?: number;
  /** With host windows: sides of rows too late for their host's, whose features are empty. */
  readonly lateSides?: number;
  /** And hosts that lost flows of their longest window because the table of hosts was full. */
  readonly forgottenHosts?: number;
}

/** Capture → decode → meter, and as argus CSV into nothing if `text`. */
export async function meterOnce(path: string, text: boolean, workers = 1): Promise<MeterRun> {
  let csvBytes = 0;
  const threads = threadSeconds();
  const cpu = process.cpuUsage();
  const started = performance.now();
  const [summary] = await meterCaptures([path], {
    workers,
    ...(text
      ? { onText: (rows: Uint8Array) => void (csvBytes += rows.length) }
      : { onBatch: () => undefined }),
  });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { packets, flows, peakFlows, records } = summary!.meter!;
  const cpuSeconds = (user + system) / 1e6;
  const busiestSeconds = busiestSince(threads);
  return { seconds, cpuSeconds, busiestSeconds, packets, flows, peakFlows, records, csvBytes };
}

/** Runs on one core, and by several workers. */
export interface InTurn {
  readonly alone: MeterRun[];
  readonly shared: MeterRun[];
}

/** One core and several in turn, so that what disturbs the one disturbs the other; after a round each. */
export async function inTurn(path: string, runs: number, workers: number): Promise<InTurn> {
  const alone: MeterRun[] = [];
  const shared: MeterRun[] = [];
  for (let run = -1; run < runs; run++) {
    const one = await meterOnce(path, true);
    const several = await meterOnce(path, true, workers);
    if (several.csvBytes !== one.csvBytes) throw new Error(`${workers} workers wrote other rows`);
    if (run < 0) continue;
    alone.push(one);
    shared.push(several);
  }
  return { alone, shared };
}

/** Rows held to be put in the order of their ends: what the command line holds at most, and fewer. */
const HELD_ROWS = 65_536;

/** What {@link viewsOnce} tells besides. */
export interface ViewsRun extends MeterRun {
  /** Of all views. */
  readonly rows: number;
}

/**
 * Capture → decode → all three views in one pass, host windows beside the argus view's rows. Records
 * leave the meter later than they end, so they are held and observed in the order of their ends, as on
 * the command line; that is part of what is measured.
 */
export async function viewsOnce(path: string, heldRows = HELD_ROWS): Promise<ViewsRun> {
  const windows = new HostWindows({});
  let rows = 0;
  let held = new HeldFlows();
  const observe = (): void => {
    if (held.length > 0) rows += windows.observe(held, { order: endOrder(held) }).rows;
    held = new HeldFlows();
  };
  const cpu = process.cpuUsage();
  const started = performance.now();
  const [summary] = await meterCaptures([path], {
    tracker: { ignoreChecksums: true },
    onBatch(batch) {
      held.hold(batch);
      if (held.length >= heldRows) observe();
    },
    onConns: (batch) => void (rows += batch.length),
    onKdd: (batch) => void (rows += batch.length),
  });
  observe();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { packets, flows, peakFlows, records } = summary!.meter!;
  const cpuSeconds = (user + system) / 1e6;
  const { late: lateSides, evictedActive: forgottenHosts } = windows.stats;
  const counts = { packets, flows, peakFlows, records, csvBytes: 0, rows };
  return { seconds, cpuSeconds, ...counts, lateSides, forgottenHosts };
}

/** Flows of {@link liveFlows}. */
const LIVE = 1_000_000;

/** What memory a million live flows take. */
export interface LiveFlows {
  readonly flows: number;
  /** Of the table, a flow, as it counts itself. */
  readonly tableBytesPerFlow: number;
  /** Growth of the process, a flow. */
  readonly residentBytesPerFlow: number;
}

const ETHERNET_IPV4_UDP = [
  2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 46, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 0,
  10, 255, 0, 1, 4, 0, 0, 80, 0, 26, 0, 0,
];

/** Calls `take` with one datagram of each of `flows` flows, a microsecond apart. */
function datagrams(flows: number, take: (frame: Frame) => void): void {
  const bytes = new Uint8Array(60);
  bytes.set(ETHERNET_IPV4_UDP);
  const view = new DataView(bytes.buffer);
  const frame = new Frame();
  frame.bytes = bytes;
  frame.end = 60;
  frame.originalLength = 60;
  frame.linkType = 1;
  for (let i = 0; i < flows; i++) {
    view.setUint32(26, 0x0a000000 + i);
    frame.time = 1_700_000_000_000_000 + i;
    take(frame);
  }
}

/** Meters one datagram of each of `flows` flows in the argus view, all alive at the end. */
export function liveFlows(flows: number): LiveFlows {
  const before = process.memoryUsage.rss();
  const meter = new Meter({ maxFlows: flows }, () => undefined);
  const burst = new MeterBurst(meter, createDecoder());
  datagrams(flows, (frame) => {
    burst.add(frame);
    // One buffer for all frames: each must be metered before the next is written.
    burst.flush();
  });
  const resident = process.memoryUsage.rss() - before;
  const { peakFlows, tableBytes } = meter.stats;
  return {
    flows: peakFlows,
    tableBytesPerFlow: tableBytes / peakFlows,
    residentBytesPerFlow: resident / peakFlows,
  };
}

/** The same in all three views, host windows beside them. */
export function liveInAllViews(flows: number): LiveFlows {
  const before = process.memoryUsage.rss();
  const windows = new HostWindows({});
  const meter = new Meter({ maxFlows: flows }, (batch) => void windows.observe(batch));
  const kdd = new KddView({}, () => undefined);
  const tracker = new ZeekTracker({ maxFlows: flows, ignoreChecksums: true }, (batch) =>
    kdd.conns(batch),
  );
  const decoder = createDecoder();
  const packet = new Packet();
  datagrams(flows, (frame) => {
    decoder.decode(frame, packet);
    meter.add(packet);
    kdd.packet(packet);
    tracker.add(packet);
  });
  const resident = process.memoryUsage.rss() - before;
  const { peakFlows } = meter.stats;
  const bytes = meter.stats.tableBytes + tracker.stats.tableBytes;
  return {
    flows: Math.min(peakFlows, tracker.stats.peakConnections),
    tableBytesPerFlow: bytes / peakFlows,
    residentBytesPerFlow: resident / peakFlows,
  };
}

/** Resident bytes after the capture, and after it was metered twice more in a row, times going on. */
export async function flatMemory(path: string): Promise<readonly [number, number]> {
  const meter = new Meter({ statusInterval: 60 }, () => undefined);
  const burst = new MeterBurst(meter, createDecoder());
  let shift = 0;
  let last = 0;
  const pass = async (): Promise<void> => {
    const source = await openCapture(path);
    let first = Number.NaN;
    await source.read(
      (frame) => {
        if (Number.isNaN(first)) {
          first = frame.time;
          shift = last === 0 ? 0 : last + 1e6 - first;
        }
        frame.time += shift;
        last = frame.time;
        burst.add(frame);
      },
      undefined,
      async () => burst.flush(),
    );
  };
  await pass();
  const once = process.memoryUsage.rss();
  await pass();
  await pass();
  return [once, process.memoryUsage.rss()];
}

/** As a program: `node meter-run.ts KIND PATH RUNS WORKERS` prints JSON, in a process of its own. */
if (import.meta.main) {
  const [kind, path = '', runs = '1', workers = '1'] = process.argv.slice(2);
  let result: unknown;
  if (kind === 'live') result = liveFlows(LIVE);
  else if (kind === 'live-views') result = liveInAllViews(LIVE);
  else if (kind === 'flat') result = await flatMemory(path);
  else if (kind === 'turn') result = await inTurn(path, Number(runs), Number(workers));
  else {
    const list: MeterRun[] = [];
    for (let i = 0; i < Number(runs); i++) {
      const once =
        kind === 'views' ? viewsOnce(path) : meterOnce(path, kind === 'text', Number(workers));
      list.push(await once);
    }
    result = { runs: list, peakBytes: process.resourceUsage().maxRSS * 1024 };
  }
  process.stdout.write(JSON.stringify(result));
}
