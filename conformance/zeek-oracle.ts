import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIKELY_SERVER_PORTS, TUNNEL_SERVER_PORTS, type ZeekOptions } from '../src/flow/index.ts';

/** One capture, the log that Zeek wrote of it, and how Zeek was called. */
export interface ZeekPair {
  /** File name of the log, without `.conn.log`. */
  readonly name: string;
  readonly capture: string;
  readonly log: string;
  readonly options: ZeekOptions;
  /** Services that the loaded scripts can confirm; undefined when all scripts were loaded. */
  readonly services: ReadonlySet<string> | undefined;
  /** Only TCP and UDP packets of this port were read (`-f 'port N'`); 0 for all. */
  readonly port: number;
}

/** Columns that are compared, in this order. */
export const ZEEK_COLUMNS: readonly string[] = [
  'id.orig_h',
  'id.orig_p',
  'id.resp_h',
  'id.resp_p',
  'proto',
  'service',
  'duration',
  'orig_bytes',
  'resp_bytes',
  'conn_state',
  'missed_bytes',
  'history',
  'orig_pkts',
  'orig_ip_bytes',
  'resp_pkts',
  'resp_ip_bytes',
];

/** What a script of Zeek's base adds when it is named on a bare command line. */
const SCRIPTS: Readonly<Record<string, { services: string[]; tcp: number[]; udp: number[] }>> = {
  http: { services: ['http'], tcp: [80, 81, 631, 1080, 3128, 8000, 8080, 8888], udp: [] },
  dns: { services: ['dns'], tcp: [53], udp: [53, 137, 5353, 5355] },
  dhcp: { services: ['dhcp'], tcp: [], udp: [67, 4011] },
  ftp: { services: ['ftp', 'ftp-data'], tcp: [21, 2811], udp: [] },
  irc: { services: ['irc', 'irc-dcc-data'], tcp: [6666, 6667, 6668, 6669], udp: [] },
  ssl: {
    services: ['ssl'],
    tcp: [443, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223, 8443],
    udp: [443],
  },
  ssh: { services: ['ssh'], tcp: [22], udp: [] },
  mysql: { services: ['mysql'], tcp: [1434, 3306], udp: [] },
  ntp: { services: ['ntp'], tcp: [], udp: [123] },
  pop3: { services: ['pop3'], tcp: [110], udp: [] },
  rdp: { services: ['rdp', 'rdpeudp'], tcp: [3389], udp: [3389] },
  redis: { services: ['redis'], tcp: [6379], udp: [] },
  tunnels: { services: ['teredo', 'ayiya', 'gtpv1', 'geneve', 'vxlan'], tcp: [], udp: [] },
};

const TUNNEL_SERVICES = ['teredo', 'ayiya', 'gtpv1', 'geneve', 'vxlan'];

/** Every Zeek log below `root/oracle/zeek` whose capture is there, by name. */
export function zeekPairs(root: string): ZeekPair[] {
  const folder = join(root, 'oracle', 'zeek');
  if (!existsSync(folder)) return [];
  const captures = new Map<string, string>();
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === 'oracle') continue;
    for (const file of readdirSync(join(root, entry.name))) {
      captures.set(file, join(root, entry.name, file));
    }
  }
  const pairs: ZeekPair[] = [];
  for (const file of readdirSync(folder).sort()) {
    const match = /^(.*?\.(?:pcapng|pcap))(\.\d+)?\.conn\.log(?:\.labeled)?$/.exec(file);
    const capture = match ? captures.get(match[1]!) : undefined;
    if (!match || !capture) continue;
    const name = match[1]! + (match[2] ?? '');
    const call = join(folder, `${name}.btest`);
    const text = existsSync(call) ? readFileSync(call, 'utf8') : '';
    const said = commandLine(text);
    // IoT-23's log was written by Bro 2.6.
    const options = { ...said.options, countRepeats: !name.startsWith('iot23') };
    pairs.push({ name, capture, log: join(folder, file), ...said, options });
  }
  return pairs;
}

/** What the test's header says of the command line and of the settings it changes. */
function commandLine(text: string): Pick<ZeekPair, 'options' | 'services' | 'port'> {
  const call = /TEST-EXEC: zeek (.*)/.exec(text)?.[1] ?? '';
  const port = Number(/-f 'port (\d+)'/.exec(call)?.[1] ?? 0);
  const bare = /(^| )-b/.test(call);
  const ports = { tcp: [...TUNNEL_SERVER_PORTS.tcp], udp: [...TUNNEL_SERVER_PORTS.udp] };
  const services = new Set<string>(TUNNEL_SERVICES);
  for (const [name, script] of Object.entries(SCRIPTS)) {
    if (!text.includes(`base/protocols/${name}`)) continue;
    for (const service of script.services) services.add(service);
    ports.tcp.push(...script.tcp);
    ports.udp.push(...script.udp);
  }
  const options: ZeekOptions = {
    ignoreChecksums: /(^| )-b?C/.test(call),
    likelyServerPorts: bare ? ports : LIKELY_SERVER_PORTS,
    reportPartialGaps: text.includes('report_gaps_for_partial = T'),
    ...(bare && !services.has('dns') ? { dnsTimeout: 0 } : {}),
    ...(text.includes('tcp_excessive_data_without_further_acks=0') ? { maxWithoutAcks: 0 } : {}),
  };
  return { options, services: bare ? services : undefined, port };
}

/** Stands for a column that a baseline leaves out. */
export const MASKED = '*';

/** The compared columns of a Zeek log's rows, parted by tabs; a timed-out `(empty)` is `-`. */
export function zeekLogRows(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  // `btest-diff-cut` leaves a bare line of names.
  const header = lines.find((line) => /^(#fields\t|(ts|uid)\t[a-z])/.test(line)) ?? '';
  const fields = header.replace('#fields\t', '').split('\t');
  const places = ZEEK_COLUMNS.map((name) => fields.indexOf(name));
  return lines
    .filter((line) => line !== '' && line !== header && !line.startsWith('#'))
    .map((line) => {
      const cells = line.split('\t');
      return places.map((place) => cells[place] ?? MASKED).join('\t');
    });
}
