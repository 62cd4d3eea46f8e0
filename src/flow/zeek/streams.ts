import {
  type AppFacts,
  createAppConnection,
  isToldDatagram,
  isToldSegment,
  MAX_UNDECIDED_DATAGRAMS,
  NO_FACTS,
} from '../../decode/index.ts';
import { Announcements } from './announcements.ts';
import {
  FLAGS,
  KEY,
  PARTIAL,
  SIDE,
  SIDE_WORDS,
  STATE,
  STREAM,
  STRIDE,
  TURNED,
  UNTOLD,
} from './slot.ts';
import { Stream, type StreamBudget, type StreamLimits } from './stream.ts';
import type { ConnTable } from './table.ts';
import { HAS_HOLES } from './tcp-state.ts';

/** What all streams together hold behind holes: 64 MiB, and pieces of which each takes some 100 bytes. */
const BUDGET: Readonly<StreamBudget> = { bytes: 64 * 2 ** 20, pieces: 2 ** 18 };
/** Different outcomes that are known by number; a mix of services past these stays with its stream. */
const MAX_OUTCOMES = 4096;
/** In a slot: nothing was learned and nothing more is to be read. */
const NOTHING = -1;

/** What streams depend on. */
export interface StreamsOptions extends StreamLimits {
  /** Streams are read by application analysers. */
  readonly analyse: boolean;
  /** Connections that are read at once. */
  readonly maxStreams: number;
}

/**
 * What is kept beside the slots of connections that have payload. The word STREAM of a slot is 0 while
 * nothing was read, else the number of its {@link Stream}, counted from 1; once the reader knows all it
 * wants and has learned no more than a service, the stream goes and the word is that outcome, negative.
 */
export class Streams {
  readonly #table: ConnTable;
  readonly #options: StreamsOptions;
  /** By number; place 0 is nobody's. */
  readonly #streams: (Stream | null)[] = [null];
  readonly #free: number[] = [];
  readonly #announcements = new Announcements();
  readonly #budget: StreamBudget = { ...BUDGET };
  /** Services by outcome: outcome -n stands at n. */
  readonly #outcomes: string[] = ['', ''];
  readonly #outcomeOf = new Map<string, number>([['', NOTHING]]);
  #live = 0;
  /** Connections that were not read because too many were already. */
  unread = 0;

  constructor(table: ConnTable, options: StreamsOptions) {
    this.#table = table;
    this.#options = options;
  }

  /** The stream of a slot that has one. */
  stream(slot: number): Stream {
    return this.#streams[this.#table.words[slot * STRIDE + STREAM]!]!;
  }

  /** The stream of a TCP slot, made if there is none. */
  streamOf(slot: number): Stream {
    const known = this.#table.words[slot * STRIDE + STREAM]!;
    return known > 0 ? this.#streams[known]! : this.#make(slot, 6, known < 0);
  }

