import { readFileSync } from 'node:fs';
import { type CountedFlow, endText } from './conversations.ts';
import { printing } from './live.ts';
import { bothWays, runSuite, type Suite } from './suite.ts';

/** The fields asked for, of the first layer of each kind, in the order of a line's cells. */
const FIELDS = [
  'frame.protocols',
  'frame.len',
  'ip.src',
  'ip.dst',
  'ip.proto',
  'ip.id',
  'ip.flags.mf',
  'ip.frag_offset',
  'tcp.srcport',
  'tcp.dstport',
  'udp.srcport',
  'udp.dstport',
] as const;

type Cells = Record<(typeof FIELDS)[number], string>;

const TCP = 6;
const UDP = 17;

/**
 * The packets in what `tshark -T fields` prints, each a flow of one packet: those whose outermost
 * network layer is IPv4. Ports are those of a TCP or UDP header right behind it; a later fragment has
 * those of the first, which came before it.
 */
export function parseTshark(text: string): CountedFlow[] {
  const flows: CountedFlow[] = [];
  const trains = new Map<string, readonly [number, number]>();
  for (const line of text.split('\n')) {
    const values = line.split('\t');
    const cells = Object.fromEntries(FIELDS.map((name, i) => [name, values[i] ?? ''])) as Cells;
    const layers = cells['frame.protocols'].split(':');
    const ip = layers.findIndex((name) => name === 'ip' || name === 'ipv6');
    if (layers[ip] !== 'ip' || cells['ip.dst'] === '') continue;
    const protocol = Number(cells['ip.proto']);
    const [from, to] = portsOf(cells, layers[ip + 1] ?? '', protocol, trains);
    flows.push({
      protocol,
      from: endText(cells['ip.src'], from, protocol),
      to: endText(cells['ip.dst'], to, protocol),
      packets: [1, 0],
      bytes: [Number(cells['frame.len']), 0],
    });
  }
  return flows;
}

function portsOf(
  cells: Cells,
  next: string,
  protocol: number,
  trains: Map<string, readonly [number, number]>,
): readonly [number, number] {
  if (protocol !== TCP && protocol !== UDP) return [0, 0];
  const train = [cells['ip.src'], cells['ip.dst'], protocol, cells['ip.id']].join();
  if (Number(cells['ip.frag_offset']) > 0) return trains.get(train) ?? [0, 0];
  const name = protocol === TCP ? 'tcp' : 'udp';
  if (next !== name && next !== 'udplite') return [0, 0];
  const ports = [Number(cells[`${name}.srcport`]), Number(cells[`${name}.dstport`])] as const;
  if (/^(?:1|true)$/i.test(cells['ip.flags.mf'])) trains.set(train, ports);
  return ports;
}

/** tshark: every frame by its outermost IPv4 layer, nothing put together. It has no stored output. */
export const TSHARK: Suite = {
  tool: 'tshark',
  suffix: /\.fields$/,
  about: 'Compares our argus meter with the packets that the tshark installed here dissects.',
  onlyLive: true,
  live: printing('tshark', 'Debian package tshark', (capture) => [
    ...['-n', '-r', capture, '-o', 'ip.defragment:FALSE', '-o', 'tcp.desegment_tcp_streams:FALSE'],
    ...['-T', 'fields', '-E', 'occurrence=f', ...FIELDS.flatMap((name) => ['-e', name])],
  ]),
  sides: bothWays((path) => parseTshark(readFileSync(path, 'utf8')), { meter: 'link' }),
};

/** Runs the suite. @returns the process's exit code */
export function run(args: string[]): Promise<number> {
  return runSuite(TSHARK, args);
}
