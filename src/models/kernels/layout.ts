import { WiresiftError } from '../../base/index.ts';
import type { KernelMemory } from './instantiate.ts';

const PAGE = 65_536;
/** What 32-bit addresses reach, less a page for overruns. */
const MAX_BYTES = 2 ** 32 - 2 * PAGE;

/** Hands out addresses in one memory before it exists, so that it is made once and never grows. */
export class MemoryLayout {
  // The compiler of the kernels keeps the first page for itself.
  #bytes = PAGE;
  readonly #where: string;

  /** @param where for errors */
  constructor(where: string) {
    this.#where = where;
  }

  /** @returns the address of that many bytes, a multiple of 64: a cache line of its own */
  take(bytes: number): number {
    const at = this.#bytes;
    this.#bytes = at + Math.ceil(bytes / 64) * 64;
    return at;
  }

  /**
   * The memory that holds all that was taken.
   * @throws WiresiftError `MODEL_SIZE` when it is over 4 GB
   */
  allocate(): KernelMemory {
    if (this.#bytes > MAX_BYTES) {
      throw new WiresiftError({
        code: 'MODEL_SIZE',
        where: this.#where,
        saw: `${Math.round(this.#bytes / 1e6)} MB of working memory`,
        expected: `at most ${Math.round(MAX_BYTES / 1e6)} MB`,
        todo: 'Train on fewer rows or columns, or lower maxLeaves or maxBins',
      });
    }
    if (typeof WebAssembly === 'undefined') return { buffer: new SharedArrayBuffer(this.#bytes) };
    const pages = Math.ceil(this.#bytes / PAGE) + 1;
    const memory: object = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    return memory as KernelMemory;
  }
}
