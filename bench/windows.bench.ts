import { Random } from '../src/base/index.ts';
import { FlowBatch, HostWindows, STATE_FIRST } from '../src/flow/index.ts';

const RUNS = 5;
const DEFAULT_FLOWS = 1_000_000;
const BATCH = 4096;
const WINDOWS = [1, 10, 60, 600];
/** The naive way rescans ten minutes a row, so it gets this part of the flows. */
const NAIVE_SHARE = 1 / 20;

/** Who the flows are between: a site of `hosts` hosts, or spoofed sources, one a flow. */
interface Mix {
  readonly name: string;
  readonly hosts: number;
  /** Share of flows of the busiest few: exponent of a power law over hosts. */
  readonly skew: number;
  /** Hosts that are spoken to; default 4,096, some busy. */
  readonly targets?: number;
}

const MIXES: readonly Mix[] = [
  { name: 'site of 1,000 hosts, alike', hosts: 1000, skew: 1 },
  { name: 'site of 10,000 hosts, some busy', hosts: 10_000, skew: 3 },
  { name: 'spoofed sources', hosts: 0xffff_ffff, skew: 1 },
  { name: 'spoofed sources, a scan', hosts: 0xffff_ffff, skew: 1, targets: 0x100_0000 },
];

/** Sixteen batches of flows, used again and again with later times. */
function batchesOf(mix: Mix, random: Random): FlowBatch[] {
  return Array.from({ length: 16 }, () => {
    const batch = new FlowBatch(BATCH);
    batch.length = BATCH;
    const addresses = new DataView(batch.addresses.buffer, batch.addresses.byteOffset);
    for (let i = 0; i < BATCH; i++) {
      const source = Math.floor(mix.hosts * random.next() ** mix.skew);
      addresses.setUint32(i * 32, 0x0a000000 + source);
      const target = mix.targets ? random.int(mix.targets) : Math.floor(4096 * random.next() ** 3);
      addresses.setUint32(i * 32 + 16, 0x50000000 + target);
      const tcp = random.next() < 0.6;
      const answered = random.next() < 0.8;
      batch.addressLength[i] = 4;
      batch.etherType[i] = 0x0800;
      batch.protocol[i] = tcp ? 6 : 17;
      batch.responderPort[i] = tcp ? [22, 80, 443, 8080][random.int(4)]! : 53;
      batch.originatorPackets[i] = answered ? 1 + random.int(20) : 1;
      batch.responderPackets[i] = answered ? 1 + random.int(20) : 0;
      batch.originatorBytes[i] = batch.originatorPackets[i]! * 90;
      batch.responderBytes[i] = batch.responderPackets[i]! * 700;
      batch.state[i] = STATE_FIRST;
    }
    return batch;
  });
}

/** The sink that keeps the work from being dropped. */
let sink = 0;

type Way = (batch: FlowBatch) => number;

interface Seconds {
  readonly wall: number;
  /** Of this thread's processor time: what a busy machine does not stretch. */
  readonly cpu: number;
}

/** Takes `flows` flows, two thousand a second by their clock. */
function measure(batches: readonly FlowBatch[], way: Way, flows: number): Seconds {
  const began = performance.now();
  const used = process.threadCpuUsage();
  let time = 1.7e15;
  for (let done = 0, turn = 0; done < flows; done += BATCH, turn++) {
    const batch = batches[turn % batches.length]!;
    for (let i = 0; i < BATCH; i++) {
      batch.end[i] = time += 500;
      batch.start[i] = time - 200_000;
    }
    sink += way(batch);
  }
  const { user, system } = process.threadCpuUsage(used);
  return { wall: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 };
}

function bounded(): Way {
  const windows = new HostWindows({ windows: WINDOWS });
  const dnsQuery = new Uint8Array(BATCH).fill(1);
  return (batch) => windows.observe(batch, { dnsQuery }).values[BATCH - 1]!;
}

interface Seen {
  readonly end: number;
  readonly start: number;
  readonly peer: number;
  readonly port: number;
  readonly failed: boolean;
  readonly out: number;
  readonly in: number;
  readonly packetsOut: number;
  readonly packetsIn: number;
}

