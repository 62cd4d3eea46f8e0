import { WiresiftError } from '../../base/index.ts';
import { argusSchema } from '../../flow/index.ts';
import { type Column, columnIndex, type Table, type TextColumn } from '../../table/index.ts';
import { ByteDictionary } from '../byte-dictionary.ts';

/** Ten times the largest scenario (4.7 million rows); 88 bytes a row, so about 4.4 GB. */
const MAX_ROWS = 50_000_000;

const DIRECTION = columnIndex(argusSchema, 'Dir');
/** Argus 2 and 3: who sent, with |, o and ? in the middle for reset, timed out and not known. */
const DIRECTIONS = new Set('-> <- <-> ?> <? <?> |> <| <|> o> <o <o> - who tel'.split(' '));

/**
 * The word of a Dir cell without its padding. Some files carry other text beside it
 * (` get_message  ->`); then the word is the one that Argus knows.
 */
export function directionWord(text: string): string {
  const words = text.split(' ').filter((word) => word !== '');
  return words.find((word) => DIRECTIONS.has(word)) ?? words.join(' ');
}

/** The columns of the argus schema in the making, with the raw label beside them. */
export class ArgusRows {
  /** Rows so far; the cells of row `length` may be written after {@link ArgusRows.reserve}. */
  length = 0;
  /** One array for each column of the schema, number or code by its type. */
  readonly numbers: (Float64Array | undefined)[];
  readonly codes: (Int32Array | undefined)[];
  readonly dictionaries: readonly (ByteDictionary | undefined)[];
  label: Int32Array;
  readonly labelWords = new ByteDictionary();
  #capacity: number;

  constructor(capacity: number) {
    this.#capacity = Math.min(MAX_ROWS, Math.max(1024, Math.ceil(capacity)));
    const { columns } = argusSchema;
    const size = this.#capacity;
    this.numbers = columns.map(({ type }) =>
      type === 'text' ? undefined : new Float64Array(size),
    );
    this.codes = columns.map(({ type }) => (type === 'text' ? new Int32Array(size) : undefined));
    this.dictionaries = columns.map(({ type }) =>
      type === 'text' ? new ByteDictionary() : undefined,
    );
    this.label = new Int32Array(size);
  }

  /** Makes room for one more row. @returns whether the arrays were replaced by larger ones */
  reserve(): boolean {
    if (this.length < this.#capacity) return false;
    if (this.#capacity >= MAX_ROWS) {
      throw new WiresiftError({
        code: 'DATASET_LIMIT',
        where: 'rows of one table',
        saw: `more than ${MAX_ROWS}`,
        expected: 'files that fit in memory together',
        todo: 'Read fewer files at a time',
      });
    }
    this.#capacity = Math.min(MAX_ROWS, this.#capacity * 2);
    const size = this.#capacity;
    const widen = (old: Int32Array): Int32Array => {
      const grown = new Int32Array(size);
      grown.set(old);
      return grown;
    };
    for (let i = 0; i < this.numbers.length; i++) {
      const numbers = this.numbers[i];
      if (numbers) {
        this.numbers[i] = new Float64Array(size);
        this.numbers[i]!.set(numbers);
      }
      const codes = this.codes[i];
      if (codes) this.codes[i] = widen(codes);
    }
    this.label = widen(this.label);
    return true;
  }

  /** The rows as a table and their raw labels, without copying; write no more afterwards. */
  finish(): { table: Table; rawLabel: TextColumn } {
    const rows = this.length;
    const columns = this.numbers.map((values, i): Column => {
      if (values) return { kind: 'number', values: values.subarray(0, rows) };
      const codes = this.codes[i]!.subarray(0, rows);
      const dictionary = this.dictionaries[i]!.words();
      return i === DIRECTION ? rewrite(codes, dictionary, directionWord) : text(codes, dictionary);
    });
    return {
      table: { schema: argusSchema, rows, columns },
      rawLabel: text(this.label.subarray(0, rows), this.labelWords.words()),
    };
  }
}

function text(codes: Int32Array, dictionary: readonly string[]): TextColumn {
  return { kind: 'text', codes, dictionary };
}

/** Puts another word in place of each; words that become the same share a code, in place. */
function rewrite(
  codes: Int32Array,
  words: readonly string[],
  change: (word: string) => string,
): TextColumn {
  const dictionary: string[] = [];
  const codeOf = new Map<string, number>([['', -1]]);
  const newCodes = Int32Array.from(words, (old) => {
    const word = change(old);
    let code = codeOf.get(word);
    if (code === undefined) {
      code = dictionary.push(word) - 1;
      codeOf.set(word, code);
    }
    return code;
  });
  for (let row = 0; row < codes.length; row++) {
    if (codes[row]! >= 0) codes[row] = newCodes[codes[row]!]!;
  }
  return text(codes, dictionary);
}
