import type { Histories } from './history.ts';
import { transportOf, UDP_TRANSPORT } from './key.ts';
import {
  FIN_SEQ,
  FIRST_ORIGINATOR,
  FIRST_RESPONDER,
  FLAGS,
  FLOAT_STRIDE,
  IP_BYTES,
  KEY,
  PACKETS,
  PARTIAL,
  RARE,
  RARE_WORDS,
  SIDE,
  SIDE_FLOAT,
  SIDE_FLOATS,
  SIDE_WORDS,
  STATE,
  STRIDE,
  TURNED,
} from './slot.ts';
import type { Streams } from './streams.ts';
import type { ConnTable } from './table.ts';
import { DID_CLOSE } from './tcp-state.ts';

/** Changes who is originator and who responder. */
export class Sides {
  readonly #table: ConnTable;
  readonly #histories: Histories;
  readonly #streams: Streams;

  constructor(table: ConnTable, histories: Histories, streams: Streams) {
    this.#table = table;
    this.#histories = histories;
    this.#streams = streams;
  }

  /**
   * Changes the roles of a connection, with all that was counted; of UDP, Zeek leaves the payload
   * bytes where they are.
   */
  flip(slot: number): void {
    const { words, floats } = this.#table;
    const base = slot * STRIDE;
    if (transportOf((words[base + KEY]! >> 8) & 0xff) !== UDP_TRANSPORT) {
      for (let i = 0; i < SIDE_WORDS; i++) swap(words, base + SIDE + i, SIDE_WORDS);
      const at = slot * FLOAT_STRIDE + SIDE_FLOAT;
      for (let i = 0; i < SIDE_FLOATS; i++) swap(floats, at + i, SIDE_FLOATS);
      for (let i = 0; i < RARE_WORDS; i++) swap(words, base + RARE + i, RARE_WORDS);
      swap(floats, slot * FLOAT_STRIDE + FIN_SEQ, 1);
    }
    swap(words, base + PACKETS, 1);
    swap(floats, slot * FLOAT_STRIDE + IP_BYTES, 1);
    let flags = words[base + FLAGS]! ^ TURNED;
    const first = flags & (FIRST_ORIGINATOR | FIRST_RESPONDER);
    if (first === FIRST_ORIGINATOR || first === FIRST_RESPONDER) {
      flags ^= FIRST_ORIGINATOR | FIRST_RESPONDER;
    }
    words[base + FLAGS] = flags & ~PARTIAL;
    this.#streams.flip(slot);
    this.#histories.flip(slot);
  }

  /** True when the end of either side was seen. */
  hasClosed(slot: number): boolean {
    const { words } = this.#table;
    const at = slot * STRIDE + SIDE + STATE;
    return ((words[at]! | words[at + SIDE_WORDS]!) & DID_CLOSE) !== 0;
  }
}

function swap(array: Int32Array | Float64Array, at: number, distance: number): void {
  const kept = array[at]!;
  array[at] = array[at + distance]!;
  array[at + distance] = kept;
}
