import { Journal, type JournalLine, WiresiftError } from '../base/index.ts';
import type { FoldScore } from './cross-validate.ts';

/** Version of the lines; raised when the meaning of any field changes. */
const JOURNAL_FORMAT = 1;
const CODE = 'SEARCH_JOURNAL';

function entryOf(entry: JournalLine): { id: string; score: FoldScore } | undefined {
  const { id, fold, score, seconds } = entry;
  if (typeof id !== 'string' || !Number.isInteger(fold) || typeof seconds !== 'number') return;
  if (score !== null && typeof score !== 'number') return;
  return { id, score: { fold: fold as number, score: score ?? Number.NaN, seconds } };
}

/** Scores of a search on disk; see {@link Journal}. */
export class SearchJournal {
  readonly #journal: Journal;
  readonly #scores = new Map<string, FoldScore>();

  private constructor(journal: Journal) {
    this.#journal = journal;
  }

  /**
   * Opens or begins a journal.
   * @param key says which search it is; a journal of another one is refused
   * @throws WiresiftError `SEARCH_JOURNAL` for the journal of another search or a damaged line
   */
  static async open(path: string, key: string): Promise<SearchJournal> {
    const file = await Journal.open(path, {
      name: 'search',
      format: JOURNAL_FORMAT,
      key,
      code: CODE,
    });
    const journal = new SearchJournal(file);
    for (const [index, line] of file.lines.entries()) {
      const entry = entryOf(line);
      if (!entry) {
        await file.close();
        throw new WiresiftError({
          code: CODE,
          where: `${path}, line ${index + 2}`,
          saw: JSON.stringify(line).slice(0, 80),
          expected: 'a score',
          todo: 'Name another journal file, or remove this one to begin again',
        });
      }
      journal.#scores.set(`${entry.id} ${entry.score.fold}`, entry.score);
    }
    return journal;
  }

  /** The score of a candidate on a fold, when an earlier run found it. */
  known(id: string, fold: number): FoldScore | undefined {
    return this.#scores.get(`${id} ${fold}`);
  }

  /** Writes a score down; when this resolves it is on the disk. */
  async add(id: string, score: FoldScore): Promise<void> {
    this.#scores.set(`${id} ${score.fold}`, score);
    const defined = Number.isNaN(score.score) ? null : score.score;
    await this.#journal.add({ id, ...score, score: defined });
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }
}
