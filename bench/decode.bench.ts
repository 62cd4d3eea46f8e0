import { Random } from '../src/base/index.ts';
import { Frame } from '../src/capture/index.ts';
import { createDecoder, Packet } from '../src/decode/index.ts';

const RUNS = 5;
/** Different frames of each kind; powers of two, so that the next one is found by a mask. */
const VARIETY = 1024;
const DEFAULT_PACKETS = 4_000_000;

interface Kind {
  readonly name: string;
  readonly build: (random: Random) => number[];
}

interface Measure {
  readonly name: string;
  /** Median of the runs, and of the naive way's. */
  readonly packetsPerSecond: number;
  readonly naivePacketsPerSecond: number;
  readonly gain: number;
  /** Slowest run over fastest, in percent above. */
  readonly spreadPercent: number;
}

const two = (value: number): number[] => [value >> 8, value & 255];
const some = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => random.int(256));
const port = (random: Random): number[] => two(1024 + random.int(60_000));

function tcp(random: Random): number[] {
  const fixed = [0x80, 0x18, ...some(random, 2), 0, 0, 0, 0];
  const options = [1, 1, 8, 10, ...some(random, 8)];
  return [
    ...port(random),
    0x01,
    0xbb,
    ...some(random, 8),
    ...fixed,
    ...options,
    ...some(random, 64),
  ];
}

function udp(random: Random, destination: number, data: number[]): number[] {
  return [...port(random), ...two(destination), ...two(8 + data.length), 0, 0, ...data];
}

function ipv4(random: Random, protocol: number, payload: number[]): number[] {
  const head = [
    0x45,
    0,
    ...two(20 + payload.length),
    ...some(random, 2),
    0x40,
    0,
    64,
    protocol,
    0,
    0,
  ];
  return [...head, 10, 0, ...some(random, 2), 10, 1, ...some(random, 2), ...payload];
}

function ipv6(random: Random, next: number, payload: number[]): number[] {
  const addresses = [0xfd, ...some(random, 15), 0xfd, ...some(random, 15)];
  return [0x60, 0, 0, 0, ...two(payload.length), next, 64, ...addresses, ...payload];
}

function ethernet(random: Random, type: number, payload: number[]): number[] {
  return [2, ...some(random, 5), 2, ...some(random, 5), ...two(type), ...payload];
}

const KINDS: readonly Kind[] = [
  { name: 'tcp', build: (random) => ethernet(random, 0x0800, ipv4(random, 6, tcp(random))) },
  {
    name: 'udp-ipv6',
    build: (random) =>
      ethernet(random, 0x86dd, ipv6(random, 17, udp(random, 443, some(random, 64)))),
  },
  {
    name: 'vlan',
    build: (random) =>
      ethernet(random, 0x8100, [0, 100, 0x08, 0x00, ...ipv4(random, 6, tcp(random))]),
  },
  {
    name: 'vxlan',
    build: (random) => {
      const inner = ethernet(random, 0x0800, ipv4(random, 6, tcp(random)));
      const payload = [8, 0, 0, 0, 0, 0, 1, 0, ...inner];
      return ethernet(random, 0x0800, ipv4(random, 17, udp(random, 4789, payload)));
    },
  },
];

/** Frames of one kind, one behind the other in a buffer, as a reader's window holds them. */
function generate(build: Kind['build']): Frame[] {
  const random = new Random(1);
  const all = Array.from({ length: VARIETY }, () => build(random));
  const bytes = Uint8Array.from(all.flat());
  let at = 0;
  return all.map((one) => {
    const frame = new Frame();
    frame.bytes = bytes;
    frame.start = at;
    frame.end = at += one.length;
    frame.originalLength = one.length;
    frame.linkType = 1;
    return frame;
  });
}

/** What both ways feed: without it the engine could drop the work. */
let sink = 0;

/** The naive way: for each layer an object with its fields and a slice of what it carries. */
interface Layer {
  readonly kind: string;
  readonly fields: Record<string, number>;
  readonly payload: Uint8Array;
}

function naiveLayers(bytes: Uint8Array): Layer[] {
  const layers: Layer[] = [];
  let next = 'ethernet';
  let rest = bytes;
  while (next !== '') {
    const layer = naiveLayer(next, rest);
    layers.push(layer);
    rest = layer.payload;
    next = naiveNext(layer);
  }
  return layers;
}

