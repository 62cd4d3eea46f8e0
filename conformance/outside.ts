import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ToolPair } from './oracle.ts';

/** First bytes of what is taken for a capture: pcap in both orders and resolutions, pcapng. */
const MAGIC = ['d4c3b2a1', 'a1b2c3d4', '4d3cb2a1', 'a1b23c4d', '0a0d0d0a', '34cdb2a1', 'a1b2cd34'];

/** A larger file is no test capture, and would have to be read whole for its hash. */
const LARGEST = 2 ** 30;

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Every file below a folder, in the order of names; links are not followed. */
function filesBelow(root: string): string[] {
  const found: string[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() && statSync(path).size <= LARGEST) found.push(path);
    }
  }
  return found.sort();
}

const pairOf = (capture: string): ToolPair => ({
  name: basename(capture),
  capture,
  oracle: '',
  variant: '',
});

/** Every capture of the collection, which lies in the folders of `root` beside `oracle`. */
export function collection(root: string): ToolPair[] {
  if (!existsSync(root)) return [];
  const folders = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== 'oracle',
  );
  return folders.flatMap(({ name }) => filesBelow(join(root, name))).map(pairOf);
}

/** The captures below a folder, each content once, without those that the collection at `root` has. */
export function outsideCaptures(folder: string, root: string): ToolPair[] {
  const known = new Set(collection(root).map(({ capture }) => hashOf(readFileSync(capture))));
  return filesBelow(folder)
    .filter((path) => {
      const bytes = readFileSync(path);
      const hash = hashOf(bytes);
      if (!MAGIC.includes(bytes.toString('hex', 0, 4)) || known.has(hash)) return false;
      known.add(hash);
      return true;
    })
    .map(pairOf);
}
