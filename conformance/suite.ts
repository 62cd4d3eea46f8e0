import { sharedMissing, sharedPath } from '../test/shared-data.ts';
import { type Comparison, compareRows, type RowLayout } from './compare.ts';
import {
  CONVERSATION_LAYOUT,
  type CountedFlow,
  conversationRows,
  type MeteringOptions,
  meteredFlows,
} from './conversations.ts';
import { explain } from './explained.ts';
import { type ToolPair, toolOracles } from './oracle.ts';
import { printOutcome, readWishes, type Wishes } from './outcome.ts';

/** Both sides of one comparison, as rows, and the tool's flows behind its rows. */
export interface Sides {
  readonly flows: number;
  readonly expected: readonly string[];
  readonly ours: readonly string[];
  /** The rows that the zeek tracker makes, where rows are conversations. */
  readonly tracked?: readonly string[];
}

/** Another tool whose published flows our meters are compared with. */
export interface Suite {
  /** Name of the tool, of its folder below `oracle`, and of the suite. */
  readonly tool: string;
  /** What an output's name adds to its capture's. */
  readonly suffix: RegExp;
  /** What is compared, one sentence. */
  readonly about: string;
  readonly layout?: RowLayout;
  /** Percent of rows that are to be equal; default 98. */
  readonly min?: number;
  /** Both sides' rows of one capture. */
  readonly sides: (pair: ToolPair) => Promise<Sides>;
}

/** How {@link bothWays} meters. */
export interface BothWays extends Pick<MeteringOptions, 'meter'> {
  /** The tool counts the fragments of a datagram as one packet, as the tracker does. */
  readonly wholeDatagrams?: boolean;
}

const ETHERNET = 14;

/** Sides of a tool that names both ends and counts both ways: flows summed by conversation. */
export function bothWays(
  read: (path: string) => CountedFlow[],
  { meter, wholeDatagrams = false }: BothWays,
): Suite['sides'] {
  return async ({ capture, oracle }) => {
    const flows = read(oracle);
    const expected = conversationRows(flows);
    const metered = conversationRows(await meteredFlows(capture, { meter }));
    const tracker = await meteredFlows(capture, { meter: 'ip' });
    const tracked = conversationRows(tracker);
    if (!wholeDatagrams) return { flows: flows.length, expected, ours: metered, tracked };
    const joined = conversationRows(tracker.map(framed));
    const wanted = new Set(expected);
    const spare = new Map(joined.map((row) => [conversationOfRow(row), row]));
    const ours = metered.map((row) => {
      const other = spare.get(conversationOfRow(row));
      return !wanted.has(row) && other && wanted.has(other) ? other : row;
    });
    return { flows: flows.length, expected, ours, tracked };
  };
}

/** The tracker's IP packets as Ethernet frames. */
function framed(flow: CountedFlow): CountedFlow {
  const [there, back] = flow.packets;
  const bytes = [flow.bytes[0] + there * ETHERNET, flow.bytes[1] + back * ETHERNET] as const;
  return { ...flow, bytes };
}

function conversationOfRow(row: string): string {
  return row.split(' ', 3).join(' ');
}

/** How many rows the tracker has with the same packets each way. */
function samePackets(expected: readonly string[], tracked: readonly string[]): number {
  const withPackets = (row: string): string => row.split(' ', 5).join(' ');
  const known = new Set(tracked.map(withPackets));
  return expected.filter((row) => known.has(withPackets(row))).length;
}

/** One line of the table. */
export interface Line {
  readonly capture: string;
  readonly flows: number;
  readonly rows: number;
  readonly equal: number;
  readonly missing: number;
  readonly differing: number;
  readonly extra: number;
  /** Rows whose packets the zeek tracker counts alike; -1 where that cannot be said. */
  readonly tracked: number;
  /** Differing and missing rows by the class that explains them; `not explained` for the rest. */
  readonly classes: Readonly<Record<string, number>>;
  /** How often each column differs. */
  readonly columns: Readonly<Record<string, number>>;
}

/** Compares every capture of a suite. Rows of ours that share no flow with the tool's are `extra`. */
export async function compareSuite(
  suite: Suite,
  file: string,
  each: (name: string, comparison: Comparison) => void = () => {},
): Promise<Line[]> {
  const lines: Line[] = [];
  for (const pair of toolOracles(sharedPath('data', 'pcap'), suite.tool, suite.suffix)) {
    const capture = pair.variant ? `${pair.name} ${pair.variant}` : pair.name;
    if (!capture.includes(file)) continue;
    const sides = await suite.sides(pair);
    const layout = suite.layout ?? CONVERSATION_LAYOUT;
    const comparison = compareRows(sides.expected, sides.ours, layout);
    each(capture, comparison);
    lines.push(lineOf(suite.tool, capture, sides, comparison));
  }
  return lines;
}

