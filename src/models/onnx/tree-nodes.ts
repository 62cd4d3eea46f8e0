import { type Attribute, type Attributes, rawTensor } from './graph.ts';
import { littleEndian } from './proto-write.ts';

/** A node that splits; the left child is the next node of its tree. */
export interface SplitNode {
  readonly tree: number;
  readonly id: number;
  readonly column: number;
  readonly cut: number;
  readonly right: number;
}

/** 64-bit floats: with them the runtime adds up in 64 bits, as we do. */
function doubles(values: readonly number[]): Attribute {
  const raw = littleEndian(Float64Array.from(values));
  return { tensor: rawTensor('double', [values.length], raw) };
}

/** Nodes and leaves as the operator `TreeEnsembleRegressor` lists them. */
export class TreeNodes {
  readonly targets: number;
  readonly #mode: 'BRANCH_LEQ' | 'BRANCH_LT';
  readonly #trees: number[] = [];
  readonly #ids: number[] = [];
  readonly #columns: number[] = [];
  readonly #cuts: number[] = [];
  readonly #modes: string[] = [];
  readonly #yes: number[] = [];
  readonly #no: number[] = [];
  readonly #leafTrees: number[] = [];
  readonly #leafIds: number[] = [];
  readonly #leafTargets: number[] = [];
  readonly #weights: number[] = [];

  /** @param mode which cells go left of a cut: those up to it, or those below it */
  constructor(mode: 'BRANCH_LEQ' | 'BRANCH_LT', targets: number) {
    this.#mode = mode;
    this.targets = targets;
  }

  split({ tree, id, column, cut, right }: SplitNode): void {
    this.#node(tree, id, this.#mode);
    this.#columns.push(column);
    this.#cuts.push(cut);
    this.#yes.push(id + 1);
    this.#no.push(right);
  }

  leaf(tree: number, id: number): void {
    this.#node(tree, id, 'LEAF');
    for (const list of [this.#columns, this.#cuts, this.#yes, this.#no]) list.push(0);
  }

  #node(tree: number, id: number, mode: string): void {
    this.#trees.push(tree);
    this.#ids.push(id);
    this.#modes.push(mode);
  }

  /** What a leaf adds to a target; nothing is written for 0, but for the first target. */
  give(tree: number, id: number, target: number, weight: number): void {
    if (weight === 0 && target > 0) return;
    this.#leafTrees.push(tree);
    this.#leafIds.push(id);
    this.#leafTargets.push(target);
    this.#weights.push(weight);
  }

  /** One tree that adds nothing: the operator must have one. */
  none(): void {
    this.leaf(0, 0);
    this.give(0, 0, 0, 0);
  }

  attributes(): Attributes {
    return {
      nodes_treeids: { ints: this.#trees },
      nodes_nodeids: { ints: this.#ids },
      nodes_featureids: { ints: this.#columns },
      nodes_values_as_tensor: doubles(this.#cuts),
      nodes_modes: { texts: this.#modes },
      nodes_truenodeids: { ints: this.#yes },
      nodes_falsenodeids: { ints: this.#no },
      target_treeids: { ints: this.#leafTrees },
      target_nodeids: { ints: this.#leafIds },
      target_ids: { ints: this.#leafTargets },
      target_weights_as_tensor: doubles(this.#weights),
    };
  }
}
