import { type AppFacts, createAppConnection, NO_FACTS } from '../../decode/index.ts';
import { Announcements } from './announcements.ts';
import { FLAGS, HAS_STREAM, KEY, PARTIAL, STRIDE, TURNED } from './slot.ts';
import { Stream, type StreamBudget, type StreamLimits } from './stream.ts';
import type { ConnTable } from './table.ts';

/** What all streams together hold behind holes: 64 MiB, and pieces of which each takes some 100 bytes. */
const BUDGET: Readonly<StreamBudget> = { bytes: 64 * 2 ** 20, pieces: 2 ** 18 };

/** What streams depend on. */
export interface StreamsOptions extends StreamLimits {
  /** Streams are read by application analysers. */
  readonly analyse: boolean;
  /** Connections that are read at once. */
  readonly maxStreams: number;
}

/** What is kept beside the slots of connections that have payload. */
export class Streams {
  readonly #table: ConnTable;
  readonly #options: StreamsOptions;
  readonly #streams: (Stream | null)[] = [];
  readonly #announcements = new Announcements();
  readonly #budget: StreamBudget = { ...BUDGET };
  #live = 0;
  /** Connections that were not read because too many were already. */
  unread = 0;

  constructor(table: ConnTable, options: StreamsOptions) {
    this.#table = table;
    this.#options = options;
  }

  /** The stream of a slot that has one. */
  stream(slot: number): Stream {
    return this.#streams[slot]!;
  }

  /** The stream of a TCP slot, made if there is none. */
  streamOf(slot: number): Stream {
    return this.#streams[slot] ?? this.#make(slot, 6);
  }

  /** The same of a UDP slot: its datagrams. */
  datagrams(slot: number): Stream {
    return this.#streams[slot] ?? this.#make(slot, 17);
  }

  #make(slot: number, protocol: number): Stream {
    const { words } = this.#table;
    const base = slot * STRIDE;
    const flags = words[base + FLAGS]!;
    const turned = (flags & TURNED) !== 0;
    const ports = words[base + KEY + 1]!;
    const originator = turned ? ports & 0xffff : ports >>> 16;
    const responder = turned ? ports >>> 16 : ports & 0xffff;
    const full = this.#live >= this.#options.maxStreams;
    if (full && this.#options.analyse) this.unread++;
    const announce = (service: string, port: number, atOriginator: boolean): void =>
      this.#announce(slot, service, port, atOriginator);
    const app =
      this.#options.analyse && !full
        ? createAppConnection(protocol, originator, responder, announce)
        : null;
    const stream = new Stream(this.#options, this.#budget, app);
    this.#live++;
    this.#streams[slot] = stream;
    words[base + FLAGS] = flags | HAS_STREAM;
    return stream;
  }

  // The contract of the analysers, and the slot.
  #announce(slot: number, service: string, port: number, atOriginator: boolean): void {
    const turned = (this.#table.words[slot * STRIDE + FLAGS]! & TURNED) !== 0;
    // The analyser counts by who was originator when it was made.
    const originator = atOriginator !== (this.#streams[slot]?.turned ?? false);
    this.#announcements.add(this.#table, slot, originator === turned ? 1 : 0, { service, port });
  }

  /** A connection begins: it may have been announced. */
  begin(slot: number, time: number): void {
    const announcements = this.#announcements;
    announcements.time = time;
    if (announcements.size === 0) return;
    const service = announcements.take(this.#table, slot);
    if (service !== '') this.streamOf(slot).announced = service;
  }

  /** The roles have changed. */
  flip(slot: number): void {
    this.#streams[slot]?.flip();
  }

  /** Settles what waits for the connection's end. */
  end(slot: number): void {
    if ((this.#table.words[slot * STRIDE + FLAGS]! & HAS_STREAM) !== 0) this.#streams[slot]!.end();
  }

  /** Confirmed protocols; '' for none. */
  service(slot: number): string {
    const flags = this.#table.words[slot * STRIDE + FLAGS]!;
    if ((flags & HAS_STREAM) === 0) return '';
    const { service } = this.#streams[slot]!;
    return (flags & PARTIAL) !== 0 && service !== '' ? readFromTheMiddle(service) : service;
  }

  /** What the payload said. */
  facts(slot: number): AppFacts {
    return this.service(slot) === '' && this.#isPartial(slot) ? NO_FACTS : this.#facts(slot);
  }

  #isPartial(slot: number): boolean {
    return (this.#table.words[slot * STRIDE + FLAGS]! & PARTIAL) !== 0;
  }

  #facts(slot: number): AppFacts {
    const has = (this.#table.words[slot * STRIDE + FLAGS]! & HAS_STREAM) !== 0;
    return has ? this.#streams[slot]!.facts : NO_FACTS;
  }

  /** Drops what is kept beside the slot. */
  forget(slot: number): void {
    if ((this.#table.words[slot * STRIDE + FLAGS]! & HAS_STREAM) === 0) return;
    const stream = this.#streams[slot]!;
    stream.clear(0);
    stream.clear(1);
    this.#streams[slot] = null;
    this.#live--;
  }
}

/** Protocols that Zeek reads even if it missed how the connection began; the others it does not. */
const FROM_THE_MIDDLE = new Set(['redis', 'ftp', 'ldap_tcp', 'postgresql', 'finger']);

function readFromTheMiddle(service: string): string {
  return service
    .split(',')
    .filter((name) => FROM_THE_MIDDLE.has(name))
    .join();
}
