import { readFileSync } from 'node:fs';
import { type CountedFlow, endText } from './conversations.ts';
import { bothWays, runSuite, type Suite } from './suite.ts';

/** The header may stand on any line (the expected outputs are sorted): it alone names types. */
const HEADER = /^(?:ipaddr|uint\d+|time|macaddr) \w+,/;

/** Columns that say which flow a record is of, and what it counts. */
const WANTED = [
  'SRC_IP',
  'SRC_PORT',
  'DST_IP',
  'DST_PORT',
  'PROTOCOL',
  'PACKETS',
  'PACKETS_REV',
  'BYTES',
  'BYTES_REV',
  'TIME_FIRST',
  'TIME_LAST',
  'VLAN_ID',
] as const;

/**
 * The flow records of ipfixprobe's CSV; the order of the columns depends on the plugin, and its header
 * tells it. A plugin that has several things to say of a flow repeats the record: repeats that
 * name the same flow, times and counts are one record. All columns that are wanted stand before any text.
 */
export function parseIpfixprobe(text: string): CountedFlow[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const header = lines.find((line) => HEADER.test(line)) ?? '';
  const names = header.split(',').map((cell) => cell.split(' ')[1] ?? '');
  const places = WANTED.map((name) => names.indexOf(name));
  const flows: CountedFlow[] = [];
  const seen = new Set<string>();
  for (const line of lines) {
    if (line === header) continue;
    const cells = line.split(',');
    const [from, fromPort, to, toPort, proto, there, back, thereBytes, backBytes, first, last] =
      places.map((place) => cells[place] ?? '');
    const identity = places.map((place) => cells[place]).join();
    if (seen.has(identity)) continue;
    seen.add(identity);
    const protocol = Number(proto);
    flows.push({
      protocol,
      from: endText(from!, Number(fromPort), protocol),
      to: endText(to!, Number(toPort), protocol),
      packets: [Number(there), Number(back)],
      bytes: [Number(thereBytes), Number(backBytes)],
      start: Date.parse(`${first}Z`) * 1000,
      end: Date.parse(`${last}Z`) * 1000,
    });
  }
  return flows;
}

/** ipfixprobe: IP packets and their bytes without the link header. */
export const IPFIXPROBE: Suite = {
  tool: 'ipfixprobe',
  suffix: /\.(\w+)\.csv$/,
  about: "Compares our zeek tracker with what ipfixprobe's tests expect of the same captures.",
  sides: bothWays((path) => parseIpfixprobe(readFileSync(path, 'utf8')), { meter: 'ip' }),
};

/** Runs the suite. @returns the process's exit code */
export function run(args: string[]): Promise<number> {
  return runSuite(IPFIXPROBE, args);
}