/** The plain way: an array of flow objects a host, filtered anew for every row and window. */
function naive(): Way {
  const hosts = new Map<number, Seen[]>();
  return (batch) => {
    const addresses = new DataView(batch.addresses.buffer, batch.addresses.byteOffset);
    let sum = 0;
    for (let i = 0; i < batch.length; i++) {
      const ends = [addresses.getUint32(i * 32), addresses.getUint32(i * 32 + 16)];
      for (let side = 0; side < 2; side++) {
        const host = ends[side]!;
        const flows = (hosts.get(host) ?? []).filter((flow) => flow.end > batch.end[i]! - 600e6);
        const bytes = [batch.originatorBytes[i]!, batch.responderBytes[i]!];
        const packets = [batch.originatorPackets[i]!, batch.responderPackets[i]!];
        flows.push({
          end: batch.end[i]!,
          start: batch.start[i]!,
          peer: ends[1 - side]!,
          port: (batch.protocol[i]! << 16) | batch.responderPort[i]!,
          failed: batch.responderPackets[i] === 0,
          out: bytes[side]!,
          in: bytes[1 - side]!,
          packetsOut: packets[side]!,
          packetsIn: packets[1 - side]!,
        });
        hosts.set(host, flows);
        for (const seconds of WINDOWS) {
          const inside = flows.filter((flow) => flow.end > batch.end[i]! - seconds * 1e6);
          for (const feature of rescan(inside, ends[1 - side]!)) sum += feature;
        }
      }
    }
    return sum;
  };
}

function rescan(flows: readonly Seen[], peer: number): number[] {
  const peers = countBy(flows, (flow) => flow.peer);
  const ports = countBy(flows, (flow) => flow.port);
  const starts = flows.filter((flow) => flow.peer === peer).map((flow) => flow.start);
  const gaps = starts.slice(1).map((start, i) => start - starts[i]!);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / Math.max(1, gaps.length);
  const squares = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0);
  return [
    flows.length,
    peers.size,
    ports.size,
    flows.filter((flow) => flow.failed).length / flows.length,
    flows.reduce((sum, flow) => sum + flow.out, 0),
    flows.reduce((sum, flow) => sum + flow.in, 0),
    flows.reduce((sum, flow) => sum + flow.packetsOut, 0),
    flows.reduce((sum, flow) => sum + flow.packetsIn, 0),
    entropy(peers, flows.length),
    entropy(ports, flows.length),
    squares,
  ];
}

function countBy(flows: readonly Seen[], item: (flow: Seen) => number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const flow of flows) counts.set(item(flow), (counts.get(item(flow)) ?? 0) + 1);
  return counts;
}

function entropy(counts: Map<number, number>, total: number): number {
  let bits = 0;
  for (const count of counts.values()) bits -= (count / total) * Math.log2(count / total);
  return bits;
}

function report(name: string, batches: readonly FlowBatch[], make: () => Way, flows: number): void {
  measure(batches, make(), Math.min(flows, 200_000));
  const seconds = Array.from({ length: RUNS }, () => measure(batches, make(), flows));
  const whole = Math.ceil(flows / BATCH) * BATCH;
  const rates = (['wall', 'cpu'] as const).map((clock) => {
    const times = seconds.map((each) => each[clock]).sort((a, b) => a - b);
    const rate = Math.round(whole / times[RUNS >> 1]!).toLocaleString('en');
    return `${rate} flows/s of ${clock} time (${(100 * (times[RUNS - 1]! / times[0]! - 1)).toFixed(0)} %)`;
  });
  console.log(`${name}, ${whole} flows: ${rates.join(', ')}`);
}

/**
 * Flow records a second through host windows, both hosts and four windows, beside the naive way on
 * fewer flows, which is to the naive way's advantage: its arrays grow for ten minutes.
 * @param args the number of flows; `--no-naive` leaves the naive way out
 */
export async function run(args: string[]): Promise<void> {
  const flows = Number(args.find((arg) => /^\d+$/.test(arg)) ?? DEFAULT_FLOWS);
  for (const mix of MIXES) {
    const batches = batchesOf(mix, new Random(1));
    report(`${mix.name}, HostWindows`, batches, bounded, flows);
    if (args.includes('--no-naive')) continue;
    report(`${mix.name}, naive`, batches, naive, flows * NAIVE_SHARE);
  }
  const { bytes } = new HostWindows({ windows: WINDOWS }).stats;
  console.log(
    `median of ${RUNS}, spread in brackets; HostWindows holds ${(bytes / 1e6).toFixed(0)} MB (sink ${sink.toExponential(1)})`,
  );
}
