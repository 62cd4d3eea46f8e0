import { WiresiftError } from '../base/index.ts';

/** Bad rows described; the rest are only counted. */
export const MAX_PROBLEMS = 100;

/** Rows that could not be read, of all files together: counted, or thrown at the first when strict. */
export class Problems {
  readonly list: string[] = [];
  count = 0;
  readonly #strict: boolean;

  constructor(strict = false) {
    this.#strict = strict;
  }

  /**
   * @param where file and line, or file and byte
   * @throws WiresiftError `DATASET_ROW` when strict
   */
  add(where: string, saw: string, expected: string): void {
    if (this.#strict) {
      throw new WiresiftError({
        code: 'DATASET_ROW',
        where,
        saw,
        expected,
        todo: 'Mend the file, or read without strict to count and skip such rows',
      });
    }
    if (this.list.length < MAX_PROBLEMS) {
      this.list.push(`${where}: saw ${saw}, expected ${expected}`);
    }
    this.count++;
  }
}
