import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createPcapWriter, openCapture } from '../src/capture/index.ts';

const SHARED = new URL('../../shared/data/pcap/', import.meta.url).pathname;
const FOLDER = new URL('../.bench/', import.meta.url).pathname;
const ETHERNET = 1;
/** Time between two captures, and between two rounds over all of them, in microseconds. */
const GAP = 1e6;

/** Frames of one real capture; undefined when it has another link type or cannot be opened. */
async function readFrames(path: string): Promise<Stored[] | undefined> {
  const frames: Stored[] = [];
  let ethernet = true;
  try {
    const source = await openCapture(path);
    await source.read((frame) => {
      if (frame.linkType !== ETHERNET) ethernet = false;
      const { start, end, time, originalLength } = frame;
      frames.push({ bytes: frame.bytes.slice(start, end), time, originalLength });
    });
  } catch {
    // Some captures of the collection are broken on purpose.
    return undefined;
  }
  return ethernet && frames.length > 0 ? frames : undefined;
}

interface Stored {
  readonly bytes: Uint8Array;
  readonly time: number;
  readonly originalLength: number;
}

/**
 * Real Ethernet captures behind each other, again and again with later times, to so many packets; made
 * once for each size. @returns the file's path, or undefined when the research data is not there
 */
export async function realCapture(packets: number): Promise<string | undefined> {
  const path = `${FOLDER}real-${packets}.pcap`;
  if (existsSync(path)) return path;
  if (!existsSync(SHARED)) return undefined;
  mkdirSync(FOLDER, { recursive: true });
  process.stderr.write(`making ${path}: ${packets} packets …\n`);
  const names = readdirSync(SHARED, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(pcap|pcapng|cap)$/.test(name) && !name.startsWith('malformed'))
    .sort();
  const captures: Stored[][] = [];
  for (const name of names) {
    const frames = await readFrames(SHARED + name);
    if (frames) captures.push(frames);
  }
  const writer = createPcapWriter({ path, linkType: ETHERNET });
  let clock = 1_700_000_000_000_000;
  while (writer.frames < packets) {
    for (const frames of captures) {
      // Times within a capture stay as they are, but for a pause of hours.
      let before = frames[0]!.time;
      for (const { bytes, time, originalLength } of frames) {
        if (writer.frames === packets) break;
        clock += Math.min(Math.max(0, time - before), 60 * GAP);
        before = time;
        writer.write(bytes, clock, originalLength);
      }
      clock += GAP;
    }
  }
  writer.close();
  return path;
}
