import type { FileHandle } from 'node:fs/promises';

/** Bytes of a slab: few calls, all of them long. */
const SLAB = 2 ** 20;
/** Slabs of one body: beyond, the sender waits. */
const MOST_SLABS = 8;

type Slab = Uint8Array<SharedArrayBuffer>;

/** Bytes that came, side by side in memory that threads share. */
interface Piece {
  readonly slab: Slab;
  bytes: number;
}

/** What happens to the bytes of a body; both may be asked for the next ones before they have settled. */
export interface ReceivingSteps {
  /** Writes pieces, in order; called again when it has settled. */
  readonly write: (pieces: readonly Slab[]) => Promise<void>;
  /** Takes a piece that was written; the slab is used again afterwards. */
  readonly written: (piece: Slab) => Promise<void>;
}

/** Gathers what comes in slabs, and writes them while the next are filled. */
export class Receiving {
  readonly #steps: ReceivingSteps;
  readonly #free: Slab[] = [];
  #made = 0;
  #filling: Piece | undefined;
  #full: Piece[] = [];
  #flight: Promise<void> | undefined;
  readonly #after = new Set<Promise<void>>();
  #failed: { readonly error: unknown } | undefined;

  constructor(steps: ReceivingSteps) {
    this.#steps = steps;
  }

  /** Takes a chunk; waits only when all slabs are full. @throws what writing threw */
  async add(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      const piece = (this.#filling ??= { slab: await this.#slab(), bytes: 0 });
      const bytes = Math.min(chunk.length - at, SLAB - piece.bytes);
      piece.slab.set(chunk.subarray(at, at + bytes), piece.bytes);
      piece.bytes += bytes;
      at += bytes;
      if (piece.bytes === SLAB) this.#turn();
    }
    // Nothing is being written: what there is may as well be.
    if (!this.#flight) this.#turn();
    if (this.#failed) throw this.#failed.error;
  }

  /** Writes the rest, and waits for all of it. @throws what writing threw */
  async end(): Promise<void> {
    this.#turn();
    while (this.#flight) await this.#flight;
    await Promise.all(this.#after);
    if (this.#failed) throw this.#failed.error;
  }

  /** What is being filled is to be written. */
  #turn(): void {
    if (this.#filling) this.#full.push(this.#filling);
    this.#filling = undefined;
    if (this.#full.length > 0) this.#flight ??= this.#run();
  }

  async #slab(): Promise<Slab> {
    for (;;) {
      const free = this.#free.pop();
      if (free) return free;
      if (this.#made < MOST_SLABS) {
        this.#made++;
        return new Uint8Array(new SharedArrayBuffer(SLAB));
      }
      if (this.#failed) throw this.#failed.error;
      await Promise.race([...this.#after, ...(this.#flight ? [this.#flight] : [])]);
    }
  }

  async #run(): Promise<void> {
    try {
      while (this.#full.length > 0) {
        const pieces = this.#full;
        this.#full = [];
        const bytes = pieces.map(({ slab, bytes }) => slab.subarray(0, bytes));
        await this.#steps.write(bytes);
        pieces.forEach(({ slab }, i) => {
          this.#hand(slab, bytes[i]!);
        });
      }
    } catch (error) {
      this.#failed ??= { error };
    } finally {
      this.#flight = undefined;
    }
  }

  #hand(slab: Slab, bytes: Slab): void {
    const after = this.#steps
      .written(bytes)
      .catch((error: unknown) => {
        this.#failed ??= { error };
      })
      .finally(() => {
        this.#after.delete(after);
        this.#free.push(slab);
      });
    this.#after.add(after);
  }
}

/** Writes all pieces, one behind the other. @returns bytes */
export async function writeAll(
  handle: FileHandle,
  pieces: readonly Uint8Array[],
  position: number,
): Promise<number> {
  let left = pieces;
  let at = position;
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left, at);
    at += bytesWritten;
    left = behind(left, bytesWritten);
  }
  return at - position;
}

/** What lies behind so many bytes. */
function behind(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes;
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    if (skip < piece.length) rest.push(piece.subarray(skip));
    skip = Math.max(0, skip - piece.length);
  }
  return rest;
}
