import { isoTime } from '../../../src/table/index.ts';
import { version5 } from '../../datasets/netflow/version5.ts';

/** Flows of the scan, one a target. */
export const TARGETS = 60;
export const SCANNER = '10.0.0.5';
/** 2026-01-01 00:00:10 UTC in seconds: all of it lies in one window of the detectors. */
const EPOCH = 1_767_225_610;

interface Probe {
  readonly to: string;
  readonly sourcePort: number;
  readonly seconds: number;
}

const PROBES: readonly Probe[] = Array.from({ length: TARGETS }, (_, i) => ({
  to: `10.0.1.${i + 1}`,
  sourcePort: 40_000 + i,
  seconds: EPOCH + 2 * i,
}));

const CONN_FIELDS =
  'ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto conn_state history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes';

/** A log, with a line in the middle that nobody can read. */
export interface LogFile {
  readonly name: string;
  readonly title: RegExp;
  readonly bytes: Buffer;
  readonly badRows: number;
}

/** Lines with a bad one in their middle. */
function lines(all: readonly string[], bad: string): Buffer {
  const middle = all.length >> 1;
  return Buffer.from(`${[...all.slice(0, middle), bad, ...all.slice(middle)].join('\n')}\n`);
}

function argus(): Buffer {
  const head =
    'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes';
  const rows = PROBES.map(({ to, sourcePort, seconds }) => {
    const time = isoTime(seconds * 1e6)
      .replaceAll('-', '/')
      .replace('T', ' ')
      .replace('Z', '');
    return `${time},0.0,tcp,${SCANNER},${sourcePort},   ->,${to},445,S_,0,,1,60,60`;
  });
  return lines(
    [head, ...rows],
    '2026/01/01 00:00:00,many,tcp,10.0.0.1,1,   ->,10.0.0.9,80,S_,0,,1,60,60',
  );
}

const connCells = ({ to, sourcePort, seconds }: Probe): (string | number)[] => [
  ...[seconds, `C${sourcePort}`, SCANNER, sourcePort, to, 445],
  ...['tcp', 'S0', 'S', 1, 60, 0, 0],
];

function zeek(): Buffer {
  const head = [
    '#separator \\x09',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    '#path\tconn',
    `#fields\t${CONN_FIELDS.replaceAll(' ', '\t')}`,
  ];
  return lines([...head, ...PROBES.map((probe) => connCells(probe).join('\t'))], 'one\ttwo');
}

function zeekJson(): Buffer {
  const names = CONN_FIELDS.split(' ');
  const rows = PROBES.map((probe) =>
    JSON.stringify(Object.fromEntries(connCells(probe).map((cell, i) => [names[i], cell]))),
  );
  return lines(rows, '{"ts":');
}

function eve(): Buffer {
  const rows = PROBES.map(({ to, sourcePort, seconds }) => {
    const time = new Date(seconds * 1000).toISOString().replace('Z', '000+0000');
    return JSON.stringify({
      timestamp: time,
      event_type: 'flow',
      src_ip: SCANNER,
      src_port: sourcePort,
      dest_ip: to,
      dest_port: 445,
      proto: 'TCP',
      flow: {
        pkts_toserver: 1,
        pkts_toclient: 0,
        bytes_toserver: 60,
        bytes_toclient: 0,
        start: time,
        end: time,
        state: 'new',
      },
      tcp: { tcp_flags_ts: '02', tcp_flags_tc: '00' },
    });
  });
  return lines([...rows, '{"event_type":"stats"}'], '{"event_type":"flow","src_ip":7}');
}

function tonIot(): Buffer {
  const head =
    'ts,src_ip,src_port,dst_ip,dst_port,proto,service,duration,src_bytes,dst_bytes,conn_state,' +
    'missed_bytes,src_pkts,src_ip_bytes,dst_pkts,dst_ip_bytes';
  const rows = PROBES.map(
    ({ to, sourcePort, seconds }) =>
      `${seconds},${SCANNER},${sourcePort},${to},445,tcp,-,0,0,0,S0,0,1,60,0,0`,
  );
  return lines([head, ...rows], 'x,10.0.0.1,1,10.0.0.2,2,tcp,-,0,0,0,S0,0,1,60,0,0');
}

const octets = (address: string): number[] => address.split('.').map(Number);

function netflow(): Buffer {
  return Buffer.concat(
    PROBES.map(({ to, sourcePort, seconds }) => {
      const flow = { from: octets(SCANNER), to: octets(to), sourcePort, port: 445 };
      return version5([{ ...flow, packets: 1, bytes: 60, flags: 2 }], seconds);
    }),
  );
}

/** An nfdump file of layout 2, not packed: one block of records. */
function nfdump(): Buffer {
  const numbers = (...cells: readonly (readonly [number, 1 | 2 | 4 | 8])[]): Buffer =>
    Buffer.concat(
      cells.map(([value, length]) => {
        const bytes = Buffer.alloc(length);
        if (length === 8) bytes.writeBigUInt64LE(BigInt(value));
        else bytes.writeUIntLE(value, 0, length);
        return bytes;
      }),
    );
  const element = (type: number, data: Buffer): Buffer =>
    Buffer.concat([numbers([type, 2], [data.length + 4, 2]), data]);
  const address = (text: string): [number, 4] => [Buffer.from(octets(text)).readUInt32BE(), 4];
  const records = PROBES.map(({ to, sourcePort, seconds }) => {
    const time = seconds * 1000;
    const times = [time, time, 0, 1, 60].map((value): [number, 8] => [value, 8]);
    const ports = [
      [sourcePort, 2],
      [445, 2],
    ] as const;
    const words = [
      [6, 1],
      [2, 1],
      [0, 1],
      [0, 1],
    ] as const;
    const body = Buffer.concat([
      element(1, numbers(...times, ...ports, ...words)),
      element(2, numbers(address(SCANNER), address(to))),
    ]);
    return Buffer.concat([numbers([11, 2], [body.length + 12, 2], [2, 2], [0, 2], [0, 4]), body]);
  });
  const all = Buffer.concat(records);
  const head = numbers([0xa50c, 2], [2, 2], [0x01070100, 4], [0, 8], [0, 8], [0, 8], [0, 8]);
  return Buffer.concat([head, numbers([TARGETS, 4], [all.length, 4], [3, 2], [0, 2]), all]);
}

/** The same scan as each kind of log tells it. Names are wrong on purpose: content decides. */
export const LOG_FILES: readonly LogFile[] = [
  { name: 'a.pcap', title: /Argus/, bytes: argus(), badRows: 1 },
  { name: 'b.bin', title: /Zeek log, tab/, bytes: zeek(), badRows: 1 },
  { name: 'c.pcapng', title: /Zeek log, JSON/, bytes: zeekJson(), badRows: 1 },
  { name: 'd.txt', title: /Suricata/, bytes: eve(), badRows: 1 },
  { name: 'e.csv', title: /TON_IoT/, bytes: tonIot(), badRows: 1 },
  { name: 'f.log', title: /NetFlow/, bytes: netflow(), badRows: 0 },
  { name: 'g', title: /nfdump/, bytes: nfdump(), badRows: 0 },
];
