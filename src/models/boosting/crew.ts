import type { BoostTask } from './task.ts';
import { BoostWork, PHASES, type Phase } from './work.ts';

/** Places of the counters: phase, generation, next piece, pieces, threads still at work, stop. */
const PHASE = 0;
const GENERATION = 1;
const NEXT = 2;
const PIECES = 3;
const BUSY = 4;
const STOP = 5;
/** Looks at a counter before sleeping: a phase often ends within microseconds. */
const SPINS = 400;

function controlOf(task: BoostTask): Int32Array {
  return new Int32Array(task.memory.buffer, task.at.control, 16);
}

/** The thread that leads: hands out the pieces of a phase, does its share, waits for the others. */
export class Crew {
  readonly #work: BoostWork;
  readonly #control: Int32Array;
  readonly #others: number;

  constructor(task: BoostTask) {
    this.#work = new BoostWork(task, 0);
    this.#control = controlOf(task);
    this.#others = task.threads - 1;
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
    Atomics.store(control, PHASE, PHASES.indexOf(phase));
    Atomics.store(control, PIECES, pieces);
    Atomics.store(control, NEXT, 0);
    Atomics.store(control, BUSY, this.#others);
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
    takePieces(work, phase, control, pieces);
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
export function follow(task: BoostTask, thread: number): void {
  const work = new BoostWork(task, thread);
  const control = controlOf(task);
  for (let seen = 0; ; seen++) {
    while (Atomics.load(control, GENERATION) === seen) waitWhile(control, GENERATION, seen);
    if (Atomics.load(control, STOP) === 1) return;
    const phase = PHASES[Atomics.load(control, PHASE)]!;
    takePieces(work, phase, control, Atomics.load(control, PIECES));
    Atomics.sub(control, BUSY, 1);
    Atomics.notify(control, BUSY);
  }
}

function takePieces(work: BoostWork, phase: Phase, control: Int32Array, pieces: number): void {
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
