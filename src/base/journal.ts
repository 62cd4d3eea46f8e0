import { type FileHandle, open, readFile } from 'node:fs/promises';
import { WiresiftError } from './error.ts';

/** A line of a journal, as plain data. */
export type JournalLine = Readonly<Record<string, unknown>>;

/** What a journal says about itself in its first line. */
export interface JournalKind {
  /** What is written down: `search`, `benchmark`. */
  readonly name: string;
  /** Raised when the meaning of any field changes. */
  readonly format: number;
  /** Which work it is; a journal of other work is refused. */
  readonly key: string;
  /** Of the errors. */
  readonly code: string;
}

function parsed(line: string): JournalLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const plain = value !== null && typeof value === 'object' && !Array.isArray(value);
    return plain ? (value as JournalLine) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Work done so far as JSON lines, each forced to the disk before the work goes on: after a kill or a
 * power cut all but the piece under way is still known. One process at a time.
 */
export class Journal {
  /** Lines that earlier runs wrote. */
  readonly lines: readonly JournalLine[];
  readonly #file: FileHandle;

  private constructor(file: FileHandle, lines: readonly JournalLine[]) {
    this.#file = file;
    this.lines = lines;
  }

  /**
   * Opens or begins a journal. A last line that was not written to its end is cut off.
   * @throws WiresiftError with the kind's code for another kind of file, other work or a damaged line
   */
  static async open(path: string, { name, format, key, code }: JournalKind): Promise<Journal> {
    const bad = (where: string, saw: string, expected: string): WiresiftError =>
      new WiresiftError({
        code,
        where,
        saw,
        expected,
        todo: 'Name another journal file, or remove this one to begin again',
      });
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const title = `wiresift${name[0]!.toUpperCase()}${name.slice(1)}`;
    const whole = bytes.lastIndexOf(0x0a) + 1;
    const texts = bytes.toString('utf8', 0, whole).split('\n').slice(0, -1);
    const header = texts.length > 0 ? parsed(texts[0]!) : undefined;
    const begin = JSON.stringify({ [title]: format, key });
    // Without a whole line only a header cut short may be written over, not some other file.
    const ours =
      texts.length === 0 ? begin.startsWith(bytes.toString('utf8')) : header?.[title] === format;
    if (!ours) throw bad(path, `no ${name} journal`, `a journal of format ${format}`);
    if (header && header['key'] !== key) {
      throw bad(path, `the journal of another ${name}`, 'the same data and options');
    }
    const lines = texts.slice(1).map((text, index) => {
      const line = parsed(text);
      if (line) return line;
      throw bad(`${path}, line ${index + 2}`, text.slice(0, 80), 'a line of JSON');
    });
    const file = await open(path, 'a');
    const journal = new Journal(file, lines);
    try {
      await file.truncate(whole);
      if (!header) await journal.add(JSON.parse(begin) as JournalLine);
    } catch (error) {
      await file.close();
      throw error;
    }
    return journal;
  }

  /** Writes a line down; when this resolves it is on the disk. */
  async add(line: JournalLine): Promise<void> {
    await this.#file.appendFile(`${JSON.stringify(line)}\n`);
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
