import { readFileSync } from 'node:fs';
import { type CountedFlow, conversationOf, meteredFlows } from './conversations.ts';
import { NFSTREAM_LIVE } from './live.ts';
import { runSuite, type Suite } from './suite.ts';

/** A flow ends after so long without a packet, and after so long at all (NFStream's defaults). */
const IDLE_MICROS = 120e6;
const ACTIVE_SECONDS = 1800;

/** The columns of its CSV that are compared: it names neither ends nor directions. */
const COLUMNS = ['packets', 'bytes'];

/** `packets bytes` of every flow in NFStream's CSV, by its header. */
export function parseNfstream(text: string): string[] {
  const [header = '', ...lines] = text.split('\n').filter((line) => line !== '');
  const names = header.trimEnd().split(',');
  const places = COLUMNS.map((name) => names.indexOf(`bidirectional_${name}`));
  return lines.map((line) => {
    const cells = line.trimEnd().split(',');
    return places.map((place) => cells[place]).join(' ');
  });
}

/**
 * `packets bytes` of our flows, cut as NFStream cuts: records of one 5-tuple are one flow until it is
 * silent for longer than two minutes. An end of a TCP connection ends no flow there.
 */
export function joinedRows(flows: readonly CountedFlow[]): string[] {
  const open = new Map<string, { packets: number; bytes: number; end: number }>();
  const rows: string[] = [];
  const byTime = [...flows].sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
  for (const flow of byTime) {
    const { packets, bytes, start = 0, end = 0 } = flow;
    const key = `${flow.vlan ?? 0} ${conversationOf(flow)}`;
    const before = open.get(key);
    if (before && start - before.end <= IDLE_MICROS) {
      before.packets += packets[0] + packets[1];
      before.bytes += bytes[0] + bytes[1];
      before.end = Math.max(before.end, end);
      continue;
    }
    if (before) rows.push(`${before.packets} ${before.bytes}`);
    open.set(key, { packets: packets[0] + packets[1], bytes: bytes[0] + bytes[1], end });
  }
  for (const { packets, bytes } of open.values()) rows.push(`${packets} ${bytes}`);
  return rows;
}

/** NFStream: frames as the capture has them, both ways together. */
export const NFSTREAM: Suite = {
  tool: 'nfstream',
  suffix: /\.csv$/,
  live: NFSTREAM_LIVE,
  about: 'Compares our argus meter with the flows that NFStream expects of the same captures.',
  layout: { columns: COLUMNS, separator: ' ', keys: [(cells) => cells[0]!, () => ''] },
  sides: async ({ capture, oracle }) => {
    const expected = parseNfstream(readFileSync(oracle, 'utf8'));
    const flows = await meteredFlows(capture, {
      meter: 'link',
      statusInterval: ACTIVE_SECONDS,
      byVlan: true,
    });
    return { flows: expected.length, expected, ours: joinedRows(flows) };
  },
};

/** Runs the suite. @returns the process's exit code */
export function run(args: string[]): Promise<number> {
  return runSuite(NFSTREAM, args);
}
