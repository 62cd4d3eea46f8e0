import { ADDRESS_STRIDE } from '../flow.ts';
import type { ConnBatch } from '../zeek/batch.ts';
import { TRANSPORTS } from '../zeek/key.ts';
import { PRIVATE_NETWORKS } from '../zeek/local.ts';
import { CONN_STATES } from '../zeek/tcp-state.ts';
import { AsciiWords, putIpv4, putSixDigits, putText, putWhole } from './ascii.ts';
import type { ZeekViewOptions } from './zeek.ts';
import { zeekAddress } from './zeek-address.ts';
import { LocalSides } from './zeek-local.ts';
import { putUid } from './zeek-uid.ts';

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

/** No row without its strings is longer: two IPv6 addresses, a uid, eleven numbers and short words. */
const LONGEST_ROW = 512;

const TAB = 9;
const NEWLINE = 10;
const POINT = 46;
const DASH = 45;
const FALSE = 70;
const TRUE = 84;

/** Writes batches as rows of Zeek's `conn.log` (TSV, Zeek 8, with `ip_proto`). */
export class ZeekTsv {
  readonly #local: LocalSides;
  readonly #transports = new AsciiWords(TRANSPORTS.length, (code) => TRANSPORTS[code]!);
  readonly #states = new AsciiWords(CONN_STATES.length, (code) => CONN_STATES[code]!);
  readonly #decoder = new TextDecoder('latin1');
  #bytes = new Uint8Array(0);

  /** @throws WiresiftError `ZEEK_NETWORK` when a local network is none */
  constructor(options: ZeekViewOptions = {}) {
    this.#local = new LocalSides(options.localNetworks ?? PRIVATE_NETWORKS);
  }

  /** The rows of the batch, each with its line feed. */
  write(batch: ConnBatch): string {
    return this.#decoder.decode(this.bytes(batch));
  }

  /** The same as bytes; valid until the next call. */
  bytes(batch: ConnBatch): Uint8Array {
    let at = 0;
    for (let row = 0; row < batch.length; row++) {
      const { service, history, tunnelParents } = batch;
      const strings = service[row]!.length + history[row]!.length + tunnelParents[row]!.length;
      this.#reserve(at, at + LONGEST_ROW + strings, batch.length);
      at = this.#ends(batch, row, at);
      at = this.#traffic(batch, row, at);
    }
    return this.#bytes.subarray(0, at);
  }

  #reserve(at: number, needed: number, rows: number): void {
    if (needed <= this.#bytes.length) return;
    // A usual row has some 140 bytes.
    const larger = new Uint8Array(Math.max(needed * 2, rows * (LONGEST_ROW / 2)));
    larger.set(this.#bytes.subarray(0, at));
    this.#bytes = larger;
  }

  /** Fields `ts` to `service`: who talks to whom. */
  #ends(batch: ConnBatch, row: number, from: number): number {
    const bytes = this.#bytes;
    let at = putMicros(bytes, from, batch.start[row]!);
    bytes[at++] = TAB;
    at = putUid(bytes, at, batch, row);
    bytes[at++] = TAB;
    at = this.#address(batch, row, 0, at);
    bytes[at++] = TAB;
    at = putWhole(bytes, at, batch.originatorPort[row]!);
    bytes[at++] = TAB;
    at = this.#address(batch, row, 1, at);
    bytes[at++] = TAB;
    at = putWhole(bytes, at, batch.responderPort[row]!);
    bytes[at++] = TAB;
    at = this.#transports.put(bytes, at, batch.transport[row]!);
    bytes[at++] = TAB;
    at = putText(bytes, at, batch.service[row] || UNSET);
    bytes[at++] = TAB;
    return at;
  }

  #address(batch: ConnBatch, row: number, role: number, at: number): number {
    if (batch.addressLength[row] !== 4) {
      return putText(this.#bytes, at, zeekAddress(batch, row, role));
    }
    return putIpv4(this.#bytes, at, batch.addresses, row * ADDRESS_STRIDE + role * 16);
  }

  /** Fields `duration` to `ip_proto`, and the line feed. */
  #traffic(batch: ConnBatch, row: number, from: number): number {
    const bytes = this.#bytes;
    let at = from;
    if (batch.duration[row]! > 0) {
      at = putMicros(bytes, at, batch.duration[row]!);
      bytes[at++] = TAB;
      at = putWhole(bytes, at, batch.originatorBytes[row]!);
      bytes[at++] = TAB;
      at = putWhole(bytes, at, batch.responderBytes[row]!);
    } else at = putText(bytes, at, NO_DURATION);
    bytes[at++] = TAB;
    at = this.#states.put(bytes, at, batch.state[row]!);
    bytes[at++] = TAB;
    bytes[at++] = letter(this.#local.code(batch, row, 0));
    bytes[at++] = TAB;
    bytes[at++] = letter(this.#local.code(batch, row, 1));
    bytes[at++] = TAB;
    at = putWhole(bytes, at, batch.missedBytes[row]!);
    bytes[at++] = TAB;
    at = putText(bytes, at, batch.history[row] || UNSET);
    bytes[at++] = TAB;
    at = putWhole(bytes, at, batch.originatorPackets[row]!);
    bytes[at++] = TAB;
    at = putWhole(bytes, at, batch.originatorIpBytes[row]!);
    bytes[at++] = TAB;
    at = putWhole(bytes, at, batch.responderPackets[row]!);
    bytes[at++] = TAB;
    at = putWhole(bytes, at, batch.responderIpBytes[row]!);
    bytes[at++] = TAB;
    at = putText(bytes, at, batch.tunnelParents[row] || UNSET);
    bytes[at++] = TAB;
    at = putWhole(bytes, at, batch.protocol[row]!);
    bytes[at++] = NEWLINE;
    return at;
  }
}

/** Duration and payload bytes of a connection that has no duration. */
const NO_DURATION = `${UNSET}\t${UNSET}\t${UNSET}`;

const letter = (local: number): number => (local < 0 ? DASH : local === 1 ? TRUE : FALSE);

/** Six decimals of whole microseconds. */
function putMicros(bytes: Uint8Array, at: number, micros: number): number {
  const whole = Math.floor(micros / 1e6);
  const next = putWhole(bytes, at, whole);
  bytes[next] = POINT;
  return putSixDigits(bytes, next + 1, micros - whole * 1e6);
}
