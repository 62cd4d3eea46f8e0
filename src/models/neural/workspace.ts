import type { Random } from '../../base/index.ts';
import { MemoryLayout } from '../kernels/layout.ts';
import { loadNeuralKernels, type NeuralBuild, type NeuralKernels } from '../kernels/neural.ts';

/** What one row is: `steps` in a sequence, `channels` numbers each. */
export interface Shape {
  readonly steps: number;
  readonly channels: number;
}

/** Numbers between two layers: row by row, step by step. Addresses in bytes. */
export interface Signal {
  readonly shape: Shape;
  readonly at: number;
  /** Slopes of the loss by these numbers; 0 where none are kept. */
  readonly slope: number;
}

/** How the weights of a layer begin. */
export type Start = (values: Float32Array, random: Random) => void;

/** An array of numbers that a layer keeps. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly at: number;
  /** Address of the slopes; 0 for what is counted rather than trained, and where nothing is. */
  readonly slope: number;
  /** Whether it is trained, rather than counted. */
  readonly trained: boolean;
  /** Whether penalties apply: to matrices, not to biases or scales. */
  readonly penalised: boolean;
  readonly start: Start;
}

/** What a layer is told about the batch. */
export interface Pass {
  /** Dropout drops and batch normalisation counts only in training. */
  readonly training: boolean;
  readonly random: Random;
}

/** One layer, bound to the memory of its workspace. */
export interface Layer {
  readonly output: Signal;
  forward(rows: number, pass: Pass): void;
  /**
   * From the slopes of the output to those of the input, where kept, and of the weights, which are
   * added to.
   */
  backward(rows: number): void;
}

/** What is asked of a workspace. */
export interface WorkspacePlan {
  /** Most rows of a batch. */
  readonly rows: number;
  /** Whether slopes are kept. */
  readonly training: boolean;
  /** Whether slopes by the input are wanted too. */
  readonly inputSlopes?: boolean;
  readonly build?: NeuralBuild;
}

/** The one memory in which a network's numbers lie: first laid out by its layers, then opened. */
export class Workspace {
  readonly plan: WorkspacePlan;
  readonly weights: Weight[] = [];
  /** Steps of each row of the batch that are there, the last ones; absent: all are. */
  lengths: Int32Array | undefined;
  readonly #layout = new MemoryLayout('neural network');
  #bytes = 0;
  #floats: Float32Array | undefined;
  #ints: Int32Array | undefined;
  #kernels: NeuralKernels | undefined;

  constructor(plan: WorkspacePlan) {
    this.plan = plan;
  }

  /** Bytes laid out so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Room for so many numbers. @returns the address in bytes */
  take(floats: number): number {
    this.#bytes += Math.ceil(floats / 16) * 64;
    return this.#layout.take(floats * 4);
  }

  /** Room for a batch of that shape. @param slopes whether slopes are kept; default: in training */
  signal(shape: Shape, slopes = this.plan.training): Signal {
    // A line more: kernels take whole vectors, layers some of them per block.
    const floats = this.plan.rows * shape.steps * shape.channels + 16;
    return { shape, at: this.take(floats), slope: slopes ? this.take(floats) : 0 };
  }

  /** Room for weights. */
  weight(name: string, shape: readonly number[], start: Start, kind: WeightKind): Weight {
    const size = shape.reduce((product, each) => product * each, 1);
    const slopes = this.plan.training && kind !== 'counted';
    const weight = {
      name,
      shape,
      size,
      at: this.take(size + 16),
      slope: slopes ? this.take(size + 16) : 0,
      trained: kind !== 'counted',
      penalised: kind === 'matrix',
      start,
    };
    this.weights.push(weight);
    return weight;
  }

  /** Makes the memory; nothing can be laid out after. */
  open(): void {
    const memory = this.#layout.allocate();
    this.#kernels = loadNeuralKernels(memory, this.plan.build);
    const floats = Math.floor(memory.buffer.byteLength / 4);
    this.#floats = new Float32Array(memory.buffer, 0, floats);
    this.#ints = new Int32Array(memory.buffer, 0, floats);
  }

  /** All of the memory; a number's index is its address / 4. */
  get floats(): Float32Array {
    return this.#floats!;
  }

  /** The same memory as whole numbers. */
  get ints(): Int32Array {
    return this.#ints!;
  }

  get kernels(): NeuralKernels {
    return this.#kernels!;
  }

  /** The numbers at an address. */
  view(at: number, size: number): Float32Array {
    return this.floats.subarray(at / 4, at / 4 + size);
  }

  /** Sets numbers at an address to 0. */
  clear(at: number, size: number): void {
    this.floats.fill(0, at / 4, at / 4 + size);
  }

  /** Sets a row's numbers at one step to 0, for rows that have not begun by then. */
  hush(at: number, place: { rows: number; width: number; step: number; steps: number }): void {
    const { lengths } = this;
    if (!lengths) return;
    const { rows, width, step, steps } = place;
    for (let r = 0; r < rows; r++) {
      if (step < steps - lengths[r]!) this.clear(at + r * width * 4, width);
    }
  }

  /** Writes the transpose of a rows × cols matrix. */
  transpose(to: number, from: number, rows: number, cols: number): void {
    this.kernels.transpose(to, from, cols * 4, rows, cols);
  }
}

/** A matrix is penalised, a vector is not; what is counted is not trained at all. */
export type WeightKind = 'matrix' | 'vector' | 'counted';

/** Uniform within ±√(6 / (inputs + outputs)) (Glorot and Bengio 2010). */
export function glorot(inputs: number, outputs: number): Start {
  const limit = Math.sqrt(6 / (inputs + outputs));
  return (values, random) => {
    for (let i = 0; i < values.length; i++) values[i] = limit * (2 * random.next() - 1);
  };
}

/** Normal with variance 2 / inputs, for rectifiers (He and others 2015). */
export function heNormal(inputs: number): Start {
  const deviation = Math.sqrt(2 / inputs);
  return (values, random) => {
    for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal();
  };
}

/** All the same. */
export function constant(value: number): Start {
  return (values) => values.fill(value);
}
