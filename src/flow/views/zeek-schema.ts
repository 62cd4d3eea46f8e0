import type { ColumnSpec, Schema } from '../../table/index.ts';

type Rest = Partial<Pick<ColumnSpec, 'type' | 'unit'>>;

function identity(name: string, meaning: string, rest: Rest = {}): ColumnSpec {
  return { name, type: 'text', role: 'identity', live: true, meaning, ...rest };
}

function count(name: string, meaning: string, unit?: string): ColumnSpec {
  const column: ColumnSpec = { name, type: 'number', role: 'feature', live: true, meaning };
  return unit === undefined ? column : { ...column, unit };
}

function word(name: string, meaning: string): ColumnSpec {
  return { name, type: 'text', role: 'feature', live: true, meaning };
}

function context(name: string, meaning: string): ColumnSpec {
  return { name, type: 'text', role: 'context', live: true, meaning };
}

const CONNECTION: readonly ColumnSpec[] = [
  {
    name: 'ts',
    type: 'time',
    role: 'time',
    unit: 'us',
    live: true,
    meaning: 'Time of the first packet',
  },
  identity('uid', 'Identifier of the connection, the same for the same packets and seed'),
  identity('id.orig_h', 'Address of the originator'),
  identity('id.orig_p', 'Port of the originator; for ICMP the type', { type: 'number' }),
  identity('id.resp_h', 'Address of the responder'),
  identity('id.resp_p', 'Port of the responder; for ICMP the type of the answer, or the code', {
    type: 'number',
  }),
  word('proto', 'tcp, udp, icmp or unknown_transport'),
  word('service', 'Protocols that the payload confirmed, comma-separated; never told by the port'),
  count('duration', 'Time from the first to the last packet that counts; empty when zero', 's'),
  count('orig_bytes', 'Payload bytes of the originator; TCP: by its sequence numbers', 'B'),
  count('resp_bytes', 'Payload bytes of the responder; TCP: by its sequence numbers', 'B'),
  word('conn_state', 'S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH'),
  context('local_orig', 'T when the originator is in a local network; empty when none are named'),
  context('local_resp', 'T when the responder is in a local network; empty when none are named'),
  count('missed_bytes', 'Bytes acknowledged but never captured', 'B'),
  word('history', 'What happened, in order: S H A D F R C G T W I Q ^; small when the responder'),
  count('orig_pkts', 'Packets of the originator', 'packets'),
  count('orig_ip_bytes', "Bytes of the originator's IP packets, headers included", 'B'),
  count('resp_pkts', 'Packets of the responder', 'packets'),
  count('resp_ip_bytes', "Bytes of the responder's IP packets, headers included", 'B'),
  context('tunnel_parents', 'uid of the connection that carried this one, comma-separated'),
];

const DNS: readonly ColumnSpec[] = [
  context('dns_query', 'First name asked for'),
  count('dns_qclass', 'Class of the first question'),
  count('dns_qtype', 'Type of the first question'),
  count('dns_rcode', 'Response code of the first answer'),
  word('dns_AA', 'T when the answer is authoritative'),
  word('dns_RD', 'T when recursion was wanted'),
  word('dns_RA', 'T when recursion was offered'),
  word('dns_rejected', 'T when the server gave the question back without an answer'),
];

const SSL: readonly ColumnSpec[] = [
  word('ssl_version', 'Version that the server chose: TLSv12 …'),
  word('ssl_cipher', 'Cipher suite that the server chose'),
  word('ssl_resumed', 'T when an earlier session was resumed'),
  word('ssl_established', 'T when the handshake was completed'),
  context('ssl_subject', "Subject of the server's certificate"),
  context('ssl_issuer', "Issuer of the server's certificate"),
  context('ssl_server_name', 'Name that the client asked for (SNI)'),
  context('ssl_ja3', 'JA3 of the client hello'),
  context('ssl_ja3s', 'JA3S of the server hello'),
  context('ssl_ja4', 'JA4 of the client hello'),
];

const HTTP: readonly ColumnSpec[] = [
  count('http_trans_depth', 'Place of the request in the connection'),
  word('http_method', 'Method of the first request'),
  context('http_host', 'Host of the first request'),
  context('http_uri', 'URI of the first request'),
  word('http_version', 'HTTP version'),
  count('http_request_body_len', "Bytes of the first request's body", 'B'),
  count('http_response_body_len', "Bytes of the first response's body", 'B'),
  count('http_status_code', 'Status of the first response'),
  context('http_user_agent', 'User agent of the first request'),
  word('http_orig_mime_types', "Media type of the request's body"),
  word('http_resp_mime_types', "Media type of the response's body"),
];

const WEIRD: readonly ColumnSpec[] = [
  word('weird_name', 'First protocol oddity of the connection'),
  context('weird_addl', 'More about the oddity'),
  word('weird_notice', 'T when the oddity was also raised as a notice'),
];

/**
 * The zeek view: the columns of Zeek's `conn.log`, then what TON_IoT joined to them from `dns.log`,
 * `ssl.log`, `http.log` and `weird.log`. Readers of Zeek logs and of TON_IoT and the tracker all yield
 * exactly these. Flags are `T` or `F`.
 */
export const zeekSchema: Schema = {
  name: 'zeek',
  version: 1,
  columns: [...CONNECTION, ...DNS, ...SSL, ...HTTP, ...WEIRD],
};

/** TON_IoT's name of a column where it is not the schema's own: TON_IoT name to schema name. */
export const TON_IOT_NAMES: ReadonlyMap<string, string> = new Map([
  ['src_ip', 'id.orig_h'],
  ['src_port', 'id.orig_p'],
  ['dst_ip', 'id.resp_h'],
  ['dst_port', 'id.resp_p'],
  ['src_bytes', 'orig_bytes'],
  ['dst_bytes', 'resp_bytes'],
  ['src_pkts', 'orig_pkts'],
  ['src_ip_bytes', 'orig_ip_bytes'],
  ['dst_pkts', 'resp_pkts'],
  ['dst_ip_bytes', 'resp_ip_bytes'],
]);
