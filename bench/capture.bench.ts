import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Random } from '../src/base/index.ts';
import { createPcapWriter, openCapture } from '../src/capture/index.ts';

const RUNS = 5;
const DEFAULT_FRAMES = 1_000_000;

interface Measure {
  readonly name: string;
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Slowest run over fastest, in percent above. */
  readonly spreadPercent: number;
}

/** Writes `frames` frames of 60 to 1514 bytes, mostly small, as on a busy link. @returns seconds */
function generate(path: string, frames: number): number {
  const random = new Random(1);
  const body = new Uint8Array(1514).map(() => random.int(256));
  const lengths = Uint16Array.from({ length: 1024 }, () =>
    random.next() < 0.7 ? 60 + random.int(40) : 60 + random.int(1455),
  );
  const bodies = Array.from(lengths, (length) => body.subarray(0, length));
  const started = performance.now();
  const writer = createPcapWriter({ path, linkType: 1 });
  for (let i = 0; i < frames; i++) writer.write(bodies[i & 1023]!, 1.6e15 + i * 3);
  writer.close();
  return (performance.now() - started) / 1000;
}

/** The sink both ways feed: without it the engine could drop the work. */
let sink = 0;

async function viaReader(path: string): Promise<number> {
  const source = await openCapture(path);
  await source.read((frame) => {
    sink = (sink + frame.end - frame.start + frame.bytes[frame.start]!) | 0;
  });
  return source.frames;
}

/** The plain way: the whole file, a DataView, and an object with a slice for every packet. */
async function naive(path: string): Promise<number> {
  const file = readFileSync(path);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  let frames = 0;
  for (let at = 24; at + 16 <= file.length; ) {
    const length = view.getUint32(at + 8, true);
    const packet = {
      time: view.getUint32(at, true) * 1e6 + view.getUint32(at + 4, true),
      originalLength: view.getUint32(at + 12, true),
      bytes: Uint8Array.prototype.slice.call(file, at + 16, at + 16 + length),
    };
    sink = (sink + packet.bytes.length + packet.bytes[0]! + (packet.time & 1)) | 0;
    at += 16 + length;
    frames++;
  }
  return frames;
}

async function measure(
  name: string,
  path: string,
  read: (path: string) => Promise<number>,
): Promise<Measure> {
  const size = statSync(path).size;
  await read(path);
  const seconds: number[] = [];
  let frames = 0;
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now();
    frames = await read(path);
    seconds.push((performance.now() - started) / 1000);
  }
  seconds.sort((a, b) => a - b);
  const median = seconds[RUNS >> 1]!;
  return {
    name,
    framesPerSecond: frames / median,
    bytesPerSecond: size / median,
    spreadPercent: (seconds[RUNS - 1]! / seconds[0]! - 1) * 100,
  };
}

function print(measures: readonly Measure[]): void {
  console.log('way                 M frames/s file MB/s   spread');
  for (const { name, framesPerSecond, bytesPerSecond, spreadPercent } of measures) {
    const frames = (framesPerSecond / 1e6).toFixed(2).padStart(10);
    const bytes = (bytesPerSecond / 1e6).toFixed(0).padStart(9);
    console.log(`${name.padEnd(20)}${frames}${bytes}${spreadPercent.toFixed(0).padStart(8)} %`);
  }
}

/**
 * Frames and bytes a second of reading a generated capture from the page cache, beside the naive
 * way; median of five runs after a warm-up.
 * @param args `--json` for one JSON line; a number for how many frames (default 1,000,000)
 */
export async function run(args: string[]): Promise<void> {
  const frames = Number(args.find((arg) => /^\d+$/.test(arg)) ?? DEFAULT_FRAMES);
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-bench-'));
  try {
    const path = join(folder, 'generated.pcap');
    const written = generate(path, frames);
    const zipped = `${path}.gz`;
    await pipeline(createReadStream(path), createGzip({ level: 1 }), createWriteStream(zipped));
    const bytes = statSync(path).size;
    const measures: Measure[] = [
      {
        name: 'write, with fsync',
        framesPerSecond: frames / written,
        bytesPerSecond: bytes / written,
        spreadPercent: 0,
      },
      await measure('reader', path, viaReader),
      await measure('naive', path, naive),
      await measure('reader, gzip', zipped, viaReader),
    ];
    if (args.includes('--json')) {
      console.log(JSON.stringify({ bench: 'capture', frames, bytes, runs: RUNS, sink, measures }));
    } else {
      console.log(
        `${frames} frames, ${(bytes / 1e6).toFixed(0)} MB, median of ${RUNS} (sink ${sink})`,
      );
      print(measures);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
