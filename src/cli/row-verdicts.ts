import type { ModelFacts, ModelScores } from '../detect/index.ts';

interface Tally {
  above: number;
  abstained: number;
  readonly kinds: Map<string, number>;
}

/**
 * What models say of single rows, for files whose rows carry no time or addresses (KDD Cup 99, TON_IoT
 * without `ts`): no host can be named, so there can be no alert, but rows can be counted.
 */
export class RowVerdicts {
  readonly #models: readonly ModelFacts[];
  readonly #tallies: readonly Tally[];
  #rows = 0;
  /** Rows that carry both, and that hosts are judged by. */
  named = 0;

  constructor(models: readonly ModelFacts[]) {
    this.#models = models;
    this.#tallies = models.map(() => ({
      above: 0,
      abstained: 0,
      kinds: new Map<string, number>(),
    }));
  }

  /** Counts a table's rows. */
  add(rows: number, scored: readonly ModelScores[]): void {
    this.#rows += rows;
    for (const { model, scores, kinds } of scored) {
      const { threshold, unsure, kinds: names } = this.#models[model]!;
      const from = unsure?.to ?? threshold;
      const tally = this.#tallies[model]!;
      for (let row = 0; row < rows; row++) {
        if (!(scores[row]! >= from)) {
          if (unsure && scores[row]! > unsure.from) tally.abstained++;
          continue;
        }
        tally.above++;
        if (!kinds || !names) continue;
        let best = 0;
        for (let c = 1; c < names.length; c++) {
          if (kinds[row * names.length + c]! > kinds[row * names.length + best]!) best = c;
        }
        tally.kinds.set(names[best]!, (tally.kinds.get(names[best]!) ?? 0) + 1);
      }
    }
  }

  /** One line a model, when rows could not be given to hosts; else none. */
  lines(): string[] {
    if (this.#rows === this.named || this.#models.length === 0) return [];
    const without = this.#rows - this.named;
    return [
      `${without} of ${this.#rows} rows carry no time or addresses: they are scored, and accuse no host`,
      ...this.#models.map(({ name, threshold, unsure }, i) => {
        const { above, abstained, kinds } = this.#tallies[i]!;
        const from = unsure?.to ?? threshold;
        const left = abstained > 0 ? `, ${abstained} it abstains on` : '';
        const told = [...kinds]
          .sort((a, b) => b[1] - a[1])
          .map(([kind, rows]) => `${kind} ${rows}`);
        const list = told.length > 0 ? `: ${told.join(', ')}` : '';
        return `  ${name}: ${above} of ${this.#rows} rows at or above ${from.toPrecision(3)}${left}${list}`;
      }),
    ];
  }
}
