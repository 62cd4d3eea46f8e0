import type { KddConnections } from './connections.ts';
import { FlagTable } from './flag.ts';
import { END, type HeldRow, START } from './held.ts';
import { type KddMode, WINDOW_RULES } from './mode.ts';
import { KddOrder } from './order.ts';
import { FIRST_WINDOW, KDD_NUMBERS, KddRows } from './rows.ts';
import { ServiceTable } from './services.ts';
import { KddWindows, WINDOW_COLUMNS, type WindowEvent } from './windows.ts';

/** How the features are made. */
export interface KddOptions {
  /** Default `data`. */
  readonly mode?: KddMode;
  /** Connections held back to be put in order; default 65,536 (6 MB). */
  readonly reorder?: number;
  /** Rows a batch; default 256: what reads them finds them in the cache. */
  readonly batch?: number;
}

/** What was counted on the way. */
export interface KddStats {
  readonly connections: number;
  /** Neither TCP, UDP nor ICMP: the data set has no such rows. */
  readonly unread: number;
  /** Came after one with a later time had left; counted as of that later time. */
  readonly late: number;
  /** Left the time window before two seconds were over, because it was full. */
  readonly early: number;
}

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMP6 = 58;

/**
 * Makes rows of the kdd view from connections: basic features, content, and both windows. Connections
 * may come in any order that {@link KddOptions.reorder} can mend; rows leave in the mode's order.
 */
export class KddFeatures {
  readonly #clockIsEnd: boolean;
  readonly #order: KddOrder;
  readonly #flags: FlagTable;
  readonly #services: ServiceTable;
  readonly #windows: KddWindows;
  readonly #rows: KddRows;
  readonly #emit: (rows: KddRows) => void;
  readonly #event: WindowEvent & HeldRow = {
    time: 0,
    host0: 0,
    host1: 0,
    host2: 0,
    host3: 0,
    service: 0,
    serviceKey: 0,
    flag: 0,
    originatorPort: 0,
    responderPort: 0,
    protocol: 0,
    state: 0,
  };
  #connections = 0;
  #unread = 0;

  /** @param emit called with full batches, and by {@link finish} with the rest */
  constructor(options: KddOptions, emit: (rows: KddRows) => void) {
    const mode = options.mode ?? 'data';
    this.#clockIsEnd = WINDOW_RULES[mode].clock === 'end';
    this.#order = new KddOrder(Math.max(1, options.reorder ?? 65536));
    this.#flags = new FlagTable(mode);
    this.#services = new ServiceTable(mode);
    this.#windows = new KddWindows(mode);
    this.#rows = new KddRows(Math.max(1, options.batch ?? 256));
    this.#emit = emit;
  }

  /** Takes connections; the batch may be reused afterwards. */
  add(connections: KddConnections): void {
    const order = this.#order;
    const times = this.#clockIsEnd ? connections.end : connections.start;
    for (let row = 0; row < connections.length; row++) {
      if (order.full) this.#row(order.pop());
      order.push(times[row]!, connections, row);
    }
  }

  /** Gives out all that is still held. */
  finish(): void {
    while (this.#order.length > 0) this.#row(this.#order.pop());
    if (this.#rows.length > 0) this.#give();
  }

  get stats(): KddStats {
    return {
      connections: this.#connections,
      unread: this.#unread,
      late: this.#windows.late,
      early: this.#windows.early,
    };
  }

  #give(): void {
    this.#emit(this.#rows);
    this.#rows.length = 0;
    this.#rows.connections.length = 0;
  }

  #row(row: number): void {
    const held = this.#order.rows;
    const event = this.#event;
    held.load(row, event);
    const { protocol, originatorPort, responderPort } = event;
    this.#connections++;
    if (protocol !== TCP && protocol !== UDP && protocol !== ICMP && protocol !== ICMP6) {
      this.#unread++;
      return;
    }
    const service = this.#services.service(protocol, originatorPort, responderPort);
    const flag = this.#flags.flag(protocol, event.state);
    event.time = held.time(row, this.#clockIsEnd ? END : START);
    event.service = service;
    event.serviceKey = this.#services.key(protocol, responderPort, service);
    event.flag = flag;
    this.#windows.add(event);
    const rows = this.#rows;
    const to = rows.length++;
    rows.connections.length = rows.length;
    rows.protocol[to] = protocol === TCP ? 0 : protocol === UDP ? 1 : 2;
    rows.service[to] = service;
    rows.flag[to] = flag;
    held.copyEnds(row, rows.connections, to);
    const { numbers } = rows;
    const at = to * KDD_NUMBERS;
    held.copyNumbers(row, numbers, at);
    const { values } = this.#windows;
    for (let i = 0; i < WINDOW_COLUMNS; i++) numbers[at + FIRST_WINDOW + i] = values[i]!;
    if (rows.length === rows.capacity) this.#give();
  }
}
