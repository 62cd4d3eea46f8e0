import { ArgusCsv } from '../src/flow/index.ts';
import { meterCaptures } from '../src/pipeline.ts';
import { ARGUS_LAYOUT } from './compare.ts';
import { ARGUS_LIVE } from './live.ts';
import { readRows } from './oracle.ts';
import { runSuite, type Suite } from './suite.ts';

/** The rows that `wiresift flows` makes of a capture, by the very path it takes. */
export async function argusRows(path: string): Promise<string[]> {
  const chunks: string[] = [];
  const csv = new ArgusCsv();
  await meterCaptures([path], {
    onBatch: (batch) => void chunks.push(Buffer.from(csv.write(batch)).toString('latin1')),
  });
  return chunks
    .join('')
    .split('\n')
    .filter((line) => line !== '');
}

/** An IS-IS row as `ra` prints it: a comma too many stands behind the checksum in the Dport column. */
const ISIS_ROW = /^([^,]*,[^,]*,isis,[^,]*,[^,]*,[^,]*,[^,]*,0x[0-9a-f]+,),/;

/** Rows with as many cells as their header. */
export const wholeRows = (rows: readonly string[]): string[] =>
  rows.map((row) => row.replace(ISIS_ROW, '$1'));

/** Argus: every record, all its columns. */
export const ARGUS: Suite = {
  tool: 'argus',
  suffix: /\.binetflow(?:\.gz)?$/,
  about: `Compares our argus view with what Argus 3.0.8.2 printed of the same captures, record by record in
all 14 columns.`,
  layout: ARGUS_LAYOUT,
  min: 99,
  live: ARGUS_LIVE,
  sides: async ({ capture, oracle }) => {
    const expected = wholeRows(readRows(oracle));
    return { flows: expected.length, expected, ours: await argusRows(capture) };
  },
};

/** Runs the suite. @returns the process's exit code */
export function run(args: string[]): Promise<number> {
  return runSuite(ARGUS, args);
}
