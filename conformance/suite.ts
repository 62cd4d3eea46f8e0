import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WiresiftError } from '../src/base/index.ts';
import { sharedMissing, sharedPath } from '../test/shared-data.ts';
import { type Comparison, compareRows, type RowLayout } from './compare.ts';
import {
  CONVERSATION_LAYOUT,
  type CountedFlow,
  conversationRows,
  type MeteringOptions,
  meteredFlows,
} from './conversations.ts';
import { type Line, lineOf, reportLines } from './lines.ts';
import type { LiveTool } from './live.ts';
import { type ToolPair, toolOracles } from './oracle.ts';
import { printOutcome, readWishes, type Wishes } from './outcome.ts';
import { collection, outsideCaptures } from './outside.ts';

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
  /** How the installed tool makes its output. */
  readonly live?: LiveTool;
  /** No output of it is stored. */
  readonly onlyLive?: boolean;
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

/** Which captures are compared, and with what. */
export type Choice = Pick<Wishes, 'file'> & Partial<Pick<Wishes, 'live' | 'captures'>>;

/**
 * Compares every capture of a suite: those with a stored output, or those of a folder with what the
 * tool installed here says of them now.
 */
export async function compareSuite(
  suite: Suite,
  choice: Choice,
  each: (name: string, comparison: Comparison) => void = () => {},
): Promise<Line[]> {
  const lines: Line[] = [];
  for (const pair of pairsOf(suite, choice)) {
    const capture = pair.variant ? `${pair.name} ${pair.variant}` : pair.name;
    if (!capture.includes(choice.file)) continue;
    const sides = await sidesOf(suite, pair);
    if (!sides) continue;
    const comparison = compareRows(sides.expected, sides.ours, suite.layout ?? CONVERSATION_LAYOUT);
    each(capture, comparison);
    const tracked = sides.tracked ? samePackets(sides.expected, sides.tracked) : -1;
    lines.push(lineOf({ tool: suite.tool, capture, flows: sides.flows, tracked }, comparison));
  }
  return lines;
}

/** The captures of a suite; `oracle` is empty where the tool is to be run. */
function pairsOf(suite: Suite, { live, captures = '' }: Choice): ToolPair[] {
  const root = sharedPath('data', 'pcap');
  if (captures !== '') return outsideCaptures(captures, root);
  if (live && suite.onlyLive) return collection(root);
  const stored = toolOracles(root, suite.tool, suite.suffix);
  if (!live) return stored;
  const each = new Map(stored.map((pair) => [pair.capture, { ...pair, oracle: '', variant: '' }]));
  return [...each.values()];
}

/** Both sides of a capture. A file that we refuse has no rows; one that the tool refuses is left out. */
async function sidesOf(suite: Suite, pair: ToolPair): Promise<Sides | undefined> {
  if (pair.oracle !== '' || !suite.live) return suite.sides(pair);
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-conformance-'));
  const oracle = join(folder, 'output');
  try {
    if (suite.live.run(pair.capture, oracle) && existsSync(oracle))
      return await suite.sides({ ...pair, oracle });
    process.stderr.write(`${pair.name}: the ${suite.tool} installed here gives no output\n`);
  } catch (error) {
    if (!(error instanceof WiresiftError)) throw error;
    process.stderr.write(`${pair.name}: ${error.message}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return undefined;
}

/** Runs a suite as the command line asks. @returns the process's exit code */
export async function runSuite(suite: Suite, args: readonly string[]): Promise<number> {
  const wishes = readWishes(args, suite.min ?? 98);
  if (!wishes || (!suite.live && (wishes.live || wishes.captures !== ''))) {
    process.stdout.write(help(suite));
    return 2;
  }
  const { tool, live } = suite;
  const run = wishes.live || wishes.captures !== '';
  if (sharedMissing && wishes.captures === '') {
    process.stdout.write(`${tool} conformance ${sharedMissing}\n`);
    return 0;
  }
  const absent = run && live ? live.absent() : '';
  if (absent) {
    process.stdout.write(`${tool} conformance skipped: ${absent}\n`);
    return 0;
  }
  if (!run && suite.onlyLive) {
    process.stdout.write(`${tool} has no stored output: say --live or --captures DIR\n`);
    return 2;
  }
  const lines = await compareSuite(suite, wishes, (name, comparison) => {
    if (wishes.show > 0 && !wishes.json) printOutcome({ name, comparison }, wishes.show, tool);
  });
  return reportLines(lines, wishes);
}

const LIVE_HELP = `
--live: run the tool that is installed here instead of reading its stored output.
--captures: run it on every capture below DIR that is not in the collection (by sha256).`;

function help({ tool, about, live, min = 98 }: Suite): string {
  return `npm run conformance -- ${tool} [--json] [--file NAME] [--show N] [--min PERCENT]${
    live ? ' [--live] [--captures DIR]' : ''
  }

${about}
--file: only captures whose name contains NAME. --show: rows that differ, up to N a capture.
--min: exit with 1 when fewer are equal (default ${min}). What remains is explained in
docs/conformance.md.${live ? LIVE_HELP : ''}
`;
}
