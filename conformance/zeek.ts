import { openCapture } from '../src/capture/index.ts';
import { createDecoder, Packet } from '../src/decode/index.ts';
import { ZeekTracker, ZeekTsv } from '../src/flow/index.ts';
import { sharedMissing, sharedPath } from '../test/shared-data.ts';
import { compareRows, type RowLayout } from './compare.ts';
import { type Outcome, printOutcome, readWishes, reportOutcomes } from './outcome.ts';
import { MASKED, ZEEK_COLUMNS, type ZeekPair, zeekLogRows, zeekPairs } from './zeek-oracle.ts';

const HELP = `npm run conformance -- zeek [--json] [--file NAME] [--show N] [--min PERCENT]

Compares our zeek view with the conn.log that Zeek wrote of the same captures, connection by
connection. ts and uid are masked in Zeek's own baselines, so they are left out; the uid of what
carried a tunnel with them. --file: only captures whose name contains NAME. --show: rows that
differ, up to N a capture. --min: exit with 1 when fewer connections match (default 98).
`;

/** Cells from strict to loose: what tells that two rows mean the same connection. */
const LAYOUT: RowLayout = {
  columns: ZEEK_COLUMNS,
  separator: '\t',
  keys: [
    (c) => [c[0], c[1], c[2], c[3], c[4], c[6], c[11]].join(),
    (c) => [c[0], c[1], c[2], c[3], c[4], c[12], c[14]].join(),
    (c) => [c[0], c[1], c[2], c[3], c[4]].join(),
    (c) => [[`${c[0]} ${c[1]}`, `${c[2]} ${c[3]}`].sort().join(), c[4]].join(),
  ],
};

/** Columns of {@link ZeekTsv} that are compared. */
const PLACES = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 16, 17, 18, 19];
const SERVICE = 5;

/** The compared columns of the rows that our own tracker makes of a capture. */
export async function zeekRows(pair: ZeekPair): Promise<string[]> {
  const tsv = new ZeekTsv();
  let text = '';
  const tracker = new ZeekTracker(pair.options, (batch) => {
    text += tsv.write(batch);
  });
  const decoder = createDecoder();
  const packet = new Packet();
  const source = await openCapture(pair.capture);
  await source.read((frame) => {
    decoder.decode(frame, packet);
    if (pair.port === 0 || hasPort(packet, pair.port)) tracker.add(packet);
  });
  tracker.finish();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const all = line.split('\t');
      const cells = PLACES.map((place) => all[place]!);
      cells[SERVICE] = loaded(cells[SERVICE]!, pair.services);
      return cells.join('\t');
    });
}

function hasPort(packet: Packet, port: number): boolean {
  const layer = packet.ip[0]!;
  return packet.ipCount > 0 && (layer.sourcePort === port || layer.destinationPort === port);
}

/** Leaves out the services whose scripts were not loaded. */
function loaded(service: string, services: ReadonlySet<string> | undefined): string {
  if (!services) return service;
  const names = service.split(',').filter((name) => services.has(name));
  return names.join(',') || '-';
}

/** Our rows without the columns that the baseline leaves out. */
function masked(rows: readonly string[], expected: readonly string[]): string[] {
  const first = expected[0]?.split('\t') ?? [];
  const gone = first.map((cell) => cell === MASKED);
  return rows.map((row) =>
    row
      .split('\t')
      .map((cell, i) => (gone[i] ? MASKED : cell))
      .join('\t'),
  );
}

/** IoT-23's log is of a longer capture than its pair: only connections of hosts and ports in it count. */
function inCapture(
  pair: ZeekPair,
  expected: readonly string[],
  ours: readonly string[],
): readonly string[] {
  if (!pair.name.startsWith('iot23')) return expected;
  const ends = new Set(ours.map(endsOf));
  return expected.filter((row) => ends.has(endsOf(row)));
}

function endsOf(row: string): string {
  const [from, fromPort, to, toPort, proto] = row.split('\t');
  return `${[`${from} ${fromPort}`, `${to} ${toPort}`].sort().join()} ${proto}`;
}

/** Runs the comparison over every capture with a log of Zeek's. @returns the process's exit code */
export async function run(args: string[]): Promise<number> {
  const wishes = readWishes(args, 98);
  if (!wishes) {
    process.stdout.write(HELP);
    return 2;
  }
  if (sharedMissing) {
    process.stdout.write(`zeek conformance ${sharedMissing}\n`);
    return 0;
  }
  const outcomes: Outcome[] = [];
  for (const pair of zeekPairs(sharedPath('data', 'pcap'))) {
    if (!pair.name.includes(wishes.file)) continue;
    const expected = zeekLogRows(pair.log);
    const ours = masked(await zeekRows(pair), expected);
    const comparison = compareRows(inCapture(pair, expected, ours), ours, LAYOUT);
    const outcome = { name: pair.name, comparison };
    outcomes.push(outcome);
    if (!wishes.json) printOutcome(outcome, wishes.show, 'zeek');
  }
  return reportOutcomes(outcomes, wishes);
}
