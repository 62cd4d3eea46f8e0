import { CONTENT_COLUMNS, KDD_ADDRESS_STRIDE, type KddConnections } from './connections.ts';
import { FlagTable } from './flag.ts';
import { type KddMode, WINDOW_RULES } from './mode.ts';
import { KddOrder } from './order.ts';
import { FIRST_CONTENT, FIRST_WINDOW, KDD_NUMBERS, KddRows } from './rows.ts';
import { ServiceTable } from './services.ts';
import { KddWindows, WINDOW_COLUMNS, type WindowEvent } from './windows.ts';

/** How the features are made. */
export interface KddOptions {
  /** Default `data`. */
  readonly mode?: KddMode;
  /** Connections held back to be put in order; default 65,536 (14 MB). */
  readonly reorder?: number;
  /** Rows a batch; default 1,024. */
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
  readonly #event: WindowEvent = {
    time: 0,
    host0: 0,
    host1: 0,
    host2: 0,
    host3: 0,
    service: 0,
    serviceKey: 0,
    flag: 0,
    originatorPort: 0,
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
    this.#rows = new KddRows(Math.max(1, options.batch ?? 1024));
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
    const connection = this.#order.rows;
    const protocol = connection.protocol[row]!;
    this.#connections++;
    if (protocol !== TCP && protocol !== UDP && protocol !== ICMP && protocol !== ICMP6) {
      this.#unread++;
      return;
    }
    const originatorPort = connection.originatorPort[row]!;
    const responderPort = connection.responderPort[row]!;
    const service = this.#services.service(protocol, originatorPort, responderPort);
    const flag = this.#flags.flag(protocol, connection.state[row]!);
    const event = this.#event;
    event.time = (this.#clockIsEnd ? connection.end : connection.start)[row]!;
    event.service = service;
    event.serviceKey = this.#services.key(protocol, responderPort, service);
    event.flag = flag;
    event.originatorPort = originatorPort;
    this.#responder(row);
    this.#windows.add(event);
    this.#write(row, protocol, service, flag);
  }

  #responder(row: number): void {
    const { addresses, addressLength } = this.#order.rows;
    const event = this.#event;
    const at = row * KDD_ADDRESS_STRIDE + 16;
    if (addressLength[row] === 4) {
      // The form that RFC 4291 gives an IPv4 address among IPv6 ones.
      event.host0 = 0;
      event.host1 = 0;
      event.host2 = 0xffff;
      event.host3 = word(addresses, at);
      return;
    }
    event.host0 = word(addresses, at);
    event.host1 = word(addresses, at + 4);
    event.host2 = word(addresses, at + 8);
    event.host3 = word(addresses, at + 12);
  }

  #write(row: number, protocol: number, service: number, flag: number): void {
    const connection = this.#order.rows;
    const rows = this.#rows;
    const to = rows.length++;
    rows.connections.length = rows.length;
    rows.protocol[to] = protocol === TCP ? 0 : protocol === UDP ? 1 : 2;
    rows.service[to] = service;
    rows.flag[to] = flag;
    rows.connections.copy(to, connection, row);
    const numbers = rows.numbers;
    const at = to * KDD_NUMBERS;
    numbers[at] = Math.floor((connection.end[row]! - connection.start[row]!) / 1e6);
    numbers[at + 1] = connection.originatorBytes[row]!;
    numbers[at + 2] = connection.responderBytes[row]!;
    numbers[at + 3] = this.#land(row);
    numbers[at + 4] = connection.wrongFragment[row]!;
    numbers[at + 5] = connection.urgent[row]!;
    const content = connection.content;
    for (let i = 0; i < CONTENT_COLUMNS; i++) {
      numbers[at + FIRST_CONTENT + i] = content[row * CONTENT_COLUMNS + i]!;
    }
    const values = this.#windows.values;
    for (let i = 0; i < WINDOW_COLUMNS; i++) numbers[at + FIRST_WINDOW + i] = values[i]!;
    if (rows.length === rows.capacity) this.#give();
  }

  #land(row: number): number {
    const { addresses, addressLength, originatorPort, responderPort, protocol } = this.#order.rows;
    if (protocol[row] === ICMP || protocol[row] === ICMP6) return 0;
    if (originatorPort[row] !== responderPort[row]) return 0;
    const at = row * KDD_ADDRESS_STRIDE;
    const length = addressLength[row]!;
    for (let i = 0; i < length; i++) if (addresses[at + i] !== addresses[at + 16 + i]) return 0;
    return 1;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  );
}
