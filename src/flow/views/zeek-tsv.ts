import type { ConnBatch } from '../zeek/batch.ts';
import { LocalNetworks, PRIVATE_NETWORKS } from '../zeek/local.ts';
import type { ZeekViewOptions } from './zeek.ts';
import {
  zeekAddress,
  zeekDuration,
  zeekLocal,
  zeekProto,
  zeekState,
  zeekUid,
} from './zeek-cells.ts';

const FIELDS: readonly (readonly [string, string])[] = [
  ['ts', 'time'],
  ['uid', 'string'],
  ['id.orig_h', 'addr'],
  ['id.orig_p', 'port'],
  ['id.resp_h', 'addr'],
  ['id.resp_p', 'port'],
  ['proto', 'enum'],
  ['service', 'string'],
  ['duration', 'interval'],
  ['orig_bytes', 'count'],
  ['resp_bytes', 'count'],
  ['conn_state', 'string'],
  ['local_orig', 'bool'],
  ['local_resp', 'bool'],
  ['missed_bytes', 'count'],
  ['history', 'string'],
  ['orig_pkts', 'count'],
  ['orig_ip_bytes', 'count'],
  ['resp_pkts', 'count'],
  ['resp_ip_bytes', 'count'],
  ['tunnel_parents', 'set[string]'],
  ['ip_proto', 'count'],
];

const UNSET = '-';

/** `2026-01-02-03-04-05`, as Zeek writes the time of a log. */
function logTime(micros: number): string {
  return new Date(micros / 1000).toISOString().slice(0, 19).replace(/[T:]/g, '-');
}

/** Lines before the rows of a `conn.log`. `opened`: microseconds since 1970. */
export function zeekHeader(opened: number): string {
  const lines = [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    '#path\tconn',
    `#open\t${logTime(opened)}`,
    `#fields\t${FIELDS.map(([name]) => name).join('\t')}`,
    `#types\t${FIELDS.map(([, type]) => type).join('\t')}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The line behind the rows. */
export function zeekFooter(closed: number): string {
  return `#close\t${logTime(closed)}\n`;
}

/** Writes batches as rows of Zeek's `conn.log` (TSV, Zeek 8, with `ip_proto`). */
export class ZeekTsv {
  readonly #networks: LocalNetworks;

  /** @throws WiresiftError `ZEEK_NETWORK` when a local network is none */
  constructor(options: ZeekViewOptions = {}) {
    this.#networks = new LocalNetworks(options.localNetworks ?? PRIVATE_NETWORKS);
  }

  /** The rows of the batch, each with its line feed. */
  write(batch: ConnBatch): string {
    let text = '';
    for (let row = 0; row < batch.length; row++) text += this.#row(batch, row);
    return text;
  }

  #row(batch: ConnBatch, row: number): string {
    const duration = zeekDuration(batch, row);
    const timed = !Number.isNaN(duration);
    const cells = [
      seconds(batch.start[row]!),
      zeekUid(batch, row),
      zeekAddress(batch, row, 0),
      batch.originatorPort[row],
      zeekAddress(batch, row, 1),
      batch.responderPort[row],
      zeekProto(batch, row),
      batch.service[row] || UNSET,
      timed ? seconds(batch.duration[row]!) : UNSET,
      timed ? batch.originatorBytes[row] : UNSET,
      timed ? batch.responderBytes[row] : UNSET,
      zeekState(batch, row),
      zeekLocal(batch, row, 0, this.#networks) || UNSET,
      zeekLocal(batch, row, 1, this.#networks) || UNSET,
      batch.missedBytes[row],
      batch.history[row] || UNSET,
      batch.originatorPackets[row],
      batch.originatorIpBytes[row],
      batch.responderPackets[row],
      batch.responderIpBytes[row],
      batch.tunnelParents[row] || UNSET,
      batch.protocol[row],
    ];
    return `${cells.join('\t')}\n`;
  }
}

/** Six decimals of whole microseconds. */
function seconds(micros: number): string {
  const whole = Math.floor(micros / 1e6);
  return `${whole}.${String(micros - whole * 1e6).padStart(6, '0')}`;
}
