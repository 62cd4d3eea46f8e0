import { type Matrix, takeMatrixRows } from '../../features/index.ts';
import { memberTensors, mixImportances, unitParts } from '../ensemble/members.ts';
import { FittedModel } from '../fitted.ts';
import { checkExplain, checkScore } from '../input.ts';
import type { Model, ModelFacts, Tensor } from '../model.ts';

/** What the first stage tells apart. */
export const FIRST_CLASSES: readonly string[] = ['harmless', 'threat'];

/** What two stages learned. */
export interface Stages {
  /** Over {@link FIRST_CLASSES}. */
  readonly first: Model;
  /** Over the classes that are not harmless; absent where there is one or none to learn from. */
  readonly second: Model | undefined;
  /** 1 for each harmless class. */
  readonly harmless: Uint8Array;
  /** Part of each class in the threat, then of each in its complement. */
  readonly shares: Float64Array;
}

/** Threat or harmless by one model, the type among threats by another. */
export class StagedModel extends FittedModel {
  readonly #stages: Stages;
  /** Places of the second stage's classes among all. */
  readonly #threats: readonly number[];

  constructor(facts: ModelFacts, stages: Stages) {
    super(facts);
    this.#stages = stages;
    this.#threats = [...stages.harmless.keys()].filter((k) => stages.harmless[k] === 0);
  }

  /** P(class) = P(threat) · P(class | threat), or P(harmless) · the class's part in it. */
  score(matrix: Matrix): Float32Array {
    checkScore(this.kind, this.features, matrix);
    const { first, second, shares } = this.#stages;
    const classes = this.classes.length;
    const sides = first.score(matrix);
    const out = new Float32Array(matrix.rows * classes);
    for (let i = 0; i < matrix.rows; i++) {
      const threat = sides[2 * i + 1]!;
      for (let k = 0; k < classes; k++) {
        const usual = (1 - threat) * shares[classes + k]!;
        out[i * classes + k] = second ? usual : usual + threat * shares[k]!;
      }
    }
    if (second) this.#addTypes(second, matrix, { sides, out });
    return out;
  }

  /** Only rows that may be threats go through the second stage: most flows are none. */
  #addTypes(
    second: Model,
    matrix: Matrix,
    { sides, out }: { sides: Float32Array; out: Float32Array },
  ): void {
    const classes = this.classes.length;
    const threats = this.#threats;
    const all = Int32Array.from({ length: matrix.rows }, (_, i) => i);
    const rows = all.filter((row) => sides[2 * row + 1]! > 0);
    const types = second.score(rows.length < all.length ? takeMatrixRows(matrix, rows) : matrix);
    for (let i = 0; i < rows.length; i++) {
      const threat = sides[2 * rows[i]! + 1]!;
      for (let j = 0; j < threats.length; j++) {
        out[rows[i]! * classes + threats[j]!] = threat * types[i * threats.length + j]!;
      }
    }
  }

  /** Half of what either stage relies on. */
  importances(): Float64Array {
    const { first, second } = this.#stages;
    return mixImportances(second ? [first, second] : [first], [0.5, 0.5]);
  }

  /**
   * Toward a harmless class what the first stage says; toward a threat the mean of both stages'
   * explanations, each with sizes that sum to 1.
   */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    checkExplain(this, matrix, row, classIndex);
    const { first, second, harmless } = this.#stages;
    if (harmless[classIndex] === 1) return first.explain(matrix, row, 0);
    if (!second) return first.explain(matrix, row, 1);
    const one = unitParts(first, matrix, row, 1);
    const two = unitParts(second, matrix, row, this.#threats.indexOf(classIndex));
    return one.map((part, c) => (part + two[c]!) / 2);
  }

  tensors(): Tensor[] {
    const { first, second, shares } = this.#stages;
    return [
      { name: 'shares', type: 'F64', shape: [2, this.classes.length], data: shares },
      ...memberTensors([first], 'first'),
      ...(second ? memberTensors([second], 'second') : []),
    ];
  }
}
