import { ArgusCsv } from '../src/flow/index.ts';
import { meterCaptures } from '../src/pipeline.ts';
import { sharedMissing, sharedPath } from '../test/shared-data.ts';
import { compareRows } from './compare.ts';
import { liveArgusRows } from './live.ts';
import { argusOracles, readRows } from './oracle.ts';
import { type Outcome, printOutcome, readWishes, reportOutcomes } from './outcome.ts';

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

/** Share of records that must match unless the user says otherwise. */
const LEAST = 99;

const HELP = `npm run conformance -- argus [--json] [--file NAME] [--show N] [--min PERCENT] [--live]

Compares our argus view with what Argus 3.0.8.2 printed of the same captures, record by record in
all 14 columns. --file: only captures whose name contains NAME. --show: rows that differ, up to N a
capture. --min: exit with 1 when fewer records match (default 99).
--live: compare with the argus and ra installed here instead of the stored files.
`;

/** Runs the comparison over every capture with an oracle. @returns the process's exit code */
export async function run(args: string[]): Promise<number> {
  const live = args.includes('--live');
  const others = args.filter((word) => word !== '--live');
  const wishes = readWishes(others, LEAST);
  if (!wishes) {
    process.stdout.write(HELP);
    return 2;
  }
  if (sharedMissing) {
    process.stdout.write(`argus conformance ${sharedMissing}\n`);
    return 0;
  }
  const pairs = argusOracles(sharedPath('data', 'pcap')).filter((pair) =>
    pair.name.includes(wishes.file),
  );
  const settings = sharedPath('data', 'ra.conf');
  const outcomes: Outcome[] = [];
  for (const pair of pairs) {
    let rows: string[] = [];
    try {
      rows = await argusRows(pair.capture);
    } catch (error) {
      process.stderr.write(`${pair.name}: ${(error as Error).message}\n`);
    }
    const expected = live ? liveArgusRows(pair.capture, settings) : readRows(pair.oracle);
    if (!expected) {
      process.stderr.write(`${pair.name}: the argus installed here gives no records\n`);
      continue;
    }
    const outcome = { name: pair.name, comparison: compareRows(expected, rows) };
    outcomes.push(outcome);
    if (!wishes.json) printOutcome(outcome, wishes.show, 'argus');
  }
  return reportOutcomes(outcomes, wishes);
}
