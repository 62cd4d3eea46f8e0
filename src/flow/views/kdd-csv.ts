import { KDD_FLAGS } from '../kdd/flag.ts';
import type { KddMode } from '../kdd/mode.ts';
import { FIRST_WINDOW, KDD_NUMBERS, KDD_PROTOCOLS, type KddRows } from '../kdd/rows.ts';
import { KDD_SERVICES } from '../kdd/services.ts';

/** Numbers of a row that are counts, though they stand among the windows' shares. */
const RECENT_COUNTS = FIRST_WINDOW + 2;
const HOST_COUNTS = FIRST_WINDOW + 9;

/**
 * Writes rows as the data set's files have them: no header, 41 fields, whole numbers and shares with
 * two decimals (`gure`: six), and behind them `label.` when there are labels.
 */
export class KddCsv {
  readonly #decimals: number;

  constructor(mode: KddMode = 'data') {
    this.#decimals = mode === 'gure' ? 6 : 2;
  }

  /** @param labels one a row, without the dot; @returns the rows as text, each with its line end */
  write(rows: KddRows, labels?: readonly string[]): string {
    let text = '';
    for (let row = 0; row < rows.length; row++) {
      const at = row * KDD_NUMBERS;
      text += `${rows.numbers[at]},${KDD_PROTOCOLS[rows.protocol[row]!]}`;
      text += `,${KDD_SERVICES[rows.service[row]!]},${KDD_FLAGS[rows.flag[row]!]}`;
      for (let i = 1; i < KDD_NUMBERS; i++) text += `,${this.#number(rows.numbers[at + i]!, i)}`;
      const label = labels?.[row];
      text += label === undefined ? '\n' : `,${label}.\n`;
    }
    return text;
  }

  #number(value: number, index: number): string {
    const share = (index >= RECENT_COUNTS && index < HOST_COUNTS) || index >= HOST_COUNTS + 2;
    return share ? value.toFixed(this.#decimals) : String(value);
  }
}
