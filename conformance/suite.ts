import { sharedMissing, sharedPath } from '../test/shared-data.ts';
import { type Comparison, compareRows, type RowLayout } from './compare.ts';
import {
  CONVERSATION_LAYOUT,
  type CountedFlow,
  conversationRows,
  type MeteringOptions,
  meteredFlows,
} from './conversations.ts';
import { type ToolPair, toolOracles } from './oracle.ts';
import { printOutcome, readWishes, type Wishes } from './outcome.ts';

/** Both sides of one comparison, as rows, and the tool's flows behind its rows. */
export interface Sides {
  readonly flows: number;
  readonly expected: readonly string[];
  readonly ours: readonly string[];
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
  /** Both sides' rows of one capture. */
  readonly sides: (pair: ToolPair) => Promise<Sides>;
}

/** Sides of a tool that names both ends and counts both ways: flows summed by conversation. */
export function bothWays(
  read: (path: string) => CountedFlow[],
  meter: MeteringOptions['meter'],
): Suite['sides'] {
  return async ({ capture, oracle }) => {
    const flows = read(oracle);
    const expected = conversationRows(flows);
    return {
      flows: flows.length,
      expected,
      ours: conversationRows(await meteredFlows(capture, { meter })),
    };
  };
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
    const { flows, expected, ours } = await suite.sides(pair);
    const comparison = compareRows(expected, ours, suite.layout ?? CONVERSATION_LAYOUT);
    each(capture, comparison);
    lines.push(lineOf(capture, flows, comparison));
  }
  return lines;
}

function lineOf(capture: string, flows: number, comparison: Comparison): Line {
  const columns: Record<string, number> = {};
  for (const { columns: names } of comparison.near) {
    for (const name of names) columns[name] = (columns[name] ?? 0) + 1;
  }
  const differing = comparison.near.length;
  return {
    capture,
    flows,
    rows: comparison.records,
    equal: comparison.matched,
    missing: comparison.missing.length - differing,
    differing,
    extra: comparison.extra.length - differing,
    columns,
  };
}

/** Runs a suite as the command line asks. @returns the process's exit code */
export async function runSuite(suite: Suite, args: readonly string[]): Promise<number> {
  const wishes = readWishes(args, 98);
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

function help({ tool, about }: Suite): string {
  return `npm run conformance -- ${tool} [--json] [--file NAME] [--show N] [--min PERCENT]

${about}
--file: only captures whose name contains NAME. --show: rows that differ, up to N a capture.
--min: exit with 1 when fewer are equal (default 98). What remains is explained in
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
    const columns = Object.entries(total.columns).map(([name, times]) => `${name} ${times}`);
    process.stdout.write(`columns that differ: ${columns.join(', ') || 'none'}\n`);
  }
  return equalPercent < wishes.min || lines.length === 0 ? 1 : 0;
}

function sumOf(lines: readonly Line[]): Line {
  const columns: Record<string, number> = {};
  for (const line of lines) {
    for (const [name, times] of Object.entries(line.columns)) {
      columns[name] = (columns[name] ?? 0) + times;
    }
  }
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
    columns,
  };
}

const HEADER = ['capture', 'flows', 'rows', 'equal', '%', 'differing', 'missing', 'only ours'];

function table(lines: readonly Line[]): string {
  const cells = lines.map((line) => [
    line.capture,
    ...[line.flows, line.rows, line.equal].map(String),
    percent(line.equal, line.rows).toFixed(2),
    ...[line.differing, line.missing, line.extra].map(String),
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
