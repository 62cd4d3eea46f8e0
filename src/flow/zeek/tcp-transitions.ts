import type { Reassembly } from './reassembly.ts';
import { ACK, FIN, RST, type Segment, SYN } from './segment.ts';
import type { Sides } from './sides.ts';
import {
  ACTIVE,
  CLOSE_DEFERRED,
  COLD_FLOATS,
  EVENT_DEFERRED,
  FIRST_ORIGINATOR,
  FIRST_RESPONDER,
  FLAGS,
  FLOAT_STRIDE,
  HAS_TIMER,
  LAST,
  PARTIAL,
  SETTLED,
  SIDE,
  SIDE_WORDS,
  START_SEQ,
  STATE,
  STRIDE,
  TIMER,
  TIMER_ATTEMPT,
} from './slot.ts';
import type { ConnTable } from './table.ts';
import {
  BEFORE_SHIFT,
  CLOSED,
  DID_CLOSE,
  ESTABLISHED,
  INACTIVE,
  PARTIAL_STATE,
  RESET,
  STATE_MASK,
  SYN_ACK_SENT,
  SYN_SENT,
} from './tcp-state.ts';

/** Zeek's `tcp_attempt_delay`, `tcp_close_delay` and `tcp_reset_delay`: five seconds each. */
const DELAY = 5e6;

/**
 * How the two ends of a TCP connection move from state to state, and when the connection is over.
 * Role 0 is the originator, 1 the responder.
 */
export class TcpTransitions {
  readonly #table: ConnTable;
  readonly #reassembly: Reassembly;
  readonly #sides: Sides;
  /** Set by {@link advance}: the sender's end is to be reported, and whether as an event. */
  #close = false;
  #event = false;

  constructor(table: ConnTable, reassembly: Reassembly, sides: Sides) {
    this.#table = table;
    this.#reassembly = reassembly;
    this.#sides = sides;
  }

