import type { Matrix } from '../features/index.ts';
import type { Model, ModelFacts, Parameters, Tensor } from './model.ts';

/** A fitted model holds its facts here; what it learned and how it scores are its own kind's. */
export abstract class FittedModel implements Model {
  readonly kind: string;
  readonly parameters: Parameters;
  readonly classes: readonly string[];
  readonly features: readonly string[];

  constructor({ kind, parameters, classes, features }: ModelFacts) {
    this.kind = kind;
    this.parameters = parameters;
    this.classes = classes;
    this.features = features;
  }

  abstract score(matrix: Matrix): Float32Array;
  abstract importances(): Float64Array;
  abstract explain(matrix: Matrix, row: number, classIndex: number): Float64Array;
  abstract tensors(): Tensor[];
}