const NOT_EXPLAINED = 'not explained';

function lineOf(tool: string, capture: string, sides: Sides, comparison: Comparison): Line {
  const classes: Record<string, number> = {};
  for (const row of comparison.missing) {
    const kind = explain(tool, capture, row)?.kind ?? NOT_EXPLAINED;
    classes[kind] = (classes[kind] ?? 0) + 1;
  }
  const columns: Record<string, number> = {};
  for (const { columns: names } of comparison.near) {
    for (const name of names) columns[name] = (columns[name] ?? 0) + 1;
  }
  const differing = comparison.near.length;
  return {
    capture,
    flows: sides.flows,
    rows: comparison.records,
    equal: comparison.matched,
    missing: comparison.missing.length - differing,
    differing,
    extra: comparison.extra.length - differing,
    tracked: sides.tracked ? samePackets(sides.expected, sides.tracked) : -1,
    classes,
    columns,
  };
}

/** Runs a suite as the command line asks. @returns the process's exit code */
export async function runSuite(suite: Suite, args: readonly string[]): Promise<number> {
  const wishes = readWishes(args, suite.min ?? 98);
  if (!wishes) {
    process.stdout.write(help(suite));
    return 2;
  }
  if (sharedMissing) {
    process.stdout.write(`${suite.tool} conformance ${sharedMissing}\n`);
    return 0;
  }
  const lines = await compareSuite(suite, wishes.file, (name, comparison) => {
    if (wishes.show > 0) printOutcome({ name, comparison }, wishes.show, suite.tool);
  });
  return reportLines(lines, wishes);
}

function help({ tool, about, min = 98 }: Suite): string {
  return `npm run conformance -- ${tool} [--json] [--file NAME] [--show N] [--min PERCENT]

${about}
--file: only captures whose name contains NAME. --show: rows that differ, up to N a capture.
--min: exit with 1 when fewer are equal (default ${min}). What remains is explained in
docs/conformance.md.
`;
}

const percent = (part: number, whole: number): number => (whole === 0 ? 100 : (100 * part) / whole);

/** Prints the table and its sums. @returns the process's exit code */
export function reportLines(lines: readonly Line[], wishes: Wishes): number {
  const total = sumOf(lines);
  const equalPercent = percent(total.equal, total.rows);
  if (wishes.json) {
    process.stdout.write(`${JSON.stringify({ ...total, equalPercent, details: lines })}\n`);
  } else {
    process.stdout.write(table([...lines, total]));
    process.stdout.write(
      `columns that differ: ${listed(total.columns)}\nwhy: ${listed(total.classes)}\n`,
    );
  }
  return equalPercent < wishes.min || lines.length === 0 ? 1 : 0;
}

function listed(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([name, times]) => `${name} ${times}`);
  return parts.join(', ') || 'none';
}

function added(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, times] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + times;
  }
  return sum;
}

function sumOf(lines: readonly Line[]): Line {
  const sum = (pick: (line: Line) => number): number =>
    lines.reduce((before, line) => before + pick(line), 0);
  return {
    capture: `total of ${lines.length}`,
    flows: sum((line) => line.flows),
    rows: sum((line) => line.rows),
    equal: sum((line) => line.equal),
    missing: sum((line) => line.missing),
    differing: sum((line) => line.differing),
    extra: sum((line) => line.extra),
    tracked: lines.some((line) => line.tracked < 0) ? -1 : sum((line) => line.tracked),
    classes: added(lines.map((line) => line.classes)),
    columns: added(lines.map((line) => line.columns)),
  };
}

const HEADER = [
  'capture',
  'flows',
  'rows',
  'equal',
  '%',
  'differing',
  'missing',
  'only ours',
  'tracker',
];

function table(lines: readonly Line[]): string {
  const cells = lines.map((line) => [
    line.capture,
    ...[line.flows, line.rows, line.equal].map(String),
    percent(line.equal, line.rows).toFixed(2),
    ...[line.differing, line.missing, line.extra].map(String),
    line.tracked < 0 ? '-' : String(line.tracked),
  ]);
  const all = [HEADER, ...cells];
  const widths = HEADER.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all
    .map((row) => row.map((cell, i) => pad(cell, widths[i]!, i === 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function pad(text: string, width: number, left: boolean): string {
  return left ? text.padEnd(width) : text.padStart(width);
}
