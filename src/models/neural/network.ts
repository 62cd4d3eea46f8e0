import type { Random } from '../../base/index.ts';
import type { LayerSummary } from '../training.ts';
import { codePlaces } from './codes.ts';
import type { LayerDescription, NetworkDescription } from './description.ts';
import { convolutionPlan, headCount, poolingWidth } from './layer-plan.ts';
import { Activation } from './layers/activation.ts';
import { Attention } from './layers/attention.ts';
import { Bidirectional, type MakeRecurrent } from './layers/bidirectional.ts';
import { Gru, Lstm, SimpleRnn } from './layers/cells.ts';
import { Convolution } from './layers/convolution.ts';
import { Dense } from './layers/dense.ts';
import { Dropout } from './layers/dropout.ts';
import { Embedding, type EmbeddingPlan } from './layers/embedding.ts';
import { BatchNormalisation, LayerNormalisation } from './layers/normalisation.ts';
import { Piecewise } from './layers/piecewise.ts';
import { Pooling } from './layers/pooling.ts';
import { Position } from './layers/position.ts';
import { Flatten, IntoSteps, LastStep, Mask } from './layers/reshape.ts';
import { type Pieces, WHOLE } from './pieces.ts';
import {
  glorot,
  heNormal,
  type Layer,
  type Pass,
  type Signal,
  Workspace,
  type WorkspacePlan,
} from './workspace.ts';

/** What a network is built from. */
export interface NetworkPlan {
  readonly description: NetworkDescription;
  /** Columns of a row. */
  readonly inputs: number;
  /** Numbers that come out of a row. */
  readonly outputs: number;
  /** Columns of codes, and the size of what stands for a code. */
  readonly categories?: EmbeddingPlan;
  /** What each column is cut into; where none is, numbers are taken as they are. */
  readonly pieces?: readonly Pieces[];
  /** Rows of a host that are read as steps, {@link Workspace.lengths} of them; absent: one. */
  readonly window?: number | undefined;
}

const MAKE: Readonly<Record<'rnn' | 'gru' | 'lstm', MakeRecurrent>> = {
  rnn: (space, input, plan) => new SimpleRnn(space, input, plan),
  gru: (space, input, plan) => new Gru(space, input, plan),
  lstm: (space, input, plan) => new Lstm(space, input, plan),
};

/** Layers one after the other, in one workspace; {@link Network.open} before use. */
export class Network {
  readonly space: Workspace;
  readonly input: Signal;
  readonly output: Signal;
  /** The row once its codes are embedded and its columns cut: what the layers described are given. */
  readonly encoded: Signal;
  /** Column that each number of {@link Network.encoded} came from. */
  readonly columnOf: Int32Array;
  /** Columns of codes. */
  readonly codes: readonly number[];
  /** What each layer gives and how many numbers it keeps. */
  readonly summary: LayerSummary[] = [];
  readonly #layers: Layer[] = [];
  /** Layers that encode. */
  readonly #encoding: number;
  #frees = false;
  /** Weights that the summary holds. */
  #summarised = 0;

