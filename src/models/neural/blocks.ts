import { Random } from '../../base/index.ts';
import type { Span } from './feed.ts';
import { Network, type NetworkPlan } from './network.ts';

/** Most rows scored at a time. */
export const BLOCK = 256;
/** Bytes that a block may take. */
const BLOCK_BYTES = 2 ** 25;

/** A network for one row: what weights there are, and how much room a row takes. */
export function rowNetwork(plan: NetworkPlan): Network {
  return new Network(plan, { rows: 1, training: false });
}

/** How a block of rows gets into a network, and what becomes of its outputs. */
export interface Passage {
  /** Puts the rows at the input. */
  readonly feed: (network: Network, span: Span) => void;
  /** Rows × outputs, valid until the next block. */
  readonly take: (outputs: Float32Array, span: Span) => void;
}

/** Takes rows through a fitted network block by block; it is made when first needed. */
export class BlockRunner {
  readonly #plan: NetworkPlan;
  readonly #weights: readonly Float32Array[];
  #made: { readonly network: Network; readonly rows: number } | undefined;

  constructor(plan: NetworkPlan, weights: readonly Float32Array[]) {
    this.#plan = plan;
    this.#weights = weights;
  }

  #make(): { readonly network: Network; readonly rows: number } {
    if (this.#made) return this.#made;
    const { bytes } = rowNetwork(this.#plan).space;
    const rows = Math.max(1, Math.min(BLOCK, Math.floor(BLOCK_BYTES / bytes)));
    const network = new Network(this.#plan, { rows, training: false });
    network.open();
    network.restore(this.#weights);
    this.#made = { network, rows };
    return this.#made;
  }

  run(rows: number, { feed, take }: Passage): void {
    if (rows === 0) return;
    const { network, rows: block } = this.#make();
    const { space, output } = network;
    const pass = { training: false, random: new Random(0) };
    for (let from = 0; from < rows; from += block) {
      const to = Math.min(rows, from + block);
      feed(network, { from, to });
      network.forward(to - from, pass);
      take(space.view(output.at, (to - from) * this.#plan.outputs), { from, to });
    }
  }
}

/** Numbers a column, in the order of names, in that of the matrix. */
export function inMatrixOrder(values: Float64Array, order: Int32Array): Float64Array {
  const out = new Float64Array(values.length);
  order.forEach((column, c) => {
    out[column] = values[c]!;
  });
  return out;
}
