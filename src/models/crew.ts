/** Places of the counters: phase, generation, next piece, pieces, threads still at work, stop. */
const PHASE = 0;
const GENERATION = 1;
const NEXT = 2;
const PIECES = 3;
const BUSY = 4;
const STOP = 5;
/** Looks at a counter before sleeping: a phase often ends within microseconds. */
const SPINS = 400;

/** 32-bit numbers of shared memory that the threads meet at. */
export const CONTROL_FIELDS = 16;

/** The work of one thread: phases one after another, each cut into pieces that threads share out. */
export interface PieceWork<Phase extends string> {
  readonly phases: readonly Phase[];
  /** The same in every thread. */
  pieces(phase: Phase): number;
  /** Writes to places of the piece's own, so that it does not matter who does it, or when. */
  do(phase: Phase, piece: number): void;
}

/** The thread that leads: hands out the pieces of a phase, does its share, waits for the others. */
export class Crew<Phase extends string> {
  readonly #work: PieceWork<Phase>;
  readonly #control: Int32Array;
  readonly #others: number;

  /** @param others threads that {@link follow} with the same counters, all 0 before */
  constructor(work: PieceWork<Phase>, control: Int32Array, others: number) {
    this.#work = work;
    this.#control = control;
    this.#others = others;
  }

  /** Returns when every piece of the phase is done. */
  run(phase: Phase): void {
    const work = this.#work;
    const pieces = work.pieces(phase);
    if (this.#others === 0) {
      for (let piece = 0; piece < pieces; piece++) work.do(phase, piece);
      return;
    }
    const control = this.#control;
    Atomics.store(control, PHASE, work.phases.indexOf(phase));
    Atomics.store(control, PIECES, pieces);
    Atomics.store(control, NEXT, 0);
    Atomics.store(control, BUSY, this.#others);
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
    takePieces(work, phase, control);
    for (;;) {
      const busy = Atomics.load(control, BUSY);
      if (busy === 0) return;
      waitWhile(control, BUSY, busy);
    }
  }

  /** Sends the other threads home. */
  dismiss(): void {
    if (this.#others === 0) return;
    Atomics.store(this.#control, STOP, 1);
    Atomics.add(this.#control, GENERATION, 1);
    Atomics.notify(this.#control, GENERATION);
  }
}

/** What every thread but the leading one does until it is sent home. */
export function follow<Phase extends string>(work: PieceWork<Phase>, control: Int32Array): void {
  for (let seen = 0; ; seen++) {
    while (Atomics.load(control, GENERATION) === seen) waitWhile(control, GENERATION, seen);
    if (Atomics.load(control, STOP) === 1) return;
    takePieces(work, work.phases[Atomics.load(control, PHASE)]!, control);
    Atomics.sub(control, BUSY, 1);
    Atomics.notify(control, BUSY);
  }
}

function takePieces<Phase extends string>(
  work: PieceWork<Phase>,
  phase: Phase,
  control: Int32Array,
): void {
  const pieces = Atomics.load(control, PIECES);
  for (;;) {
    const piece = Atomics.add(control, NEXT, 1);
    if (piece >= pieces) return;
    work.do(phase, piece);
  }
}

function waitWhile(control: Int32Array, place: number, value: number): void {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(control, place) !== value) return;
  Atomics.wait(control, place, value);
}
