import type { DnsFacts, HttpFacts, SslFacts, WeirdFacts } from '../../decode/index.ts';
import { NumberBuilder, type Table, TextBuilder } from '../../table/index.ts';
import type { ConnBatch } from '../zeek/batch.ts';
import { LocalNetworks, PRIVATE_NETWORKS } from '../zeek/local.ts';
import {
  zeekAddress,
  zeekDuration,
  zeekLocal,
  zeekProto,
  zeekState,
  zeekUid,
} from './zeek-cells.ts';
import { zeekSchema } from './zeek-schema.ts';

/** A cell; '', NaN and undefined are empty. */
type Cell = string | number | undefined;
type Reader = (batch: ConnBatch, row: number) => Cell;

const flag = (value: boolean): string => (value ? 'T' : 'F');
const known = (value: number): number => (value < 0 ? Number.NaN : value);

function dns(read: (facts: DnsFacts) => Cell): Reader {
  return (batch, row) => {
    const facts = batch.facts[row]!.dns;
    return facts === null ? undefined : read(facts);
  };
}

function ssl(read: (facts: SslFacts) => Cell): Reader {
  return (batch, row) => {
    const facts = batch.facts[row]!.ssl;
    return facts === null ? undefined : read(facts);
  };
}

function http(read: (facts: HttpFacts) => Cell): Reader {
  return (batch, row) => {
    const facts = batch.facts[row]!.http;
    return facts === null ? undefined : read(facts);
  };
}

function weird(read: (facts: WeirdFacts) => Cell): Reader {
  return (batch, row) => {
    const facts = batch.facts[row]!.weird;
    return facts === null ? undefined : read(facts);
  };
}

/** Payload bytes are not written of a connection without duration. */
function bytes(read: (batch: ConnBatch, row: number) => number): Reader {
  return (batch, row) => (batch.duration[row]! > 0 ? read(batch, row) : Number.NaN);
}

function readers(networks: LocalNetworks): ReadonlyMap<string, Reader> {
  return new Map<string, Reader>([
    ['ts', (batch, row) => batch.start[row]],
    ['uid', zeekUid],
    ['id.orig_h', (batch, row) => zeekAddress(batch, row, 0)],
    ['id.orig_p', (batch, row) => batch.originatorPort[row]],
    ['id.resp_h', (batch, row) => zeekAddress(batch, row, 1)],
    ['id.resp_p', (batch, row) => batch.responderPort[row]],
    ['proto', zeekProto],
    ['service', (batch, row) => batch.service[row]],
    ['duration', zeekDuration],
    ['orig_bytes', bytes((batch, row) => batch.originatorBytes[row]!)],
    ['resp_bytes', bytes((batch, row) => batch.responderBytes[row]!)],
    ['conn_state', zeekState],
    ['local_orig', (batch, row) => zeekLocal(batch, row, 0, networks)],
    ['local_resp', (batch, row) => zeekLocal(batch, row, 1, networks)],
    ['missed_bytes', (batch, row) => batch.missedBytes[row]],
    ['history', (batch, row) => batch.history[row]],
    ['orig_pkts', (batch, row) => batch.originatorPackets[row]],
    ['orig_ip_bytes', (batch, row) => batch.originatorIpBytes[row]],
    ['resp_pkts', (batch, row) => batch.responderPackets[row]],
    ['resp_ip_bytes', (batch, row) => batch.responderIpBytes[row]],
    ['tunnel_parents', (batch, row) => batch.tunnelParents[row]],
    ['dns_query', dns((facts) => facts.query)],
    ['dns_qclass', dns((facts) => known(facts.qclass))],
    ['dns_qtype', dns((facts) => known(facts.qtype))],
    ['dns_rcode', dns((facts) => known(facts.rcode))],
    ['dns_AA', dns((facts) => flag(facts.AA))],
    ['dns_RD', dns((facts) => flag(facts.RD))],
    ['dns_RA', dns((facts) => flag(facts.RA))],
    ['dns_rejected', dns((facts) => flag(facts.rejected))],
    ['ssl_version', ssl((facts) => facts.version)],
    ['ssl_cipher', ssl((facts) => facts.cipher)],
    ['ssl_resumed', ssl((facts) => flag(facts.resumed))],
    ['ssl_established', ssl((facts) => flag(facts.established))],
    ['ssl_subject', ssl((facts) => facts.subject)],
    ['ssl_issuer', ssl((facts) => facts.issuer)],
    ['ssl_server_name', ssl((facts) => facts.serverName)],
    ['ssl_ja3', ssl((facts) => facts.ja3)],
    ['ssl_ja3s', ssl((facts) => facts.ja3s)],
    ['ssl_ja4', ssl((facts) => facts.ja4)],
    ['http_trans_depth', http((facts) => facts.transDepth)],
    ['http_method', http((facts) => facts.method)],
    ['http_host', http((facts) => facts.host)],
    ['http_uri', http((facts) => facts.uri)],
    ['http_version', http((facts) => facts.version)],
    ['http_request_body_len', http((facts) => facts.requestBodyLength)],
    ['http_response_body_len', http((facts) => facts.responseBodyLength)],
    ['http_status_code', http((facts) => facts.statusCode || Number.NaN)],
    ['http_user_agent', http((facts) => facts.userAgent)],
    ['http_orig_mime_types', http((facts) => facts.origMimeTypes)],
    ['http_resp_mime_types', http((facts) => facts.respMimeTypes)],
    ['weird_name', weird((facts) => facts.name)],
    ['weird_addl', weird((facts) => facts.addl)],
    ['weird_notice', weird((facts) => flag(facts.notice))],
  ]);
}

/** Which networks are local; default: private and special ranges, as Zeek 8 takes them. */
export interface ZeekViewOptions {
  readonly localNetworks?: readonly string[];
}

/**
 * The batch's rows as the zeek view: one row a connection, the columns of {@link zeekSchema}.
 *
 * @throws WiresiftError `ZEEK_NETWORK` when a local network is none
 */
export function zeekTable(batch: ConnBatch, options: ZeekViewOptions = {}): Table {
  const rows = batch.length;
  const networks = new LocalNetworks(options.localNetworks ?? PRIVATE_NETWORKS);
  const read = readers(networks);
  const columns = zeekSchema.columns.map(({ name, type }) => {
    const cell = read.get(name)!;
    if (type === 'text') {
      const builder = new TextBuilder(rows);
      for (let row = 0; row < rows; row++) {
        const word = cell(batch, row);
        builder.push(typeof word === 'string' && word !== '' ? word : undefined);
      }
      return builder.finish();
    }
    const builder = new NumberBuilder(rows);
    for (let row = 0; row < rows; row++) {
      const value = cell(batch, row);
      builder.push(typeof value === 'number' ? value : Number.NaN);
    }
    return builder.finish();
  });
  return { schema: zeekSchema, rows, columns };
}
