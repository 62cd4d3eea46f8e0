import { readFileSync } from 'node:fs';
import type { RowLayout } from './compare.ts';
import { type CountedFlow, endText, meteredFlows } from './conversations.ts';
import { runSuite, type Suite } from './suite.ts';

/** What one filter of a `test.yaml` demands of Suricata's events: names and values, and how many. */
export interface Check {
  readonly count: number;
  readonly match: ReadonlyMap<string, string>;
}

/** The packets and bytes that a flow's event may hold, in the order of our rows. */
const COUNTERS = [
  'flow.pkts_toserver',
  'flow.pkts_toclient',
  'flow.bytes_toserver',
  'flow.bytes_toclient',
];

const PROTOCOLS: Readonly<Record<string, number>> = {
  ICMP: 1,
  TCP: 6,
  UDP: 17,
  'IPv6-ICMP': 58,
  SCTP: 132,
};

/** The checks of a `test.yaml` that say a packet or byte count of a flow. */
export function parseChecks(text: string): Check[] {
  const checks: Check[] = [];
  let count = 0;
  let match = new Map<string, string>();
  const close = (): void => {
    if (COUNTERS.some((name) => match.has(name))) checks.push({ count, match });
    count = 0;
    match = new Map();
  };
  for (const line of text.split('\n')) {
    if (/^\s*-\s*filter:/.test(line)) close();
    const field = /^\s+([\w.[\]]+):\s+(.*?)\s*$/.exec(line);
    if (!field) continue;
    const value = field[2]!.replace(/^["']|["']$/g, '');
    if (field[1] === 'count') count = Number(value);
    else match.set(field[1]!, value);
  }
  close();
  return checks;
}

const ANY = '*';

/** A check as a row: event, protocol, ends and counters, `*` where it demands nothing. */
export function checkRow({ match }: Check): string {
  const protocol = PROTOCOLS[match.get('proto') ?? ''];
  const end = (side: 'src' | 'dest'): string => {
    const address = match.get(`${side}_ip`);
    const port = match.get(`${side}_port`);
    if (address === undefined) return port === undefined ? ANY : `${ANY}:${port}`;
    return endText(address, Number(port ?? 0), protocol ?? 0);
  };
  const counters = COUNTERS.map((name) => match.get(name) ?? ANY);
  return [match.get('event_type'), protocol ?? ANY, end('src'), end('dest'), ...counters].join(' ');
}

/** A flow as rows, seen from each of its ends, with `*` where the check's row has one. */
export function maskedRows(flow: CountedFlow, wanted: readonly string[]): string[] {
  const { protocol, from, to, packets, bytes } = flow;
  const there = [...packets, ...bytes];
  // The ends of an alert are those of its packet; its counters still go from client to server.
  const back = wanted[0] === 'flow' ? [packets[1], packets[0], bytes[1], bytes[0]] : there;
  const rows = [
    [wanted[0]!, protocol, from, to, ...there],
    [wanted[0]!, protocol, to, from, ...back],
  ];
  return rows.map((row) => row.map((cell, i) => mask(String(cell), wanted[i]!)).join(' '));
}

function mask(cell: string, wanted: string): string {
  if (wanted === ANY) return ANY;
  return wanted.startsWith(`${ANY}:`) ? ANY + cell.slice(cell.lastIndexOf(':')) : cell;
}

const LAYOUT: RowLayout = {
  columns: ['event', 'proto', 'from', 'to', ...COUNTERS.map((name) => name.slice(5))],
  separator: ' ',
  keys: [(cells) => cells.slice(0, 4).join()],
};

/** Sums flows of one 5-tuple, in the direction of the first. */
function summed(flows: readonly CountedFlow[]): CountedFlow[] {
  const sums = new Map<string, CountedFlow>();
  for (const flow of flows) {
    const { protocol, from, to, packets, bytes } = flow;
    const straight = sums.get(`${protocol} ${from} ${to}`);
    const before = straight ?? sums.get(`${protocol} ${to} ${from}`);
    if (!before) {
      sums.set(`${protocol} ${from} ${to}`, flow);
      continue;
    }
    const [one, other] = straight ? [0, 1] : ([1, 0] as const);
    sums.set(`${protocol} ${before.from} ${before.to}`, {
      ...before,
      packets: [before.packets[0] + packets[one]!, before.packets[1] + packets[other]!],
      bytes: [before.bytes[0] + bytes[one]!, before.bytes[1] + bytes[other]!],
    });
  }
  return [...sums.values()];
}

/** The row of ours that answers a check: an equal one, else one of the same ends, else none. */
function answer(row: string, flows: readonly CountedFlow[]): string | undefined {
  const wanted = row.split(' ');
  const candidates = flows.flatMap((flow) => maskedRows(flow, wanted));
  const ends = wanted.slice(0, 4).join(' ');
  return candidates.includes(row) ? row : candidates.find((other) => other.startsWith(`${ends} `));
}

/** Our flows after each packet of a capture: an alert tells the counts so far. */
async function flowsSoFar(capture: string, rows: readonly string[]): Promise<CountedFlow[][]> {
  const states: CountedFlow[][] = [];
  if (rows.every((row) => row.startsWith('flow '))) return states;
  for (let packets = 1; ; packets++) {
    const flows = summed(await meteredFlows(capture, { meter: 'link', packets }));
    const sum = flows.reduce((n, flow) => n + flow.packets[0] + flow.packets[1], 0);
    if (sum < packets) return states;
    states.push(flows);
  }
}

/** Suricata: frames, both ways, where a test demands them; tunnels' inner flows by the tracker. */
export const SURICATA: Suite = {
  tool: 'suricata',
  suffix: /\.([\w-]+)\.test\.yaml$/,
  about: 'Compares our meters with the flow counts that suricata-verify demands of its captures.',
  layout: LAYOUT,
  // One of its 29 rows is more than two percent.
  min: 96,
  sides: async ({ capture, oracle }) => {
    const checks = parseChecks(readFileSync(oracle, 'utf8'));
    const expected = checks.flatMap((check) => Array<string>(check.count).fill(checkRow(check)));
    const outer = summed(await meteredFlows(capture, { meter: 'link' }));
    const inner = summed(await meteredFlows(capture, { meter: 'ip' }));
    const states = await flowsSoFar(capture, expected);
    const ours = expected.map((row) => {
      const flow = row.startsWith('flow ');
      const found = flow
        ? (answer(row, outer) ?? answer(row, inner))
        : states.map((flows) => answer(row, flows)).find((other) => other === row);
      return found ?? '';
    });
    return { flows: expected.length, expected, ours: ours.filter((row) => row !== '') };
  },
};

/** Runs the suite. @returns the process's exit code */
export function run(args: string[]): Promise<number> {
  return runSuite(SURICATA, args);
}