function naiveLayer(kind: string, bytes: Uint8Array): Layer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const layer = (fields: Record<string, number>, from: number): Layer => ({
    kind,
    fields,
    payload: bytes.subarray(from),
  });
  switch (kind) {
    case 'ethernet':
      return layer({ type: view.getUint16(12) }, 14);
    case 'vlan':
      return layer({ id: view.getUint16(0) & 0xfff, type: view.getUint16(2) }, 4);
    case 'ipv4': {
      const fields = {
        length: view.getUint16(2),
        id: view.getUint16(4),
        protocol: view.getUint8(9),
        source: view.getUint32(12),
        destination: view.getUint32(16),
      };
      return layer(fields, (view.getUint8(0) & 15) * 4);
    }
    case 'ipv6':
      return layer({ length: view.getUint16(4), protocol: view.getUint8(6) }, 40);
    case 'tcp': {
      const fields = {
        source: view.getUint16(0),
        destination: view.getUint16(2),
        sequence: view.getUint32(4),
        acknowledgement: view.getUint32(8),
        flags: view.getUint8(13),
        window: view.getUint16(14),
      };
      return layer(fields, (view.getUint8(12) >> 4) * 4);
    }
    case 'udp':
      return layer({ source: view.getUint16(0), destination: view.getUint16(2) }, 8);
    default:
      return layer({ id: view.getUint32(4) >>> 8 }, 8);
  }
}

const BY_TYPE = new Map([
  [0x0800, 'ipv4'],
  [0x86dd, 'ipv6'],
  [0x8100, 'vlan'],
]);
const BY_PROTOCOL = new Map([
  [6, 'tcp'],
  [17, 'udp'],
]);

function naiveNext({ kind, fields }: Layer): string {
  if (kind === 'ethernet' || kind === 'vlan') return BY_TYPE.get(fields['type']!) ?? '';
  if (kind === 'ipv4' || kind === 'ipv6') return BY_PROTOCOL.get(fields['protocol']!) ?? '';
  if (kind === 'udp') return fields['destination'] === 4789 ? 'vxlan' : '';
  return kind === 'vxlan' ? 'ethernet' : '';
}

function runDecoder(frames: Frame[], packets: number): void {
  const decoder = createDecoder();
  const packet = new Packet();
  for (let i = 0; i < packets; i++) {
    decoder.decode(frames[i & (VARIETY - 1)]!, packet);
    sink = (sink + packet.ip[packet.ipCount - 1]!.sourcePort) | 0;
  }
}

function runNaive(frames: Frame[], packets: number): void {
  for (let i = 0; i < packets; i++) {
    const frame = frames[i & (VARIETY - 1)]!;
    const layers = naiveLayers(frame.bytes.subarray(frame.start, frame.end));
    sink = (sink + layers[layers.length - 1]!.fields['source']!) | 0;
  }
}

/** @returns packets a second of each run, slowest first; the first run, unmeasured, warms up */
function rates(
  work: (frames: Frame[], packets: number) => void,
  frames: Frame[],
  packets: number,
): number[] {
  work(frames, Math.ceil(packets / 4));
  return Array.from({ length: RUNS }, () => {
    const started = performance.now();
    work(frames, packets);
    return (packets * 1000) / (performance.now() - started);
  }).sort((a, b) => a - b);
}

function measure({ name, build }: Kind, packets: number): Measure {
  const frames = generate(build);
  const ours = rates(runDecoder, frames, packets);
  const naive = rates(runNaive, frames, Math.ceil(packets / 10));
  const middle = RUNS >> 1;
  return {
    name,
    packetsPerSecond: Math.round(ours[middle]!),
    naivePacketsPerSecond: Math.round(naive[middle]!),
    gain: Number((ours[middle]! / naive[middle]!).toFixed(2)),
    spreadPercent: Number(((ours[RUNS - 1]! / ours[0]! - 1) * 100).toFixed(1)),
  };
}

/**
 * Decode alone, frames in memory: median of five runs, against an object and a slice for each layer.
 * @param args `--packets N` (default 4,000,000), `--json`
 */
export async function run(args: string[]): Promise<void> {
  const at = args.indexOf('--packets');
  const packets = at < 0 ? DEFAULT_PACKETS : Number(args[at + 1]);
  if (!Number.isInteger(packets) || packets < 1) {
    process.stderr.write('usage: npm run bench -- decode [--packets N] [--json]\n');
    process.exitCode = 2;
    return;
  }
  const results = KINDS.map((kind) => measure(kind, packets));
  if (args.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ bench: 'decode', packets, results, sink })}\n`);
    return;
  }
  const million = (rate: number): string => (rate / 1e6).toFixed(2).padStart(7);
  process.stdout.write(`decode: ${packets} packets a run, median of ${RUNS}, sink ${sink}\n`);
  for (const one of results) {
    process.stdout.write(
      `${one.name.padEnd(9)}${million(one.packetsPerSecond)} M packets/s  naive ` +
        `${million(one.naivePacketsPerSecond)}  gain ${one.gain}  spread ${one.spreadPercent} %\n`,
    );
  }
}
