import { zeekSchema } from '../../flow/index.ts';
import { child, isoMicros, type JsonObject, member } from '../json-line.ts';
import type { CellValue } from '../record-rows.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;

/** Suricata counts link headers, Zeek does not: 14 bytes of Ethernet, four more for each VLAN tag. */
const ETHERNET_BYTES = 14;
const VLAN_BYTES = 4;
/** Suricata's words for a flow whose protocol it did not find. */
const NO_SERVICE = new Set(['failed', 'unknown']);
/** Suricata's name where Zeek has another. */
const SERVICES: ReadonlyMap<string, string> = new Map([
  ['tls', 'ssl'],
  ['http2', 'http'],
  ['krb5', 'krb'],
  ['ftp-data', 'ftp-data'],
  ['dcerpc', 'dce_rpc'],
]);

const number = (value: unknown): number =>
  typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : Number.NaN;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const time = (value: unknown): number => isoMicros(text(value));

/** Suricata writes flags as two hexadecimal digits. */
function flags(value: unknown): number {
  const word = text(value);
  return /^[0-9a-fA-F]{1,2}$/.test(word) ? Number.parseInt(word, 16) : 0;
}

/** What Zeek's `conn_state` would be, as far as counts and ORed flags tell. */
export function connState(
  proto: string,
  { sent, answered, own, other }: Record<'sent' | 'answered' | 'own' | 'other', number>,
): string {
  if (proto === 'udp') {
    if (sent > 0) return answered > 0 ? 'SF' : 'S0';
    return answered > 0 ? 'SHR' : 'OTH';
  }
  if (proto !== 'tcp') return 'OTH';
  const opened = (own & SYN) !== 0;
  const accepted = (other & SYN) !== 0;
  if ((other & RST) !== 0) return !opened ? 'RSTRH' : accepted ? 'RSTR' : 'REJ';
  if ((own & RST) !== 0) return !opened ? 'OTH' : answered > 0 ? 'RSTO' : 'RSTOS0';
  const closed = (own & FIN) !== 0;
  const left = (other & FIN) !== 0;
  if (closed && left) return 'SF';
  if (closed) return answered > 0 ? 'S2' : 'SH';
  if (left) return sent > 0 ? 'S3' : 'SHR';
  if (!opened) return 'OTH';
  return accepted ? 'S1' : answered > 0 ? 'OTH' : 'S0';
}

function ipBytes(bytes: number, packets: number, link: number): number {
  return Math.max(0, bytes - packets * link);
}

/** Larger than a double holds exactly, so its digits are taken from the line. */
function flowId(line: string): string {
  return /"flow_id":\s*(\d{1,20})/.exec(line)?.[1] ?? '';
}

/**
 * A flow event of Suricata's `eve.json` as a row of the zeek view.
 * @param line the text that the event was parsed from
 * @returns undefined when it lacks addresses or times; `docs/readers.md` lists what fills what
 */
export function eveCells(event: JsonObject, line: string): CellValue[] | undefined {
  const flow = child(event, 'flow');
  const start = time(member(flow, 'start') ?? member(event, 'timestamp'));
  const end = time(member(flow, 'end'));
  const source = text(member(event, 'src_ip'));
  const destination = text(member(event, 'dest_ip'));
  if (!flow || Number.isNaN(start) || source === '' || destination === '') return undefined;
  const word = text(member(event, 'proto')).toLowerCase();
  const icmp = word.includes('icmp');
  const proto = icmp ? 'icmp' : word === 'tcp' || word === 'udp' ? word : 'unknown_transport';
  const service = text(member(event, 'app_proto')).toLowerCase();
  const sent = number(member(flow, 'pkts_toserver'));
  const answered = number(member(flow, 'pkts_toclient'));
  const tcp = child(event, 'tcp');
  const own = flags(member(tcp, 'tcp_flags_ts'));
  const other = flags(member(tcp, 'tcp_flags_tc'));
  const tags = member(event, 'vlan');
  const link = ETHERNET_BYTES + (Array.isArray(tags) ? tags.length * VLAN_BYTES : 0);
  const duration = (end - start) / 1e6;
  const cells = new Map<string, CellValue>([
    ['ts', start],
    ['uid', flowId(line)],
    ['id.orig_h', source],
    ['id.orig_p', number(member(event, icmp ? 'icmp_type' : 'src_port'))],
    ['id.resp_h', destination],
    ['id.resp_p', number(member(event, icmp ? 'icmp_code' : 'dest_port'))],
    ['proto', proto],
    ['service', NO_SERVICE.has(service) ? '' : (SERVICES.get(service) ?? service)],
    ['duration', duration > 0 ? duration : Number.NaN],
    ['conn_state', connState(proto, { sent, answered, own, other })],
    ['orig_pkts', sent],
    ['orig_ip_bytes', ipBytes(number(member(flow, 'bytes_toserver')), sent, link)],
    ['resp_pkts', answered],
    ['resp_ip_bytes', ipBytes(number(member(flow, 'bytes_toclient')), answered, link)],
  ]);
  return zeekSchema.columns.map(({ name }) => cells.get(name));
}
