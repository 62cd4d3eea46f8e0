import { WiresiftError } from '../../base/index.ts';
import type { Table } from '../../table/index.ts';
import { FlowFiles } from './flow-files.ts';
import type { FlowWriter, FlowWriterOptions } from './flow-store.ts';
import type { Parts } from './parts.ts';
import type { FlowView, RowFacts } from './view.ts';

/** Writes flows of one origin and view as parts. Calls are worked off one after the other. */
export class PartWriter implements FlowWriter {
  readonly #parts: Parts;
  readonly #files: FlowFiles;
  readonly #origin: string;
  #kept = 0;
  #closed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts, view: FlowView, { origin, bufferRows }: FlowWriterOptions) {
    this.#parts = parts;
    this.#origin = origin;
    this.#files = new FlowFiles({
      folder: parts.folder,
      view,
      origin,
      bufferRows,
      newId: parts.newId,
    });
  }

  append(table: Table, facts: RowFacts = {}): Promise<void> {
    return this.#inTurn(async () => {
      this.#checkOpen();
      this.#files.add(table, facts);
      if (this.#files.full) await this.#write();
    });
  }

  flush(): Promise<number> {
    return this.#inTurn(async () => {
      this.#checkOpen();
      await this.#write();
      return this.#kept;
    });
  }

  async close(): Promise<number> {
    if (this.#closed) return this.#kept;
    const kept = await this.flush();
    this.#closed = true;
    return kept;
  }

  abort(): void {
    this.#closed = true;
    this.#files.clear();
  }

  #checkOpen(): void {
    if (!this.#closed) return;
    throw new WiresiftError({
      code: 'TABLE_CLOSED',
      where: `flows of ${this.#origin}`,
      saw: 'rows after close or abort',
      expected: 'no more rows',
      todo: 'Open a new writer',
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => {});
    return mine;
  }

  async #write(): Promise<void> {
    const { rows } = this.#files;
    if (rows === 0) return;
    const written = await this.#files.write();
    try {
      await this.#parts.adopt(written);
    } catch (error) {
      // Who cannot know whether they are there must not write the rows a second time.
      if ((await this.#parts.holds(written[0]!.id).catch(() => true)) === true) this.abort();
      throw error;
    }
    this.#kept += rows;
    this.#files.clear();
  }
}
