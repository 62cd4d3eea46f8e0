import { Random } from '../../src/base/index.ts';
import { MAX_DEPTH, MAX_INPUT, MAX_KEPT, MAX_KEPT_BYTES } from './bounds.ts';
import type { Seed, Target } from './target.ts';

/*
 * A case is named by how its input came about, so the name alone brings the input back:
 *   @17        seed 17 as it is
 *   4410       the seed that case 4410 draws, with the changes that case 4410 draws
 *   812.4410   the input of case 812 with the changes that case 4410 draws
 */

/** What a case draws from: nothing of it depends on other cases. */
export function caseRandom(seed: number, number: number, what: 'input' | 'run' | 'plan'): Random {
  return new Random(seed).fork(what).fork(number);
}

/** The case's own number: the last of its name. */
export function caseNumber(name: string): number {
  return Number(name.slice(name.lastIndexOf('.') + 1).replace('@', ''));
}

/** @returns whether the text names a case */
export function isCaseName(text: string): boolean {
  return /^@?\d{1,9}(\.\d{1,9}){0,32}$/.test(text);
}

/** Makes inputs from names, and keeps those that later cases build upon. */
export class Lineage {
  readonly #target: Target;
  readonly #seeds: readonly Seed[];
  readonly #seed: number;
  readonly #kept = new Map<string, Uint8Array>();
  #names: string[] = [];

  /** @param kept names of inputs that a run before this one kept */
  constructor(
    target: Target,
    seeds: readonly Seed[],
    { seed, kept = [] }: { readonly seed: number; readonly kept?: readonly string[] },
  ) {
    if (seeds.length === 0) throw new Error(`target ${target.name} has no seeds there`);
    this.#target = target;
    this.#seeds = seeds;
    this.#seed = seed;
    for (const name of kept) this.keep(name, this.input(name));
  }

  get keptNames(): readonly string[] {
    return this.#names;
  }

  /** The name of case `number`: half of them change a kept input, the others a seed. */
  plan(number: number): string {
    const random = caseRandom(this.#seed, number, 'plan');
    if (this.#names.length === 0 || random.int(2) === 0) return String(number);
    return `${this.#names[random.int(this.#names.length)]}.${number}`;
  }

  /** The bytes a name stands for; the caller may change them. */
  input(name: string): Uint8Array {
    const steps = name.split('.');
    let bytes: Uint8Array | undefined;
    let done = steps.length;
    for (; done > 0 && !bytes; done--) bytes = this.#kept.get(steps.slice(0, done).join('.'));
    if (bytes) done++;
    for (const step of steps.slice(done)) bytes = this.#step(step, bytes);
    return Uint8Array.from(bytes!);
  }

  /** Keeps an input for later cases. @returns false when it is too long or too far from its seed */
  keep(name: string, bytes: Uint8Array): boolean {
    if (bytes.length > MAX_KEPT_BYTES || name.split('.').length > MAX_DEPTH) return false;
    this.#names.push(name);
    this.#kept.set(name, bytes.slice());
    // The oldest leaves; its name still brings it back where a later one builds upon it.
    if (this.#names.length > MAX_KEPT) this.#kept.delete(this.#names.shift()!);
    return true;
  }

  #step(step: string, before: Uint8Array | undefined): Uint8Array {
    const number = caseNumber(step);
    if (step.startsWith('@')) return this.#read(number);
    const random = caseRandom(this.#seed, number, 'input');
    // Drawn even where it is not used, so that a case makes the same changes to any input.
    const drawn = random.int(this.#seeds.length);
    const bytes = Uint8Array.from(before ?? this.#read(drawn));
    const other = (): Uint8Array => this.#read(random.int(this.#seeds.length));
    return this.#target.mutate(random, bytes, other).slice(0, MAX_INPUT);
  }

  #read(index: number): Uint8Array {
    const seed = this.#seeds[index];
    if (!seed) throw new RangeError(`no seed ${index}: there are ${this.#seeds.length}`);
    return seed.read();
  }
}
