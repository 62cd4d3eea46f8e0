import { Block } from './block.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import type { ShareSummary } from './share.ts';
import { Thread } from './thread.ts';

/** Blocks under way before the reader waits: few enough to stay in the cache that the cores share. */
const BLOCKS = 12;
/** The same before all threads have come to work: a new one takes a while to start. */
const FIRST_BLOCKS = 64;

/** The threads of a `ParallelMeter`, and the blocks that go round between them and the reader. */
export class Threads {
  readonly count: number;
  /** What the threads counted, when all are through. Rejects with what went wrong. */
  readonly ended: Promise<readonly ShareSummary[]>;
  readonly #threads: readonly Thread[];
  readonly #onMessage: (thread: number, message: FromWorker) => void;
  readonly #free: Block[] = [];
  readonly #sent = new Map<number, Block>();
  readonly #summaries: ShareSummary[] = [];
  #end: (summaries: readonly ShareSummary[]) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  #made = 0;
  #given = 0;

  /** @param onMessage may throw: that ends the work as a thread's own error does */
  constructor(
    count: number,
    begin: ToWorker & { type: 'begin' },
    onMessage: (thread: number, message: FromWorker) => void,
  ) {
    this.count = count;
    this.#onMessage = onMessage;
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#reject = reject;
    });
    // Whoever awaits the end hears of it; until then it must not count as unhandled.
    this.ended.catch(() => undefined);
    if (count === 0) this.#end([]);
    this.#threads = Array.from({ length: count }, (_, index) => {
      const thread = Thread.take({
        onMessage: (message) => this.#receive(index, message),
        onFailure: (error) => this.#fail(error),
      });
      thread.send(begin);
      return thread;
    });
  }

  /** An empty block. */
  block(): Block {
    const block = this.#free.pop() ?? new Block(this.#made++, this.count);
    block.counts.fill(0);
    return block;
  }

  /**
   * Sends a block and the bytes that its lanes lie in. @param through number of its last packet
   * @returns an empty block
   */
  send(block: Block, bytes: Uint8Array, through: number): Block {
    if (this.count === 0) return block;
    const { id, counts } = block;
    if (counts.some((count) => count > 0)) block.fill(bytes);
    block.pending = this.count;
    this.#sent.set(id, block);
    this.#threads.forEach((thread, index) => {
      const lanes = block.lanes[index]!.memory;
      const memory = block.known ? undefined : { bytes: block.bytes, lanes };
      thread.send({ type: 'block', block: id, memory, count: counts[index]!, through });
    });
    block.known = true;
    return this.block();
  }

  /** Resolves when there is room for more. @throws what went wrong */
  async ready(): Promise<void> {
    while (!this.#failure && this.#sent.size >= (this.#given > 0 ? BLOCKS : FIRST_BLOCKS)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure) throw this.#failure.error;
  }

  /** Tells the threads that no more is to come. */
  finish(): void {
    for (const thread of this.#threads) thread.send({ type: 'finish' });
  }

  /** Lets the threads go: those that are not through end where they are. */
  async release(): Promise<void> {
    const through = this.#summaries.length === this.count && !this.#failure;
    this.#failure ??= { error: new Error('the meter is finished') };
    await Promise.all(
      this.#threads.map((thread) => (through ? thread.release() : thread.terminate())),
    );
  }

  #fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    this.#reject(error);
    this.#wake?.();
  }

  #receive(thread: number, message: FromWorker): void {
    if (this.#failure) return;
    try {
      this.#onMessage(thread, message);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (message.type === 'done') this.#giveBack(message.block);
    if (message.type !== 'finished') return;
    this.#summaries.push(message.summary);
    if (this.#summaries.length === this.count) this.#end(this.#summaries);
  }

  /** A thread is done with a block; the last one frees it. */
  #giveBack(id: number): void {
    const block = this.#sent.get(id)!;
    if (--block.pending > 0) return;
    this.#given++;
    this.#sent.delete(id);
    this.#free.push(block);
    this.#wake?.();
  }
}
