import { FLAGS, KEY, STRIDE, TURNED } from './slot.ts';
import type { ConnTable } from './table.ts';

/** Announced connections that are waited for; more come only of a flood. */
const MAX_ANNOUNCED = 4096;
/** Zeek waits five minutes for a scheduled connection. */
const PATIENCE = 300e6;

interface Announced {
  readonly service: string;
  readonly until: number;
}

/** Connections that a dialogue has announced (FTP data, IRC DCC): by responder's address and port. */
export class Announcements {
  readonly #announced = new Map<string, Announced>();
  /** How many wait for each port, so that most connections need no text to be looked up. */
  readonly #ports = new Uint16Array(65_536);
  /** Time of the packets, in microseconds. */
  time = 0;

  /** How many are waited for. */
  get size(): number {
    return this.#announced.size;
  }

  /** A connection to `port` of one end of the slot's key (0 the first, 1 the second) is announced. */
  add(
    table: ConnTable,
    slot: number,
    end: number,
    { service, port }: { readonly service: string; readonly port: number },
  ): void {
    const key = keyOf(table, slot, end, port);
    this.#forget(key, port);
    if (this.#announced.size >= MAX_ANNOUNCED) {
      for (const oldest of this.#announced.keys()) {
        this.#forget(oldest, Number(oldest.slice(oldest.lastIndexOf(',') + 1)));
        break;
      }
    }
    this.#ports[port & 0xffff]!++;
    this.#announced.set(key, { service, until: this.time + PATIENCE });
  }

  /** The service under which a new connection was announced; '' when it was not. */
  take(table: ConnTable, slot: number): string {
    const words = table.words;
    const base = slot * STRIDE;
    if (((words[base + KEY]! >> 8) & 0xff) !== 6) return '';
    const end = (words[base + FLAGS]! & TURNED) !== 0 ? 0 : 1;
    const ports = words[base + KEY + 1]!;
    const port = end === 0 ? ports >>> 16 : ports & 0xffff;
    if (this.#ports[port] === 0) return '';
    const key = keyOf(table, slot, end, port);
    const found = this.#announced.get(key);
    if (!found) return '';
    this.#forget(key, port);
    return found.until < this.time ? '' : found.service;
  }

  #forget(key: string, port: number): void {
    if (this.#announced.delete(key)) this.#ports[port & 0xffff]!--;
  }
}

function keyOf(table: ConnTable, slot: number, end: number, port: number): string {
  const words = table.keyOf(slot);
  const size = (words[0]! & 0xff) === 4 ? 1 : 4;
  const at = 2 + end * size;
  return `${words.subarray(at, at + size).join()},${port}`;
}