  #setState(slot: number, role: number, next: number): void {
    const { words } = this.#table;
    const sides = slot * STRIDE + SIDE;
    const at = sides + role * SIDE_WORDS + STATE;
    const state = words[at]!;
    const now = state & STATE_MASK;
    if (now === next) return;
    const peer = words[sides + (1 - role) * SIDE_WORDS + STATE]! & STATE_MASK;
    if (next > SYN_ACK_SENT && now <= SYN_ACK_SENT && peer <= SYN_ACK_SENT) {
      const flags = words[slot * STRIDE + FLAGS]!;
      const kept = (flags & TIMER_ATTEMPT) !== 0 ? flags & ~(TIMER_ATTEMPT | HAS_TIMER) : flags;
      words[slot * STRIDE + FLAGS] = kept | SETTLED;
    }
    words[at] = (state & ~0x3f) | (now << BEFORE_SHIFT) | next;
  }

  /** Moves the sender's state on. @returns the sender's role afterwards */
  advance(slot: number, role: number, segment: Segment): number {
    this.#close = false;
    this.#event = false;
    const { words } = this.#table;
    const state = words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]! & STATE_MASK;
    if (state === ESTABLISHED || state === PARTIAL_STATE) this.#established(slot, role, segment);
    else if (state === INACTIVE) return this.#inactive(slot, role, segment);
    else if (state === CLOSED) this.#afterClose(slot, role, segment);
    else if (state !== RESET) this.#opening(slot, role, segment);
    return role;
  }

  #inactive(slot: number, sender: number, segment: Segment): number {
    let role = sender;
    const { flags, length } = segment;
    if ((flags & SYN) !== 0) {
      if (role === 0) {
        this.#setState(slot, 0, (flags & ACK) !== 0 ? SYN_ACK_SENT : SYN_SENT);
        const at = slot * STRIDE + FLAGS;
        if ((this.#table.words[at]! & HAS_TIMER) === 0) {
          this.#table.coldFloats[slot * COLD_FLOATS + TIMER] = segment.time + DELAY;
          this.#table.words[at]! |= TIMER_ATTEMPT | HAS_TIMER;
        }
      } else role = this.#answered(slot, segment);
    }
    if ((flags & FIN) !== 0) {
      this.#setState(slot, role, CLOSED);
      this.#close = true;
      this.#event = true;
    }
    if ((flags & RST) !== 0) {
      const peer = this.#state(slot, 1 - role);
      this.#setState(slot, role, RESET);
      const rejects =
        role === 0 ? peer === ESTABLISHED : peer === SYN_SENT || peer === SYN_ACK_SENT;
      this.#close = true;
      this.#event = !rejects;
    }
    if (this.#state(slot, role) === INACTIVE) {
      const peer = this.#state(slot, 1 - role);
      // Some systems acknowledge a SYN before they answer it.
      if (role === 1 && length === 0 && peer === SYN_SENT) return role;
      if ((flags & ACK) !== 0 && peer === ESTABLISHED) {
        this.#setState(slot, role, ESTABLISHED);
        const at = slot * STRIDE + FLAGS;
        const first = role === 0 ? FIRST_ORIGINATOR : FIRST_RESPONDER;
        this.#table.words[at] = (this.#table.words[at]! & ~PARTIAL) | first;
      } else this.#setState(slot, role, PARTIAL_STATE);
    }
    return role;
  }

  /** A SYN of the responder. @returns its role afterwards */
  #answered(slot: number, segment: Segment): number {
    const peer = this.#state(slot, 0);
    const { words } = this.#table;
    const base = slot * STRIDE;
    const same = segment.sequence === words[base + SIDE + SIDE_WORDS + START_SEQ];
    let role = 1;
    if ((segment.flags & ACK) === 0 && peer === SYN_ACK_SENT && same) {
      // The SYN-ACK came before its SYN: the roles are the other way round.
      words[base + FLAGS]! &= ~PARTIAL;
      this.#sides.flip(slot);
      this.#setState(slot, 1, ESTABLISHED);
      words[base + FLAGS]! |= FIRST_ORIGINATOR;
      role = 0;
    } else if (peer === SYN_SENT) this.#setState(slot, 0, ESTABLISHED);
    this.#setState(slot, role, ESTABLISHED);
    return role;
  }

  #opening(slot: number, role: number, { flags }: Segment): void {
    if ((flags & FIN) !== 0) {
      this.#setState(slot, role, CLOSED);
      this.#close = true;
      this.#event = true;
    }
    if ((flags & RST) !== 0) {
      this.#setState(slot, role, RESET);
      this.#table.words[slot * STRIDE + FLAGS]! &= ~ACTIVE;
      this.#close = true;
    }
  }

  #established(slot: number, role: number, { flags }: Segment): void {
    if ((flags & (SYN | FIN | RST)) === 0) return;
    if ((flags & (SYN | ACK)) === SYN && this.#state(slot, role) === PARTIAL_STATE) {
      if (this.#state(slot, 1 - role) === INACTIVE) this.#setState(slot, role, SYN_SENT);
    }
    if ((flags & (FIN | RST)) === FIN) {
      this.#setState(slot, role, CLOSED);
      // A FIN and then a RST of the peer was a sound end after all.
      if (this.#state(slot, 1 - role) === RESET && this.#before(slot, 1 - role) === CLOSED) {
        this.#setState(slot, 1 - role, CLOSED);
      }
      this.#close = true;
      this.#event = true;
    }
    if ((flags & RST) !== 0) {
      this.#setState(slot, role, RESET);
      this.#close = true;
      const peer = this.#state(slot, 1 - role);
      if (peer !== RESET || this.#before(slot, 1 - role) !== ESTABLISHED) {
        this.#table.words[slot * STRIDE + FLAGS]! &= ~ACTIVE;
      }
    }
  }

  #afterClose(slot: number, role: number, { flags, time }: Segment): void {
    if ((flags & RST) === 0 || this.#state(slot, 1 - role) === CLOSED) return;
    this.#setState(slot, role, RESET);
    const { words } = this.#table;
    const closed = words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]! & DID_CLOSE;
    if (closed === 0) this.#close = true;
    const timer = words[slot * STRIDE + FLAGS]! & (HAS_TIMER | TIMER_ATTEMPT);
    if (timer !== HAS_TIMER) {
      this.#setTimer(slot, time + DELAY);
    }
  }

  /** Reports the end of a side once nothing of it is pending any more. */
  checkEnd(slot: number, role: number): void {
    if (!this.#reassembly.reachedEnd(slot, role)) return;
    const at = slot * STRIDE + FLAGS;
    const flags = this.#table.words[at]!;
    if ((flags & CLOSE_DEFERRED) === 0) return;
    this.#closed(slot, role, (flags & EVENT_DEFERRED) !== 0);
    this.#table.words[at]! &= ~CLOSE_DEFERRED;
  }

  /** The end of a side: reported now, or when nothing of it is pending. */
  #closed(slot: number, role: number, event: boolean): void {
    const { words, floats } = this.#table;
    const flags = slot * STRIDE + FLAGS;
    if (this.#reassembly.dataPending(slot, role)) {
      words[flags]! |= CLOSE_DEFERRED;
      if (event) words[flags]! |= EVENT_DEFERRED;
      return;
    }
    words[flags]! &= ~CLOSE_DEFERRED;
    const sides = slot * STRIDE + SIDE + STATE;
    const at = sides + role * SIDE_WORDS;
    const state = words[at]!;
    if ((state & DID_CLOSE) !== 0) return;
    words[at] = state | DID_CLOSE;
    const peer = words[sides + (1 - role) * SIDE_WORDS]!;
    const peerInactive = (peer & STATE_MASK) === INACTIVE;
    const reset = (state & STATE_MASK) === RESET;
    if (!reset && (peer & DID_CLOSE) === 0 && !peerInactive) return;
    const before = (state >> BEFORE_SHIFT) & STATE_MASK;
    if (before !== INACTIVE || !peerInactive) {
      const deferred = (words[flags]! & EVENT_DEFERRED) !== 0;
      words[flags]! &= ~EVENT_DEFERRED;
      if (event || deferred) words[flags]! &= ~ACTIVE;
    }
    this.#setTimer(slot, floats[slot * FLOAT_STRIDE + LAST]! + DELAY);
  }

  #setTimer(slot: number, time: number): void {
    const { words, coldFloats } = this.#table;
    const at = slot * STRIDE + FLAGS;
    coldFloats[slot * COLD_FLOATS + TIMER] = time;
    words[at] = (words[at]! & ~TIMER_ATTEMPT) | HAS_TIMER;
  }

  #state(slot: number, role: number): number {
    return this.#table.words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]! & STATE_MASK;
  }

  #before(slot: number, role: number): number {
    const state = this.#table.words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]!;
    return (state >> BEFORE_SHIFT) & STATE_MASK;
  }

  /** Reports the sender's end if its last segment made one. */
  closeIfEnded(slot: number, role: number): void {
    if (this.#close) this.#closed(slot, role, this.#event);
  }
}
