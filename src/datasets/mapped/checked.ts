import { WiresiftError } from '../../base/index.ts';

/** What is wrong with a value: what it is, what belongs there, and what to do. */
export interface Wrong {
  readonly saw: string;
  readonly expected: string;
  readonly todo?: string;
}

/** What is wrong with a mapping file, and where in it. */
export function badMapping(where: string, { saw, expected, todo }: Wrong): WiresiftError {
  return new WiresiftError({
    code: 'DATASET_MAPPING',
    where,
    saw,
    expected,
    todo: todo ?? 'Change the mapping file; docs/datasets.md describes it',
    exitCode: 2,
  });
}

/** A value as it may stand in a message. */
export const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 60);

/** One value of a file in JSON with the place where it stands; every read checks. */
export class Checked {
  readonly where: string;
  readonly value: unknown;
  readonly #error: typeof badMapping;

  /** @param error makes the error that is thrown; default: that of a mapping file */
  constructor(where: string, value: unknown, error: typeof badMapping = badMapping) {
    this.where = where;
    this.value = value;
    this.#error = error;
  }

  /** @throws WiresiftError `DATASET_MAPPING`, or the error given, always */
  refuse(expected: string, todo?: string): never {
    throw this.#error(this.where, {
      saw: shown(this.value),
      expected,
      ...(todo === undefined ? {} : { todo }),
    });
  }

  /** Whether the value is there. */
  get given(): boolean {
    return this.value !== undefined;
  }

  /** Members of an object; with `keys` no others than these. */
  members(keys?: readonly string[]): Map<string, Checked> {
    const { value } = this;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      this.refuse('an object { … }');
    }
    const found = new Map<string, Checked>();
    for (const [key, each] of Object.entries(value)) {
      if (keys && !keys.includes(key)) {
        throw this.#error(this.where, {
          saw: `the member ${shown(key)}`,
          expected: `only ${keys.join(', ')}`,
          todo: 'Take it out, or check its spelling',
        });
      }
      found.set(key, new Checked(`${this.where}, ${key}`, each, this.#error));
    }
    return found;
  }

  text(): string {
    if (typeof this.value === 'string' && this.value !== '') return this.value;
    return this.refuse('a text in quotation marks');
  }

  number(): number {
    if (typeof this.value === 'number' && Number.isFinite(this.value)) return this.value;
    return this.refuse('a number');
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.refuse('true or false');
  }

  oneOf<Word extends string>(words: readonly Word[]): Word {
    const found = words.find((word) => word === this.value);
    return found ?? this.refuse(`one of ${words.join(', ')}`);
  }

  list(): Checked[] {
    if (!Array.isArray(this.value)) return this.refuse('a list [ … ]');
    return this.value.map(
      (each, i) => new Checked(`${this.where}, entry ${i + 1}`, each, this.#error),
    );
  }
}
