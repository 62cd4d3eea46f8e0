import type { Histories } from './history.ts';
import { transportOf, UDP_TRANSPORT } from './key.ts';
import type { RareRows } from './rare.ts';
import {
  COLD_STRIDE,
  FIN_HIGH_BYTE,
  FIN_SEQ,
  FIRST_ORIGINATOR,
  FIRST_RESPONDER,
  FLAGS,
  GAPS,
  IP_BYTES,
  KEY,
  LAST_RST,
  PACKETS,
  PARTIAL,
  POSITION,
  POSITION_HIGH,
  SIDE,
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
  readonly #rare: RareRows;

  constructor(table: ConnTable, histories: Histories, streams: Streams, rare: RareRows) {
    this.#table = table;
    this.#rare = rare;
    this.#histories = histories;
    this.#streams = streams;
  }

  /**
   * Changes the roles of a connection, with all that was counted; of UDP, Zeek leaves the payload
   * bytes where they are.
   */
  flip(slot: number): void {
    const { words, bytes, halves, cold } = this.#table;
    const base = slot * STRIDE;
    const sided = transportOf((words[base + KEY]! >> 8) & 0xff) !== UDP_TRANSPORT;
    if (sided) {
      for (let i = 0; i < SIDE_WORDS; i++) swap(words, base + SIDE + i, SIDE_WORDS);
      for (let i = 0; i < 2; i++) {
        swap(words, base + POSITION + i, 2);
        swap(bytes, (base + POSITION_HIGH) * 4 + i, 2);
      }
      swap(halves, (base + GAPS) * 2, 1);
      swap(bytes, base * 4 + FIN_HIGH_BYTE, 1);
      swap(cold, slot * COLD_STRIDE + FIN_SEQ, 1);
      swap(cold, slot * COLD_STRIDE + LAST_RST, 1);
    }
    this.#rare.flip(slot, sided);
    swap(words, base + PACKETS, 1);
    swap(words, base + IP_BYTES, 1);
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

function swap(array: Int32Array | Uint16Array | Uint8Array, at: number, distance: number): void {
  const kept = array[at]!;
  array[at] = array[at + distance]!;
  array[at + distance] = kept;
}
