import type { Column } from './table.ts';

/** Grows a column of numbers; empty cells are NaN. */
export class NumberBuilder {
  #values: Float64Array;
  length = 0;

  constructor(capacity = 1024) {
    this.#values = new Float64Array(Math.max(1, capacity));
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Float64Array(this.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }

  /** The cells so far, without copying; do not push afterwards. */
  finish(): Column {
    return { kind: 'number', values: this.#values.subarray(0, this.length) };
  }
}

/** Grows a dictionary-coded column of text; empty cells are -1. */
export class TextBuilder {
  readonly dictionary: string[] = [];
  readonly #codeOf = new Map<string, number>();
  #codes: Int32Array;
  length = 0;

  constructor(capacity = 1024) {
    this.#codes = new Int32Array(Math.max(1, capacity));
  }

  /** The code of a word, given out in order of first appearance. */
  code(word: string): number {
    let code = this.#codeOf.get(word);
    if (code === undefined) {
      code = this.dictionary.length;
      this.dictionary.push(word);
      this.#codeOf.set(word, code);
    }
    return code;
  }

  push(word: string | undefined): void {
    this.pushCode(word === undefined ? -1 : this.code(word));
  }

  pushCode(code: number): void {
    if (this.length === this.#codes.length) {
      const grown = new Int32Array(this.length * 2);
      grown.set(this.#codes);
      this.#codes = grown;
    }
    this.#codes[this.length++] = code;
  }

  /** The cells so far, without copying; do not push afterwards. */
  finish(): Column & { kind: 'text' } {
    return {
      kind: 'text',
      codes: this.#codes.subarray(0, this.length),
      dictionary: this.dictionary,
    };
  }
}
