import { type AppConnection, type AppFacts, NO_FACTS } from '../../decode/index.ts';

/** Pieces behind a hole that are remembered each way; a window of 1 MiB has some 700 segments. */
const MAX_PIECES = 1024;

/** How much of a stream is put in order for the application analysers. */
export interface StreamLimits {
  /** In-order bytes handed on each way. */
  readonly streamBytes: number;
  /** Bytes behind a hole that are held each way. */
  readonly heldBytes: number;
}

/** What all streams together may hold; each takes from it and gives back. */
export interface StreamBudget {
  /** Bytes behind holes. */
  bytes: number;
  /** Pieces behind holes, with or without their bytes. */
  pieces: number;
}

/** Bytes behind a hole: where they begin and end (relative), and themselves if they are wanted. */
interface Piece {
  start: number;
  end: number;
  bytes: Uint8Array | null;
}

/**
 * What is kept beside a TCP connection's slot once it has payload: the application analyser, and the
 * bytes behind holes. Roles as in the slot: 0 the originator, 1 the responder.
 */
export class Stream {
  readonly #limits: StreamLimits;
  readonly #budget: StreamBudget;
  #app: AppConnection | null;
  /** Made when the first piece comes. */
  #pieces: [Piece[], Piece[]] | null = null;
  readonly #delivered: [number, number] = [0, 0];
  readonly #held: [number, number] = [0, 0];
  /** The analyser calls the first sender originator; after a change of roles that is role 1. */
  turned = false;
  #corrected = false;
  /** Service under which another connection announced this one; '' for none. */
  announced = '';

  /** @param app the analyser, or null when none is wanted */
  constructor(limits: StreamLimits, budget: StreamBudget, app: AppConnection | null) {
    this.#limits = limits;
    this.#budget = budget;
    this.#app = app;
  }

  get service(): string {
    const confirmed = this.#app?.service ?? '';
    if (this.announced === '' || confirmed === '') return this.announced + confirmed;
    return `${this.announced},${confirmed}`;
  }

  get facts(): AppFacts {
    return this.#app?.facts ?? NO_FACTS;
  }

  /** Nothing more is wanted, nothing is held, and all that was learned is in {@link service}. */
  get isDone(): boolean {
    const app = this.#app;
    if (app === null || !app.over || app.facts !== NO_FACTS) return false;
    return this.#pieces === null || this.#pieces[0].length + this.#pieces[1].length === 0;
  }

  /** True once, when the analyser sees that the roles are the wrong way round. */
  turnsNow(): boolean {
    if (this.#corrected || !this.#app?.flipped) return false;
    this.#corrected = true;
    return true;
  }

  /** The roles have changed. */
  flip(): void {
    this.turned = !this.turned;
    this.#pieces?.reverse();
    this.#delivered.reverse();
    this.#held.reverse();
  }

  /** Hands in-order bytes on. */
  deliver(role: number, bytes: Uint8Array, start: number, end: number, time: number): void {
    const app = this.#app;
    if (app === null || app.over || start >= end) return;
    const fromOriginator = (role === 0) !== this.turned;
    // What a reader only counts is no part of the prefix that it reads.
    const counted = app.bodyLeft(fromOriginator);
    const room = this.#limits.streamBytes - this.#delivered[role]! + counted;
    if (room <= 0) return;
    const stop = end - start > room ? start + room : end;
    this.#countPrefix(role, counted, end - start);
    app.data(fromOriginator, bytes, start, stop, time);
    // A body that begins where the prefix ends is still counted right.
    if (stop < end && app.bodyLeft(fromOriginator) > 0) app.gap(fromOriginator, end - stop);
  }

  /** Tells of bytes that never came. */
  gap(role: number, length: number): void {
    const app = this.#app;
    if (app === null || app.over) return;
    const fromOriginator = (role === 0) !== this.turned;
    const counted = app.bodyLeft(fromOriginator);
    if (counted === 0 && this.#delivered[role]! >= this.#limits.streamBytes) return;
    this.#countPrefix(role, counted, length);
    app.gap(fromOriginator, length);
  }

  #countPrefix(role: number, counted: number, length: number): void {
    if (length > counted) this.#delivered[role]! += length - counted;
  }

  /** The connection is over. */
  end(): void {
    this.#app?.end();
  }

  /** Remembers bytes behind a hole; parts that are known already keep their first content. */
  hold(role: number, from: number, length: number, bytes: Uint8Array, at: number): void {
    this.#pieces ??= [[], []];
    const pieces = this.#pieces[role]!;
    let start = from;
    const end = from + length;
    let index = pieces.length;
    while (index > 0 && pieces[index - 1]!.end > start) index--;
    while (start < end && pieces.length < MAX_PIECES && this.#budget.pieces > 0) {
      const next = pieces[index];
      const stop = next === undefined || next.start >= end ? end : next.start;
      if (start < stop) {
        const before = pieces[index - 1];
        const copy = this.#copy(role, bytes, at + start - from, at + stop - from);
        if (before !== undefined && before.end === start && !before.bytes && !copy) {
          before.end = stop;
        } else {
          pieces.splice(index++, 0, { start, end: stop, bytes: copy });
          this.#budget.pieces--;
        }
      }
      if (stop === end) return;
      start = Math.max(start, next!.end);
      index++;
    }
  }

  #copy(role: number, bytes: Uint8Array, start: number, end: number): Uint8Array | null {
    if (this.#app === null || this.#app.over) return null;
    if (this.#held[role]! + end - start > this.#limits.heldBytes) return null;
    if (end - start > this.#budget.bytes) return null;
    if (this.#delivered[role]! >= this.#limits.streamBytes) return null;
    this.#held[role]! += end - start;
    this.#budget.bytes -= end - start;
    return bytes.slice(start, end);
  }

  /** Where the first piece begins; infinite when there is none. */
  firstStart(role: number): number {
    return this.#pieces?.[role]?.[0]?.start ?? Number.POSITIVE_INFINITY;
  }

  /** Where the last piece ends; 0 when there is none. */
  lastEnd(role: number): number {
    return this.#pieces?.[role]?.at(-1)?.end ?? 0;
  }

  /** Bytes behind holes. */
  size(role: number): number {
    let sum = 0;
    if (this.#pieces === null) return 0;
    for (const piece of this.#pieces[role]!) sum += piece.end - piece.start;
    return sum;
  }

  /** Hands on the pieces that follow `from` without a hole. @returns where they end */
  drain(role: number, from: number, time: number): number {
    if (this.#pieces === null) return from;
    const pieces = this.#pieces[role]!;
    let end = from;
    let used = 0;
    for (; used < pieces.length && pieces[used]!.start <= end; used++) {
      const { start, bytes, end: stop } = pieces[used]!;
      if (bytes) {
        this.#held[role]! -= bytes.length;
        this.#budget.bytes += bytes.length;
      }
      if (stop <= end) continue;
      if (bytes) this.deliver(role, bytes, end - start, bytes.length, time);
      else this.gap(role, stop - end);
      end = stop;
    }
    if (used > 0) {
      pieces.splice(0, used);
      this.#budget.pieces += used;
    }
    return end;
  }

  /** Forgets what is behind holes. */
  clear(role: number): void {
    if (this.#pieces === null) return;
    this.#budget.pieces += this.#pieces[role]!.length;
    this.#budget.bytes += this.#held[role]!;
    this.#pieces[role] = [];
    this.#held[role] = 0;
  }
}