  /** Hands in-order bytes to the reader of a slot, if they are wanted. */
  // Six numbers a segment; an object each would be one allocation.
  deliver(
    slot: number,
    role: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    time: number,
  ): void {
    const { words } = this.#table;
    const at = slot * STRIDE + STREAM;
    if (words[at] === 0) {
      if (start >= end) return;
      if (this.#isFull()) {
        words[at] = NOTHING;
        return;
      }
      if (!isToldSegment(this.#port(slot, 0), this.#port(slot, 1), role === 0, bytes[start]!)) {
        words[at] = NOTHING;
        return;
      }
    }
    const stream = this.streamOf(slot);
    stream.deliver(role, bytes, start, end, time);
    if (stream.isDone) this.#settle(slot, stream);
  }

  /**
   * A datagram of a UDP conversation: while no protocol is told by any, nothing is kept but their
   * number. @returns true when the reader sees now that the roles are the wrong way round
   */
  datagram(
    slot: number,
    role: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    time: number,
  ): boolean {
    const { words } = this.#table;
    const base = slot * STRIDE;
    const known = words[base + STREAM]!;
    if (known < 0) return false;
    if (known === 0) {
      const first = this.#port(slot, 0);
      if (this.#isFull()) {
        words[base + STREAM] = NOTHING;
        return false;
      }
      if (!isToldDatagram(first, this.#port(slot, 1), role === 0, bytes, start, end)) {
        if (++words[base + UNTOLD]! >= MAX_UNDECIDED_DATAGRAMS) words[base + STREAM] = NOTHING;
        return false;
      }
    }
    const stream = known > 0 ? this.#streams[known]! : this.#make(slot, 17, false);
    stream.deliver(role, bytes, start, end, time);
    const turns = stream.turnsNow();
    if (stream.isDone) this.#settle(slot, stream);
    return turns;
  }

  /** No more connections can be read: one is counted that is not. */
  #isFull(): boolean {
    if (this.#live < this.#options.maxStreams) return false;
    this.unread++;
    return true;
  }

  /** Port of the originator (0) or responder (1). */
  #port(slot: number, role: number): number {
    const base = slot * STRIDE;
    const { words } = this.#table;
    const turned = words[base + FLAGS]! & TURNED;
    const ports = words[base + KEY + 1]!;
    return (turned ^ role) !== 0 ? ports & 0xffff : ports >>> 16;
  }

  /** @param over nothing is to be read: the stream is for what is behind holes alone */
  #make(slot: number, protocol: number, over: boolean): Stream {
    const { words } = this.#table;
    const at = slot * STRIDE + STREAM;
    const announce = (service: string, port: number, atOriginator: boolean): void =>
      this.#announce(slot, service, port, atOriginator);
    const originator = this.#port(slot, 0);
    const app =
      this.#options.analyse && !over
        ? createAppConnection(protocol, originator, this.#port(slot, 1), announce)
        : null;
    const stream = new Stream(this.#options, this.#budget, app);
    if (over) stream.announced = this.#outcomes[-words[at]!]!;
    this.#live++;
    const number = this.#free.pop() ?? this.#streams.length;
    this.#streams[number] = stream;
    words[at] = number;
    return stream;
  }

  /** The reader wants no more: what it learned is kept without it, if that is a service alone. */
  #settle(slot: number, stream: Stream): void {
    const { words } = this.#table;
    const base = slot * STRIDE;
    // Pieces behind a hole that found no room are remembered as a hole all the same.
    const sides = words[base + SIDE + STATE]! | words[base + SIDE + SIDE_WORDS + STATE]!;
    if ((sides & HAS_HOLES) !== 0) return;
    const { service } = stream;
    let outcome = this.#outcomeOf.get(service);
    if (outcome === undefined) {
      if (this.#outcomes.length >= MAX_OUTCOMES) return;
      outcome = -this.#outcomes.length;
      this.#outcomes.push(service);
      this.#outcomeOf.set(service, outcome);
    }
    this.#release(slot);
    words[base + STREAM] = outcome;
  }

  // The contract of the analysers, and the slot.
  #announce(slot: number, service: string, port: number, atOriginator: boolean): void {
    const turned = (this.#table.words[slot * STRIDE + FLAGS]! & TURNED) !== 0;
    // The analyser counts by who was originator when it was made.
    const originator = atOriginator !== (this.#streamAt(slot)?.turned ?? false);
    this.#announcements.add(this.#table, slot, originator === turned ? 1 : 0, { service, port });
  }

  #streamAt(slot: number): Stream | null {
    const number = this.#table.words[slot * STRIDE + STREAM]!;
    return number > 0 ? this.#streams[number]! : null;
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
    this.#streamAt(slot)?.flip();
  }

  /** Tells the reader of a slot that has one of bytes that never came. */
  gap(slot: number, role: number, length: number): void {
    const stream = this.stream(slot);
    stream.gap(role, length);
    if (stream.isDone) this.#settle(slot, stream);
  }

  /** Settles what waits for the connection's end. */
  end(slot: number): void {
    this.#streamAt(slot)?.end();
  }

  /** Confirmed protocols; '' for none. */
  service(slot: number): string {
    const { words } = this.#table;
    const base = slot * STRIDE;
    const number = words[base + STREAM]!;
    if (number === 0 || number === NOTHING) return '';
    const service = number > 0 ? this.#streams[number]!.service : this.#outcomes[-number]!;
    if (service === '') return service;
    return (words[base + FLAGS]! & PARTIAL) !== 0 ? readFromTheMiddle(service) : service;
  }

  /** What the payload said. */
  facts(slot: number): AppFacts {
    const stream = this.#streamAt(slot);
    if (stream === null) return NO_FACTS;
    const partial = (this.#table.words[slot * STRIDE + FLAGS]! & PARTIAL) !== 0;
    return partial && this.service(slot) === '' ? NO_FACTS : stream.facts;
  }

  /** Drops what is kept beside the slot. */
  forget(slot: number): void {
    if (this.#table.words[slot * STRIDE + STREAM]! > 0) this.#release(slot);
  }

  #release(slot: number): void {
    const number = this.#table.words[slot * STRIDE + STREAM]!;
    const stream = this.#streams[number]!;
    stream.clear(0);
    stream.clear(1);
    this.#streams[number] = null;
    this.#free.push(number);
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
