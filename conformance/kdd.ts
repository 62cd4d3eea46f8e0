import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ipv4Text } from '../src/base/index.ts';
import { openCapture } from '../src/capture/index.ts';
import { createDecoder, Packet } from '../src/decode/index.ts';
import {
  KDD_ADDRESS_STRIDE,
  KDD_FLAGS,
  KDD_NUMBERS,
  KDD_PROTOCOLS,
  KDD_SERVICES,
  type KddMode,
  type KddRows,
  KddView,
  ZeekTracker,
} from '../src/flow/index.ts';
import { sharedMissing, sharedPath } from '../test/shared-data.ts';
import { type Line, reportLines } from './lines.ts';
import { readWishes } from './outcome.ts';

const CAPTURE = 'attack-scan/mufeng121__nmap.pcap';
const ORACLE = 'oracle/kdd99/mufeng121__nmap.pcap.conn_sort.list';
/** The script that made the oracle writes local time: six hours behind. */
const SIX_HOURS = 6 * 3600 * 1e6;

/** The oracle's columns, in its order; the first, a serial number, is not compared. */
const COLUMNS = [
  'number',
  'start',
  'orig_p',
  'resp_p',
  'orig_h',
  'resp_h',
  'duration',
  'protocol_type',
  'service',
  'flag',
  'src_bytes',
  'dst_bytes',
  'land',
  'wrong_fragment',
  'urgent',
  'hot',
  'num_failed_logins',
  'logged_in',
  'num_compromised',
  'root_shell',
  'su_attempted',
  'num_root',
  'num_file_creations',
  'num_shells',
  'num_access_files',
  'num_outbound_cmds',
  'is_host_login',
  'is_guest_login',
] as const;

/** Seconds and six decimals, as C prints a time. */
function seconds(micros: number): string {
  const whole = Math.floor(micros / 1e6);
  return `${whole}.${String(Math.round(micros - whole * 1e6)).padStart(6, '0')}`;
}

/** The rows in the oracle's columns, without its serial number. */
function oracleRows(rows: KddRows): string[][] {
  const { connections } = rows;
  return Array.from({ length: rows.length }, (_, row) => {
    const at = row * KDD_NUMBERS;
    const addresses = row * KDD_ADDRESS_STRIDE;
    const start = connections.start[row]!;
    return [
      '',
      seconds(start - SIX_HOURS),
      String(connections.originatorPort[row]),
      String(connections.responderPort[row]),
      ipv4Text(connections.addresses, addresses),
      ipv4Text(connections.addresses, addresses + 16),
      seconds(connections.end[row]! - start),
      KDD_PROTOCOLS[rows.protocol[row]!]!,
      KDD_SERVICES[rows.service[row]!]!,
      KDD_FLAGS[rows.flag[row]!]!,
      ...Array.from(rows.numbers.subarray(at + 1, at + 19), String),
    ];
  });
}

/** The kdd view's rows of a capture, cell by cell as the oracle prints them. */
export async function kddRows(path: string, mode: KddMode): Promise<string[][]> {
  const found: string[][] = [];
  const view = new KddView({ mode }, (rows) => found.push(...oracleRows(rows)));
  const tracker = new ZeekTracker({}, (batch) => view.conns(batch));
  const decoder = createDecoder();
  const packet = new Packet();
  const source = await openCapture(path);
  await source.read((frame) => {
    decoder.decode(frame, packet);
    view.packet(packet);
    tracker.add(packet);
  });
  tracker.finish();
  view.finish();
  return found;
}

/** Differing cells by column, and the rows they are in. */
export interface KddComparison {
  readonly rows: number;
  readonly expected: number;
  readonly equal: number;
  readonly columns: Readonly<Record<string, number>>;
  readonly examples: readonly string[];
}

/** Compares row by row: both come in the order of the connections' start. */
export function compareKdd(expected: readonly string[][], got: readonly string[][]): KddComparison {
  const columns: Record<string, number> = {};
  const examples: string[] = [];
  let equal = 0;
  expected.forEach((row, i) => {
    const differ = COLUMNS.filter((_, at) => at > 0 && row[at] !== got[i]?.[at]);
    if (differ.length === 0) equal++;
    for (const name of differ) columns[name] = (columns[name] ?? 0) + 1;
    if (differ.length > 0 && examples.length < 20) {
      examples.push(`oracle ${row.join(' ')}\n  ours ${got[i]?.join(' ')}\n  ${differ.join(' ')}`);
    }
  });
  return { rows: got.length, expected: expected.length, equal, columns, examples };
}

/** The comparison as a line of the table that all suites share. */
export function kddLine(comparison: KddComparison): Line {
  const { rows, expected, equal, columns } = comparison;
  const missing = Math.max(0, expected - rows);
  const differing = expected - equal - missing;
  const classes = expected === equal ? {} : { 'not explained': expected - equal };
  return {
    capture: basename(CAPTURE),
    flows: expected,
    rows: expected,
    equal,
    missing,
    differing,
    extra: Math.max(0, rows - expected),
    tracked: -1,
    classes,
    columns,
  };
}

/** The comparison with the oracle of the one capture that has one. */
export async function compareOracle(): Promise<KddComparison> {
  const path = (name: string): string => sharedPath('data', 'pcap', ...name.split('/'));
  const lines = readFileSync(path(ORACLE), 'latin1').trimEnd().split('\n');
  const expected = lines.map((line) => line.split(' '));
  return compareKdd(expected, await kddRows(path(CAPTURE), 'gure'));
}

const HELP = `npm run conformance -- kdd [--json] [--show N] [--min PERCENT]

Compares our kdd view with what the extractor of the KDD99 data set's kind wrote of an nmap scan,
connection by connection in 27 columns. --show: N rows that differ. --min: exit with 1 when fewer
connections are equal (default 100).
`;

/** Runs the suite. @returns the process's exit code */
export async function run(args: string[]): Promise<number> {
  const wishes = readWishes(args, 100);
  if (!wishes || wishes.live || wishes.captures !== '') {
    process.stdout.write(HELP);
    return 2;
  }
  if (sharedMissing) {
    process.stdout.write(`kdd conformance ${sharedMissing}\n`);
    return 0;
  }
  const comparison = await compareOracle();
  if (!wishes.json) {
    for (const text of comparison.examples.slice(0, wishes.show)) process.stdout.write(`${text}\n`);
  }
  const code = reportLines([kddLine(comparison)], wishes);
  return comparison.rows === comparison.expected ? code : 1;
}
