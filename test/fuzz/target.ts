import type { Random } from '../../src/base/index.ts';
import type { Signals } from './signals.ts';

/** An input to begin from. */
export interface Seed {
  readonly name: string;
  read(): Uint8Array;
}

/** Where a target finds its seeds. */
export interface SeedPlace {
  /** A folder or file to list instead of the target's own. */
  readonly corpus?: string | undefined;
}

/** What a case gets besides its input. */
export interface CaseContext {
  /** Chooses how the input is delivered; the same for the same case. */
  readonly random: Random;
  readonly signals: Signals;
  /** A folder of this run's own, for files. */
  readonly folder: string;
  /** Says that the case is alive. */
  beat(): void;
}

/** One part of the program that takes bytes from outside. */
export interface Target {
  readonly name: string;
  /** @throws Error when there is none */
  seeds(place: SeedPlace): Promise<readonly Seed[]>;
  /** A changed copy; the same for the same state of `random`. @param other another seed's bytes */
  mutate(random: Random, bytes: Uint8Array, other: () => Uint8Array): Uint8Array;
  /** Runs the input. Whatever it throws is a finding, so an error that is right is caught here. */
  run(bytes: Uint8Array, context: CaseContext): Promise<void>;
  /** What of the program's own lists the run has reached, in words. */
  reached(signals: Signals): readonly string[];
}

/** What the file of a target exports. */
export interface TargetModule {
  createTarget(): Target;
}

/** A result that contradicts what the program promises. */
export class Contradiction extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Contradiction';
  }
}

/** @throws Contradiction unless it holds */
export function promise(holds: boolean, message: string): void {
  if (!holds) throw new Contradiction(message);
}
