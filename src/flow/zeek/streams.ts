import { type AppFacts, createAppConnection, NO_FACTS } from '../../decode/index.ts';
import { Announcements } from './announcements.ts';
import { FLAGS, HAS_STREAM, KEY, PARTIAL, STRIDE, TURNED } from './slot.ts';
import { Stream, type StreamLimits } from './stream.ts';
import type { ConnTable } from './table.ts';

/** What streams depend on. */
export interface StreamsOptions extends StreamLimits {
  /** Streams are read by application analysers. */
  readonly analyse: boolean;
}

/** What is kept beside the slots of connections that have payload. */
export class Streams {
  readonly #table: ConnTable;
  readonly #options: StreamsOptions;
  readonly #streams: (Stream | null)[] = [];
  readonly #announcements = new Announcements();

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
    const announce = (service: string, port: number, atOriginator: boolean): void =>
      this.#announce(slot, service, port, atOriginator);
    const app = this.#options.analyse
      ? createAppConnection(protocol, originator, responder, announce)
      : null;
    const stream = new Stream(this.#options, app);
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
    if ((this.#table.words[slot * STRIDE + FLAGS]! & HAS_STREAM) !== 0) this.#streams[slot] = null;
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
