import type { AppFacts, DnsFacts, HttpFacts, SslFacts, WeirdFacts } from '../../decode/index.ts';
import { type Column, type Table, TextBuilder } from '../../table/index.ts';
import { ADDRESS_STRIDE } from '../flow.ts';
import type { ConnBatch } from '../zeek/batch.ts';
import { TRANSPORTS } from '../zeek/key.ts';
import { PRIVATE_NETWORKS } from '../zeek/local.ts';
import { CONN_STATES } from '../zeek/tcp-state.ts';
import { zeekAddress } from './zeek-address.ts';
import { LocalSides } from './zeek-local.ts';
import { zeekSchema } from './zeek-schema.ts';
import { uidTexts } from './zeek-uid.ts';

/** A cell; '', NaN and undefined are empty. */
type Cell = string | number | undefined;

const flag = (value: boolean): string => (value ? 'T' : 'F');
const known = (value: number): number => (value < 0 ? Number.NaN : value);

/** The columns that one kind of facts fills, and how each cell is read. */
interface Group<Facts> {
  of(facts: AppFacts): Facts | null;
  readonly cells: Readonly<Record<string, (facts: Facts) => Cell>>;
}

const DNS: Group<DnsFacts> = {
  of: (facts) => facts.dns,
  cells: {
    dns_query: (facts) => facts.query,
    dns_qclass: (facts) => known(facts.qclass),
    dns_qtype: (facts) => known(facts.qtype),
    dns_rcode: (facts) => known(facts.rcode),
    dns_AA: (facts) => flag(facts.AA),
    dns_RD: (facts) => flag(facts.RD),
    dns_RA: (facts) => flag(facts.RA),
    dns_rejected: (facts) => flag(facts.rejected),
  },
};

const SSL: Group<SslFacts> = {
  of: (facts) => facts.ssl,
  cells: {
    ssl_version: (facts) => facts.version,
    ssl_cipher: (facts) => facts.cipher,
    ssl_resumed: (facts) => flag(facts.resumed),
    ssl_established: (facts) => flag(facts.established),
    ssl_subject: (facts) => facts.subject,
    ssl_issuer: (facts) => facts.issuer,
    ssl_server_name: (facts) => facts.serverName,
    ssl_ja3: (facts) => facts.ja3,
    ssl_ja3s: (facts) => facts.ja3s,
    ssl_ja4: (facts) => facts.ja4,
  },
};

const HTTP: Group<HttpFacts> = {
  of: (facts) => facts.http,
  cells: {
    http_trans_depth: (facts) => facts.transDepth,
    http_method: (facts) => facts.method,
    http_host: (facts) => facts.host,
    http_uri: (facts) => facts.uri,
    http_version: (facts) => facts.version,
    http_request_body_len: (facts) => facts.requestBodyLength,
    http_response_body_len: (facts) => facts.responseBodyLength,
    http_status_code: (facts) => facts.statusCode || Number.NaN,
    http_user_agent: (facts) => facts.userAgent,
    http_orig_mime_types: (facts) => facts.origMimeTypes,
    http_resp_mime_types: (facts) => facts.respMimeTypes,
  },
};

const WEIRD: Group<WeirdFacts> = {
  of: (facts) => facts.weird,
  cells: {
    weird_name: (facts) => facts.name,
    weird_addl: (facts) => facts.addl,
    weird_notice: (facts) => flag(facts.notice),
  },
};

const TYPES = new Map(zeekSchema.columns.map(({ name, type }) => [name, type]));

const LOCAL_WORDS = ['F', 'T'];

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
  const columns = new Map<string, Column>();
  connectionColumns(batch, columns);
  localColumns(batch, new LocalSides(options.localNetworks ?? PRIVATE_NETWORKS), columns);
  factColumns(batch, DNS, columns);
  factColumns(batch, SSL, columns);
  factColumns(batch, HTTP, columns);
  factColumns(batch, WEIRD, columns);
  return {
    schema: zeekSchema,
    rows: batch.length,
    columns: zeekSchema.columns.map(({ name }) => columns.get(name)!),
  };
}

type Values = Float64Array | Uint16Array;

