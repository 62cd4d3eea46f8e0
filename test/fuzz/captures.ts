import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPcapWriter } from '../../src/capture/index.ts';
import { SAMPLES } from '../decode/samples.ts';
import { sharedMissing, sharedPath } from '../shared-data.ts';
import type { Seed } from './target.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const CAPTURE = /\.(pcap|pcapng|cap)(\.gz)?$/;

/** Where captures come from when nobody says: the collection beside the project, else our examples. */
export function captureFolder(): string {
  return sharedMissing === false ? sharedPath('data', 'pcap') : EXAMPLES;
}

/** Files below a folder (or the file itself), in the order of their names. */
export function listFiles(path: string, pattern: RegExp): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(path, name));
}

/** Every capture below a folder. @throws Error when there is none */
export function captureSeeds(corpus = captureFolder()): Seed[] {
  const files = listFiles(corpus, CAPTURE);
  if (files.length === 0) throw new Error(`no capture below ${corpus}`);
  return files.map((path) => ({ name: path, read: () => readFileSync(path) }));
}

/** One capture for each link type with a sound frame of every encapsulation there is a decoder for. */
export function sampleSeeds(): Seed[] {
  const linkTypes = [...new Set(SAMPLES.map(({ linkType }) => linkType))];
  return linkTypes.map((linkType) => {
    const parts: Uint8Array[] = [];
    const writer = createPcapWriter({ linkType, sink: (bytes) => parts.push(bytes.slice()) });
    SAMPLES.forEach((sample, i) => {
      if (sample.linkType === linkType) writer.write(sample.bytes, 1e9 * 1e6 + i);
    });
    writer.close();
    const bytes = Buffer.concat(parts);
    return { name: `samples of link type ${linkType}`, read: () => bytes };
  });
}
