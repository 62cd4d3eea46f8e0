import { argusTime } from '../../base/index.ts';
import type { FlowBatch } from '../flow.ts';
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
import { argusDirection, argusTurns } from './argus-sides.ts';
import { argusState } from './argus-state.ts';

/** First line of a `.binetflow` file, with its line end. */
export const ARGUS_HEADER =
  'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label\n';

/** No row is longer: two IPv6 addresses, six numbers of 16 digits and short words. */
const LONGEST_ROW = 512;

const COMMA = 44;
const NEWLINE = 10;
const ZERO = 48;
/** Where the seconds stand in `2011/08/16 10:01:46.`. */
const SECONDS = 17;

/**
 * Writes flow batches as the rows of a `.binetflow` file, byte for byte as `ra` prints them, without
 * making a string a row.
 */
export class ArgusCsv {
  #bytes = new Uint8Array(0);
  #at = 0;
  #second = Number.NaN;
  #minute = Number.NaN;
  readonly #secondText = new Uint8Array(20);

  /** @returns the batch's rows as text (no header); valid until the next call */
  write(batch: FlowBatch): Uint8Array {
    if (this.#bytes.length < batch.length * LONGEST_ROW) {
      this.#bytes = new Uint8Array(batch.capacity * LONGEST_ROW);
    }
    this.#at = 0;
    for (let row = 0; row < batch.length; row++) this.#row(batch, row);
    return this.#bytes.subarray(0, this.#at);
  }

  #row(batch: FlowBatch, row: number): void {
    const turned = argusTurns(batch, row);
    const from = sourceAddressOffset(batch, row, turned);
    const to = otherAddress(from);
    this.#time(argusStart(batch, row));
    this.#duration(argusDuration(batch, row));
    this.#text(argusProtocol(batch, row));
    this.#address(batch, row, from);
    if (hasPlainPorts(batch, row)) {
      const straight = (from & 16) === 0;
      const source = (straight ? batch.originatorPort : batch.responderPort)[row]!;
      const destination = (straight ? batch.responderPort : batch.originatorPort)[row]!;
      this.#number(source);
      this.#text(argusDirection(batch, row, turned));
      this.#address(batch, row, to);
      this.#number(destination);
    } else {
      this.#text(specialPort(batch, row, true));
      this.#text(argusDirection(batch, row, turned));
      this.#address(batch, row, to);
      this.#text(specialPort(batch, row, false));
    }
    this.#text(argusState(batch, row, turned));
    const originator = batch.originatorTos[row]!;
    const responder = batch.responderTos[row]!;
    this.#tos(turned ? responder : originator);
    this.#tos(turned ? originator : responder);
    const packets = batch.originatorPackets[row]! + batch.responderPackets[row]!;
    const bytes = batch.originatorBytes[row]! + batch.responderBytes[row]!;
    this.#number(packets);
    this.#number(argusBytes(bytes, packets));
    this.#number(
      argusBytes((turned ? batch.responderBytes : batch.originatorBytes)[row]!, packets),
    );
    this.#bytes[this.#at++] = NEWLINE;
  }

  #time(micros: number): void {
    const second = Math.floor(micros / 1e6);
    if (second !== this.#second) {
      this.#second = second;
      this.#writeSecond(second);
    }
    this.#bytes.set(this.#secondText, this.#at);
    this.#at += 20;
    this.#sixDigits(Math.floor(micros - second * 1e6));
    this.#bytes[this.#at++] = COMMA;
  }

  /** The date and time up to the point: within a minute only two digits change. */
  #writeSecond(second: number): void {
    const minute = Math.floor(second / 60);
    const text = this.#secondText;
    if (minute !== this.#minute) {
      this.#minute = minute;
      const start = argusTime(minute * 60e6);
      for (let i = 0; i < 20; i++) text[i] = start.charCodeAt(i);
    }
    const rest = second - minute * 60;
    const tens = (rest / 10) | 0;
    text[SECONDS] = ZERO + tens;
    text[SECONDS + 1] = ZERO + rest - 10 * tens;
  }

  /** As C's `%f`: six decimals, halves to even; times a million the float is exact. */
  #duration(seconds: number): void {
    let value = seconds;
    if (value < 0) {
      this.#bytes[this.#at++] = 45;
      value = -value;
    }
    const scaled = value * 1e6;
    let micros = Math.floor(scaled);
    const over = scaled - micros;
    if (over > 0.5 || (over === 0.5 && micros % 2 === 1)) micros++;
    const whole = Math.floor(micros / 1e6);
    this.#digits(whole);
    this.#bytes[this.#at++] = 46;
    this.#sixDigits(micros - whole * 1e6);
    this.#bytes[this.#at++] = COMMA;
  }

  #address(batch: FlowBatch, row: number, offset: number): void {
    if (batch.addressLength[row] !== 4) {
      this.#text(addressText(batch, row, offset));
      return;
    }
    const from = batch.addresses;
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < 4; i++) {
      const byte = from[offset + i]!;
      if (byte >= 100) bytes[at++] = ZERO + ((byte / 100) | 0);
      if (byte >= 10) bytes[at++] = ZERO + (((byte / 10) | 0) % 10);
      bytes[at++] = ZERO + (byte % 10);
      bytes[at++] = i < 3 ? 46 : COMMA;
    }
    this.#at = at;
  }

  #tos(tos: number): void {
    if (tos >= 0) this.#digits(tos);
    this.#bytes[this.#at++] = COMMA;
  }

  #text(text: string): void {
    const bytes = this.#bytes;
    const length = text.length;
    let at = this.#at;
    for (let i = 0; i < length; i++) bytes[at++] = text.charCodeAt(i);
    bytes[at++] = COMMA;
    this.#at = at;
  }

  #number(value: number): void {
    this.#digits(value);
    this.#bytes[this.#at++] = COMMA;
  }

  #digits(value: number): void {
    if (value > 0x7fffffff) {
      const text = String(value);
      for (let i = 0; i < text.length; i++) this.#bytes[this.#at++] = text.charCodeAt(i);
      return;
    }
    let rest = value | 0;
    let width = 1;
    for (let limit = 10; rest >= limit && width < 10; limit *= 10) width++;
    const end = this.#at + width;
    for (let at = end - 1; at >= this.#at; at--) {
      const next = (rest / 10) | 0;
      this.#bytes[at] = ZERO + (rest - next * 10);
      rest = next;
    }
    this.#at = end;
  }

  #sixDigits(value: number): void {
    let rest = value | 0;
    for (let i = 5; i >= 0; i--) {
      const next = (rest / 10) | 0;
      this.#bytes[this.#at + i] = ZERO + (rest - next * 10);
      rest = next;
    }
    this.#at += 6;
  }
}
