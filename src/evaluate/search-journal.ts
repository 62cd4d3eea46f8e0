import { type FileHandle, open, readFile } from 'node:fs/promises';
import { WiresiftError } from '../base/index.ts';
import type { FoldScore } from './cross-validate.ts';

/** Version of the lines; raised when the meaning of any field changes. */
const JOURNAL_FORMAT = 1;

function badJournal(path: string, saw: string, expected: string): WiresiftError {
  return new WiresiftError({
    code: 'SEARCH_JOURNAL',
    where: path,
    saw,
    expected,
    todo: 'Name another journal file, or remove this one to begin again',
  });
}

/** One line as plain data; undefined when it is not JSON. */
function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const plain = value !== null && typeof value === 'object' && !Array.isArray(value);
    return plain ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function entryOf(line: string): { id: string; score: FoldScore } | undefined {
  const entry = parsed(line);
  const { id, fold, score, seconds } = entry ?? {};
  if (typeof id !== 'string' || !Number.isInteger(fold) || typeof seconds !== 'number') return;
  if (score !== null && typeof score !== 'number') return;
  return { id, score: { fold: fold as number, score: score ?? Number.NaN, seconds } };
}

/**
 * Scores on disk, one JSON line each, forced to the disk before the search goes on: after a kill or
 * a power cut every fit but the one under way is still known. One process at a time.
 */
export class SearchJournal {
  readonly #file: FileHandle;
  readonly #scores = new Map<string, FoldScore>();

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /**
   * Opens or begins a journal. A last line that was not written to its end is cut off.
   * @param key says which search it is; a journal of another one is refused
   * @throws WiresiftError `SEARCH_JOURNAL` for the journal of another search or a damaged line
   */
  static async open(path: string, key: string): Promise<SearchJournal> {
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const whole = bytes.lastIndexOf(0x0a) + 1;
    const lines = bytes.toString('utf8', 0, whole).split('\n').slice(0, -1);
    const header = lines.length > 0 ? parsed(lines[0]!) : undefined;
    const begin = JSON.stringify({ wiresiftSearch: JOURNAL_FORMAT, key });
    // Without a whole line only a header cut short may be written over, not some other file.
    const ours =
      lines.length === 0
        ? begin.startsWith(bytes.toString('utf8'))
        : header?.['wiresiftSearch'] === JOURNAL_FORMAT;
    if (!ours) {
      throw badJournal(path, 'no search journal', `a journal of format ${JOURNAL_FORMAT}`);
    }
    if (header && header['key'] !== key) {
      throw badJournal(path, 'the journal of another search', 'the same data, grid and options');
    }
    const scores = lines.slice(1).map((line, i) => {
      const entry = entryOf(line);
      if (entry) return entry;
      throw badJournal(`${path}, line ${i + 2}`, line.slice(0, 80), 'a score');
    });
    const file = await open(path, 'a');
    const journal = new SearchJournal(file);
    for (const { id, score } of scores) journal.#scores.set(`${id} ${score.fold}`, score);
    try {
      await file.truncate(whole);
      if (!header) await journal.#append({ wiresiftSearch: JOURNAL_FORMAT, key });
    } catch (error) {
      await file.close();
      throw error;
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
    await this.#append({ id, ...score, score: defined });
  }

  async #append(entry: object): Promise<void> {
    await this.#file.appendFile(`${JSON.stringify(entry)}\n`);
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
