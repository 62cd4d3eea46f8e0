import { argusTime } from '../../base/index.ts';
import type { FlowBatch } from '../flow.ts';
import { STATE_MEDIA, STATE_TCP } from '../record-state.ts';
import { otherAddress } from './argus.ts';
import {
  addressText,
  argusBytes,
  argusDuration,
  argusProtocol,
  argusStart,
  hasPlainPorts,
  sourceAddressOffset,
  specialPort,
} from './argus-cells.ts';
import { PROTOCOL_NAMES } from './argus-names.ts';
import { argusDirection, argusTurns } from './argus-sides.ts';
import { argusState, FLAG_PAIRS, flagCode, flagPair } from './argus-state.ts';
import { AsciiWords, putIpv4, putSixDigits, putText, putWhole } from './ascii.ts';

/** First line of a `.binetflow` file, with its line end. */
export const ARGUS_HEADER =
  'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label\n';

/** No row is longer: two IPv6 addresses, six numbers of 16 digits and short words. */
const LONGEST_ROW = 512;

const COMMA = 44;
const NEWLINE = 10;
const POINT = 46;
const MINUS = 45;
const ZERO = 48;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const TCP = 6;
/** Where the seconds stand in `2011/08/16 10:01:46.`. */
const SECONDS = 17;
/** Length of that text. */
const SECOND_TEXT = 20;

/**
 * Writes flow batches as the rows of a `.binetflow` file, byte for byte as `ra` prints them, without
 * making a string a row.
 */
export class ArgusCsv {
  #bytes = new Uint8Array(0);
  #second = Number.NaN;
  #minute = Number.NaN;
  readonly #secondText = new Uint8Array(SECOND_TEXT);
  readonly #protocols = new AsciiWords(256, (code) => PROTOCOL_NAMES[code]!);
  readonly #flags = new AsciiWords(FLAG_PAIRS, flagPair);

  /**
   * @param ends gets the offset behind each row's line end
   * @returns the batch's rows as text (no header); valid until the next call
   */
  write(batch: FlowBatch, ends?: Uint32Array): Uint8Array {
    if (this.#bytes.length < batch.length * LONGEST_ROW) {
      this.#bytes = new Uint8Array(batch.capacity * LONGEST_ROW);
    }
    let at = 0;
    for (let row = 0; row < batch.length; row++) {
      at = this.#row(batch, row, at);
      if (ends) ends[row] = at;
    }
    return this.#bytes.subarray(0, at);
  }

  #row(batch: FlowBatch, row: number, from: number): number {
    const bytes = this.#bytes;
    const turned = argusTurns(batch, row);
    const source = sourceAddressOffset(batch, row, turned);
    const start = argusStart(batch, row);
    let at = this.#time(from, start);
    bytes[at++] = COMMA;
    at = putDuration(bytes, at, argusDuration(batch, row, start));
    bytes[at++] = COMMA;
    const plain = batch.etherType[row] === IPV4;
    if (plain && (batch.state[row]! & STATE_MEDIA) === 0)
      at = this.#protocols.put(bytes, at, batch.protocol[row]!);
    else at = putText(bytes, at, argusProtocol(batch, row));
    bytes[at++] = COMMA;
    at = this.#address(batch, row, source, at);
    bytes[at++] = COMMA;
    const ported = hasPlainPorts(batch, row);
    const straight = (source & 16) === 0;
    if (ported)
      at = putWhole(bytes, at, (straight ? batch.originatorPort : batch.responderPort)[row]!);
    else at = putText(bytes, at, specialPort(batch, row, true));
    bytes[at++] = COMMA;
    at = putText(bytes, at, argusDirection(batch, row, turned));
    bytes[at++] = COMMA;
    at = this.#address(batch, row, otherAddress(source), at);
    bytes[at++] = COMMA;
    if (ported)
      at = putWhole(bytes, at, (straight ? batch.responderPort : batch.originatorPort)[row]!);
    else at = putText(bytes, at, specialPort(batch, row, false));
    bytes[at++] = COMMA;
    const tcp = batch.protocol[row] === TCP && (plain || batch.etherType[row] === IPV6);
    if (tcp && (batch.state[row]! & STATE_TCP) !== 0) {
      at = this.#flags.put(bytes, at, flagCode(batch, row, turned));
    } else at = putText(bytes, at, argusState(batch, row, turned));
    bytes[at++] = COMMA;
    return this.#counts(batch, row, turned, at);
  }

  #counts(batch: FlowBatch, row: number, turned: boolean, from: number): number {
    const bytes = this.#bytes;
    const originator = batch.originatorTos[row]!;
    const responder = batch.responderTos[row]!;
    const sTos = turned ? responder : originator;
    const dTos = turned ? originator : responder;
    let at = from;
    if (sTos >= 0) at = putWhole(bytes, at, sTos);
    bytes[at++] = COMMA;
    if (dTos >= 0) at = putWhole(bytes, at, dTos);
    bytes[at++] = COMMA;
    const packets = batch.originatorPackets[row]! + batch.responderPackets[row]!;
    const own = batch.originatorBytes[row]!;
    const other = batch.responderBytes[row]!;
    at = putWhole(bytes, at, packets);
    bytes[at++] = COMMA;
    at = putWhole(bytes, at, argusBytes(own + other, packets));
    bytes[at++] = COMMA;
    at = putWhole(bytes, at, argusBytes(turned ? other : own, packets));
    bytes[at] = COMMA;
    bytes[at + 1] = NEWLINE;
    return at + 2;
  }

  #address(batch: FlowBatch, row: number, offset: number, at: number): number {
    if (batch.addressLength[row] === 4) return putIpv4(this.#bytes, at, batch.addresses, offset);
    return putText(this.#bytes, at, addressText(batch, row, offset));
  }

  #time(from: number, micros: number): number {
    const second = Math.floor(micros / 1e6);
    if (second !== this.#second) {
      this.#second = second;
      this.#writeSecond(second);
    }
    const text = this.#secondText;
    const bytes = this.#bytes;
    for (let i = 0; i < SECOND_TEXT; i++) bytes[from + i] = text[i]!;
    return putSixDigits(bytes, from + SECOND_TEXT, Math.floor(micros - second * 1e6));
  }

  /** The date and time up to the point: within a minute only two digits change. */
  #writeSecond(second: number): void {
    const minute = Math.floor(second / 60);
    const text = this.#secondText;
    if (minute !== this.#minute) {
      this.#minute = minute;
      putText(text, 0, argusTime(minute * 60e6).slice(0, SECOND_TEXT));
    }
    const rest = second - minute * 60;
    const tens = (rest / 10) | 0;
    text[SECONDS] = ZERO + tens;
    text[SECONDS + 1] = ZERO + rest - 10 * tens;
  }
}

/** As C's `%f`: six decimals, halves to even; times a million the float is exact. */
function putDuration(bytes: Uint8Array, from: number, seconds: number): number {
  let at = from;
  let value = seconds;
  if (value < 0) {
    bytes[at++] = MINUS;
    value = -value;
  }
  const scaled = value * 1e6;
  let micros = Math.floor(scaled);
  const over = scaled - micros;
  if (over > 0.5 || (over === 0.5 && micros % 2 === 1)) micros++;
  const whole = Math.floor(micros / 1e6);
  at = putWhole(bytes, at, whole);
  bytes[at] = POINT;
  return putSixDigits(bytes, at + 1, micros - whole * 1e6);
}
