import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Random, WiresiftError } from '../../../src/base/index.ts';
import { readCtu13 } from '../../../src/datasets/index.ts';
import { ARGUS_HEADER, ArgusCsv } from '../../../src/flow/index.ts';
import { meterCaptures } from '../../../src/pipeline.ts';
import { sharedMissing, sharedPath } from '../../shared-data.ts';
import { listFiles } from '../captures.ts';
import { changeBytes, changeCount, interesting, replace } from '../mutate.ts';
import { magnitude } from '../signals.ts';
import { type CaseContext, promise, type Seed, type Target } from '../target.ts';

/** Bytes of a file that a case begins with: its header and a few hundred rows. */
const HEAD = 32 * 1024;
const EXAMPLE = fileURLToPath(new URL('../../../examples/attack.pcap', import.meta.url));

/** Reading Argus text of any bytes. */
export function createTarget(): Target {
  return {
    name: 'binetflow',
    seeds: async ({ corpus }) => {
      const published = sharedMissing === false ? sharedPath('data', 'ctu13', 'stratosphere') : '';
      const place = corpus ?? published;
      const files = place === '' ? [] : listFiles(place, /\.binetflow(\.gz)?$/);
      const own = corpus === undefined ? [await ownRows()] : [];
      return [...own, ...files.map((path) => ({ name: path, read: () => headOf(path) }))];
    },
    mutate,
    run,
    reached: ({ names }) => [`outcomes ${names.length}`],
  };
}

/** The rows that Wiresift itself writes of an example. */
async function ownRows(): Promise<Seed> {
  const csv = new ArgusCsv();
  const parts = [Buffer.from(ARGUS_HEADER)];
  await meterCaptures([EXAMPLE], { onBatch: (batch) => parts.push(Buffer.from(csv.write(batch))) });
  const bytes = Buffer.concat(parts).subarray(0, HEAD);
  return { name: 'own rows', read: () => bytes };
}

function headOf(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).subarray(0, HEAD);
}

const CELLS: readonly string[] = [
  '',
  '-',
  ' ',
  '0',
  '-1',
  '1e308',
  '1e999',
  'NaN',
  '0x',
  '0x0016',
  '99999999999999999999',
  '1,2',
  '"',
  '1970/01/01 00:00:00.000000',
  '2011/13/45 99:99:99',
  '1969/12/31 23:59:59.999999',
  '<->',
  '   ?>',
  'fe80::1',
  '147.32.84.165',
  '\u00e9',
  '\0',
  'flow=From-Botnet',
  'x'.repeat(5000),
];

const TAB_OR_COMMA = [9, 44];

/** Replaces, drops or repeats a cell or a line. */
function changeText(random: Random, bytes: Uint8Array): Uint8Array {
  const kind = random.int(5);
  const ends = kind < 3 ? [...TAB_OR_COMMA, 10] : [10];
  let from = random.int(bytes.length + 1);
  while (from > 0 && !ends.includes(bytes[from - 1]!)) from--;
  let to = from;
  while (to < bytes.length && !ends.includes(bytes[to]!)) to++;
  if (kind === 0) return replace(bytes, from, Math.min(bytes.length, to + 1), new Uint8Array(0));
  if (kind < 3) {
    const cell = kind === 1 ? CELLS[random.int(CELLS.length)]! : String(interesting(random));
    return replace(bytes, from, to, Buffer.from(cell));
  }
  const line = bytes.slice(from, to + 1);
  if (kind === 3) return replace(bytes, from, from, line);
  const swapped = bytes.slice();
  const [wanted, other] = random.int(2) === 0 ? TAB_OR_COMMA : [...TAB_OR_COMMA].reverse();
  for (let i = from; i < to; i++) if (swapped[i] === wanted) swapped[i] = other!;
  return swapped;
}

function mutate(random: Random, input: Uint8Array, other: () => Uint8Array): Uint8Array {
  let bytes = input;
  for (let turns = changeCount(random); turns > 0; turns--) {
    bytes = random.int(3) > 0 ? changeText(random, bytes) : changeBytes(random, bytes, other);
  }
  if (random.int(16) !== 0) return bytes;
  const zipped = Uint8Array.from(gzipSync(bytes, { level: 1 }));
  return random.int(2) === 0 ? zipped : changeBytes(random, zipped, other);
}

async function run(bytes: Uint8Array, { random, signals, folder }: CaseContext): Promise<void> {
  const path = join(folder, 'rows.binetflow');
  writeFileSync(path, bytes);
  try {
    const read = await readCtu13(path, { strict: random.int(4) === 0 });
    const { rows, columns } = read.table;
    for (const column of columns) {
      const length = column.kind === 'text' ? column.codes.length : column.values.length;
      promise(length === rows, `a column of ${length} cells in a table of ${rows} rows`);
    }
    promise(read.labels.length === rows, `${read.labels.length} labels for ${rows} rows`);
    promise(read.groups.length === rows, `${read.groups.length} groups for ${rows} rows`);
    for (const label of read.labels) promise(label < read.classes.length, `class ${label}`);
    for (const group of read.groups) promise(group < read.groupNames.length, `group ${group}`);
    signals.add(0, magnitude(rows));
    signals.add(1, magnitude(read.problemCount));
    for (const problem of read.problems) signals.name(expectation(problem));
    for (const { group } of read.labelCounts) signals.name(group);
  } catch (error) {
    if (!(error instanceof WiresiftError) || !error.code.startsWith('DATASET_')) throw error;
    signals.name(error.code);
  }
}

/** What a message says was expected: the part that quotes nothing of the input. */
function expectation(problem: string): string {
  const [, expected = ''] = problem.split(', expected ');
  return expected.replace(/\d+/g, '#').slice(0, 40);
}
