import { readFileSync } from 'node:fs';
import { type CountedFlow, endText } from './conversations.ts';
import { NDPI_LIVE } from './live.ts';
import { bothWays, runSuite, type Suite } from './suite.ts';

/** `1 TCP 10.0.0.1:5 <-> [2001:db8::1]:80 [VLAN: 7][proto: …]…[3 pkts/198 bytes <-> 1 pkts/66 bytes]` */
const FLOW = /^\s*\d+\s+(\S+) (\S+):(\d+) (?:<->|->) (\S+):(\d+) \[/;
const COUNTS = /\[(\d+) pkts\/(\d+) bytes (?:<->|->) (\d+) pkts\/(\d+) bytes\]/;

/** Names that nDPI has for IP protocols; it writes the others as numbers. */
const PROTOCOLS: Readonly<Record<string, number>> = {
  ICMP: 1,
  IGMP: 2,
  TCP: 6,
  EGP: 8,
  UDP: 17,
  GRE: 47,
  ESP: 50,
  AH: 51,
  ICMPV6: 58,
  EIGRP: 88,
  OSPF: 89,
  PIM: 103,
  VRRP: 112,
  SCTP: 132,
};

/** The flows in what nDPI's `ndpiReader` prints; other lines (counters, hosts, options) are passed by. */
export function parseNdpi(text: string): CountedFlow[] {
  const flows: CountedFlow[] = [];
  for (const line of text.split('\n')) {
    const flow = FLOW.exec(line);
    const counts = flow && COUNTS.exec(line);
    if (!flow || !counts) continue;
    const protocol = PROTOCOLS[flow[1]!] ?? Number(flow[1]);
    const address = (word: string): string => word.replace(/[[\]]/g, '');
    const [there, thereBytes, back, backBytes] = counts.slice(1).map(Number);
    flows.push({
      protocol,
      from: endText(address(flow[2]!), Number(flow[3]), protocol),
      to: endText(address(flow[4]!), Number(flow[5]), protocol),
      packets: [there!, back!],
      bytes: [thereBytes!, backBytes!],
    });
  }
  return flows;
}

/** nDPI: frames as the capture has them, summed over VLANs and over what its reader cut. */
export const NDPI: Suite = {
  tool: 'ndpi',
  suffix: /\.out$/,
  live: NDPI_LIVE,
  about: "Compares our argus meter with what nDPI's ndpiReader counted of the same captures.",
  sides: bothWays((path) => parseNdpi(readFileSync(path, 'latin1')), { meter: 'link' }),
};

/** Runs the suite. @returns the process's exit code */
export function run(args: string[]): Promise<number> {
  return runSuite(NDPI, args);
}