function connectionColumns(batch: ConnBatch, columns: Map<string, Column>): void {
  const rows = batch.length;
  const copied: readonly (readonly [string, Values])[] = [
    ['ts', batch.start],
    ['id.orig_p', batch.originatorPort],
    ['id.resp_p', batch.responderPort],
    ['missed_bytes', batch.missedBytes],
    ['orig_pkts', batch.originatorPackets],
    ['orig_ip_bytes', batch.originatorIpBytes],
    ['resp_pkts', batch.responderPackets],
    ['resp_ip_bytes', batch.responderIpBytes],
  ];
  for (const [name, values] of copied) {
    columns.set(name, { kind: 'number', values: new Float64Array(values.subarray(0, rows)) });
  }
  // Payload bytes are not written of a connection without duration.
  const timed = [batch.duration, batch.originatorBytes, batch.responderBytes].map(
    (values) => new Float64Array(values.subarray(0, rows)),
  ) as [Float64Array, Float64Array, Float64Array];
  const [duration, originatorBytes, responderBytes] = timed;
  for (let row = 0; row < rows; row++) {
    if (duration[row]! > 0) duration[row]! /= 1e6;
    else for (const values of timed) values[row] = Number.NaN;
  }
  columns.set('duration', { kind: 'number', values: duration });
  columns.set('orig_bytes', { kind: 'number', values: originatorBytes });
  columns.set('resp_bytes', { kind: 'number', values: responderBytes });
  columns.set('uid', {
    kind: 'text',
    codes: Int32Array.from({ length: rows }, (_, row) => row),
    dictionary: uidTexts(batch),
  });
  columns.set('id.orig_h', addresses(batch, 0));
  columns.set('id.resp_h', addresses(batch, 1));
  columns.set('proto', words(batch.transport, TRANSPORTS, rows));
  columns.set('conn_state', words(batch.state, CONN_STATES, rows));
  columns.set('service', strings(batch.service, rows));
  columns.set('history', strings(batch.history, rows));
  columns.set('tunnel_parents', strings(batch.tunnelParents, rows));
}

function localColumns(batch: ConnBatch, local: LocalSides, columns: Map<string, Column>): void {
  ['local_orig', 'local_resp'].forEach((name, role) => {
    const codes = new Int32Array(batch.length);
    for (let row = 0; row < batch.length; row++) codes[row] = local.code(batch, row, role);
    columns.set(name, { kind: 'text', codes, dictionary: LOCAL_WORDS });
  });
}

function words(codes: Uint8Array, dictionary: readonly string[], rows: number): Column {
  return { kind: 'text', codes: Int32Array.from(codes.subarray(0, rows)), dictionary };
}

function strings(values: readonly string[], rows: number): Column {
  const builder = new TextBuilder(rows);
  for (let row = 0; row < rows; row++) builder.push(values[row] || undefined);
  return builder.finish();
}

/** Addresses of one side. An IPv4 address is looked up as a number, and becomes text once. */
function addresses(batch: ConnBatch, role: number): Column {
  const builder = new TextBuilder(batch.length);
  const codeOf = new Map<number, number>();
  const bytes = batch.addresses;
  for (let row = 0; row < batch.length; row++) {
    if (batch.addressLength[row] !== 4) {
      builder.push(zeekAddress(batch, row, role));
      continue;
    }
    const at = row * ADDRESS_STRIDE + role * 16;
    const address =
      (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    let code = codeOf.get(address);
    if (code === undefined) {
      code = builder.code(zeekAddress(batch, row, role));
      codeOf.set(address, code);
    }
    builder.pushCode(code);
  }
  return builder.finish();
}

/** The columns of one kind of facts, read only where a connection has any. */
function factColumns<Facts>(
  batch: ConnBatch,
  group: Group<Facts>,
  columns: Map<string, Column>,
): void {
  const rows: number[] = [];
  const found: Facts[] = [];
  for (let row = 0; row < batch.length; row++) {
    const facts = group.of(batch.facts[row]!);
    if (facts === null) continue;
    rows.push(row);
    found.push(facts);
  }
  for (const [name, read] of Object.entries(group.cells)) {
    const column = TYPES.get(name) === 'text' ? textFacts : numberFacts;
    columns.set(name, column(batch.length, rows, found.map(read)));
  }
}

function textFacts(length: number, rows: readonly number[], cells: readonly Cell[]): Column {
  const builder = new TextBuilder(1);
  const codes = new Int32Array(length).fill(-1);
  for (let i = 0; i < rows.length; i++) {
    const word = cells[i];
    if (typeof word === 'string' && word !== '') codes[rows[i]!] = builder.code(word);
  }
  return { kind: 'text', codes, dictionary: builder.dictionary };
}

function numberFacts(length: number, rows: readonly number[], cells: readonly Cell[]): Column {
  const values = new Float64Array(length).fill(Number.NaN);
  for (let i = 0; i < rows.length; i++) {
    const value = cells[i];
    if (typeof value === 'number') values[rows[i]!] = value;
  }
  return { kind: 'number', values };
}