  constructor(own: NetworkPlan, plan: WorkspacePlan) {
    const { description, inputs, outputs, categories, window } = own;
    this.codes = codePlaces(categories?.columns ?? []);
    const space = new Workspace(plan);
    this.space = space;
    if (window !== undefined) space.lengths = new Int32Array(plan.rows).fill(window);
    const shape = { steps: window ?? 1, channels: inputs };
    this.input = space.signal(shape, plan.inputSlopes === true);
    let last = this.input;
    let from = Array.from({ length: inputs }, (_, c) => c);
    if (categories && categories.columns.length > 0) {
      const { columns, size } = categories;
      const rest = from.filter((c) => !this.codes.includes(c));
      from = [...rest, ...this.codes.flatMap((c) => new Array<number>(size).fill(c))];
      last = this.#add('embedding', new Embedding(space, last, { columns, size }));
    }
    const asked = description.steps ?? 1;
    const perStep = asked === 'columns';
    const pieces = piecesInside(own, last.shape.channels);
    if (pieces) {
      const layer = new Piecewise(space, last, { pieces, stepSizes: stepSizes(own) });
      last = this.#add('pieces', layer);
      from = from.flatMap((c, i) => new Array<number>(layer.widths[i]!).fill(c));
    }
    this.encoded = last;
    this.columnOf = Int32Array.from(from);
    this.#encoding = this.#layers.length;
    const { channels } = last.shape;
    const steps = perStep ? channels : Math.min(asked, channels);
    if (steps > 1 && last.shape.steps === 1) {
      last = this.#add('into steps', new IntoSteps(space, last, steps));
    }
    description.layers.forEach((layer, i) => {
      last = this.#append(last, layer, `layer${i}`);
    });
    if (last.shape.steps > 1) {
      if (window === undefined) last = this.#add('flatten', new Flatten(last));
      else last = this.#add('last', new LastStep(space, last));
    }
    const start = glorot(last.shape.channels, outputs);
    this.output = this.#add(
      'dense (output)',
      new Dense(space, last, { name: 'output', units: outputs, start }),
    );
  }

  #add(name: string, layer: Layer, frees = false): Signal {
    this.#layers.push(layer);
    const own = this.space.weights.slice(this.#summarised);
    this.#summarised = this.space.weights.length;
    const sum = (trained: boolean): number =>
      own.reduce((total, weight) => total + (weight.trained === trained ? weight.size : 0), 0);
    const counts = { trained: sum(true), counted: sum(false) };
    this.summary.push({ layer: name, ...layer.output.shape, ...counts });
    this.#frees = frees;
    return layer.output;
  }

  #append(input: Signal, layer: LayerDescription, name: string): Signal {
    const { space } = this;
    const { steps } = input.shape;
    const kind = layer.layer;
    switch (layer.layer) {
      case 'dense': {
        const { units, activation } = layer;
        const inputs = input.shape.channels;
        const start = activation === 'relu' ? heNormal(inputs) : glorot(inputs, units);
        return this.#activate(
          this.#add(kind, new Dense(space, input, { name, units, start }), true),
          activation,
        );
      }
      case 'conv1d': {
        if (space.lengths && steps > 1) this.#add('mask', new Mask(space, input));
        const plan = { name, ...convolutionPlan(layer, steps) };
        return this.#activate(
          this.#add(kind, new Convolution(space, input, plan), true),
          layer.activation,
        );
      }
      case 'max-pool':
      case 'average-pool': {
        const width = poolingWidth(layer, steps);
        const method = layer.layer === 'max-pool' ? 'max' : 'average';
        return this.#add(kind, new Pooling(space, input, { method, width, stride: width }));
      }
      case 'flatten':
        return this.#add(kind, new Flatten(input));
      case 'last':
        return steps > 1 ? this.#add(kind, new LastStep(space, input)) : input;
      case 'position':
        return this.#add(kind, new Position(space, input, name));
      case 'batch-norm':
        return this.#add(kind, new BatchNormalisation(space, input, name), true);
      case 'layer-norm':
        return this.#add(kind, new LayerNormalisation(space, input, name), true);
      case 'attention': {
        const heads = headCount(layer, input.shape.channels);
        return this.#add(kind, new Attention(space, input, { name, heads }));
      }
      case 'dropout':
        return this.#add(kind, new Dropout(space, input, layer.share));
      case 'activation':
        return this.#activate(input, layer.activation);
      default: {
        const plan = { name, units: layer.units, sequence: layer.sequence ?? false };
        const make = MAKE[layer.layer];
        if (layer.bidirectional) {
          const both = new Bidirectional(space, input, { plan, make });
          return this.#add(`${kind}, both directions`, both);
        }
        return this.#add(kind, make(space, input, plan));
      }
    }
  }

  #activate(input: Signal, name: LayerActivation): Signal {
    if (name === undefined) return input;
    return this.#add(name, new Activation(this.space, input, { name, inPlace: this.#frees }));
  }

  /** Makes the memory. @param random where the weights begin; without it they are 0 */
  open(random?: Random): void {
    this.space.open();
    if (!random) return;
    for (const weight of this.space.weights) {
      weight.start(this.space.view(weight.at, weight.size), random.fork(weight.name));
    }
  }

  /** From the rows at `input` to the numbers at `output`. */
  forward(rows: number, pass: Pass): void {
    this.encode(rows, pass);
    this.forwardEncoded(rows, pass);
  }

  /** From the rows at `input` to those at `encoded`. */
  encode(rows: number, pass: Pass): void {
    for (let i = 0; i < this.#encoding; i++) this.#layers[i]!.forward(rows, pass);
  }

  /** From the rows at `encoded` to the numbers at `output`. */
  forwardEncoded(rows: number, pass: Pass): void {
    for (let i = this.#encoding; i < this.#layers.length; i++) this.#layers[i]!.forward(rows, pass);
  }

  /** From the slopes of the output to those of all weights, and of the input where kept. */
  backward(rows: number): void {
    this.backwardEncoded(rows);
    for (let i = this.#encoding - 1; i >= 0; i--) this.#layers[i]!.backward(rows);
  }

  /** The same as far as `encoded`. */
  backwardEncoded(rows: number): void {
    for (let i = this.#layers.length - 1; i >= this.#encoding; i--) this.#layers[i]!.backward(rows);
  }

  /** A copy of all weights, counted ones too. */
  snapshot(): Float32Array[] {
    return this.space.weights.map(({ at, size }) => this.space.view(at, size).slice());
  }

  /** Puts weights back, in the order of {@link Network.snapshot}. */
  restore(values: readonly Float32Array[]): void {
    this.space.weights.forEach(({ at, size }, i) => {
      this.space.view(at, size).set(values[i]!);
    });
  }
}

/**
 * Pieces in the order in which embedding leaves the columns; none when no column is cut and no code
 * is to be one step.
 */
function piecesInside({ pieces = [], categories, description }: NetworkPlan, channels: number) {
  const codes = new Set(codePlaces(categories?.columns ?? []));
  const together = description.steps === 'columns' && codes.size > 0;
  if (!together && !pieces.some(({ edges }) => edges.length > 1)) return undefined;
  const rest = pieces.filter((_, c) => !codes.has(c));
  return Array.from({ length: channels }, (_, c) => rest[c] ?? WHOLE);
}

/**
 * How many of the channels after embedding make each step, where each column is one: a number is a
 * step of its own, what stands for a code is one together. Undefined where columns are no steps.
 */
export function stepSizes({
  description,
  inputs,
  categories,
}: Pick<NetworkPlan, 'description' | 'inputs' | 'categories'>): number[] | undefined {
  if (description.steps !== 'columns') return undefined;
  const { columns, size } = categories ?? { columns: [], size: 1 };
  return Array.from({ length: inputs }, (_, i) => (i < inputs - columns.length ? 1 : size));
}

type LayerActivation = Extract<LayerDescription, { layer: 'dense' }>['activation'];
