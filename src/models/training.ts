/** What one pass over the rows reached. */
export interface Epoch {
  /** Mean weighted loss over the rows learned from, while they were learned. */
  readonly loss: number;
  /** Share of those rows told right, while they were learned; null where nothing is told. */
  readonly accuracy: number | null;
  /** Mean weighted loss over the rows held out; null where there are none. */
  readonly heldOutLoss: number | null;
  /** Share of the rows held out that are told right. */
  readonly heldOutAccuracy: number | null;
  /** The mean of the same over the classes: rare ones count as much as frequent ones. */
  readonly balancedAccuracy: number | null;
  /** Learning rate. */
  readonly rate: number;
  /** Mean length of the slopes before clipping. */
  readonly slope: number;
}

/** Why a training ended, in the order of their numbers in a file. */
export const ENDINGS = ['epochs', 'early stopping', 'divergence'] as const;
/** A word of {@link ENDINGS}. */
export type Ending = (typeof ENDINGS)[number];

/** One layer of a network. */
export interface LayerSummary {
  /** `dense`, `gru` … */
  readonly layer: string;
  /** Steps × channels of what comes out of a row. */
  readonly steps: number;
  readonly channels: number;
  /** Numbers that are trained. */
  readonly trained: number;
  /** Numbers that are counted, such as running means. */
  readonly counted: number;
}

/** How a training in passes over the rows went. */
export interface TrainingHistory {
  readonly layers: readonly LayerSummary[];
  readonly epochs: readonly Epoch[];
  /** The epoch, from 1, whose weights the model has; 0: those it began with. */
  readonly kept: number;
  readonly ending: Ending;
}

/** What kinds that learn in passes over the rows tell while they do. */
export type TrainingEvent =
  | {
      readonly event: 'network';
      /** Which of several networks it is: `first stage`. Absent: the only one. */
      readonly part?: string;
      readonly layers: readonly LayerSummary[];
      /** Rows learned from, and held out. */
      readonly rows: number;
      readonly heldOut: number;
      /** Epochs that a checkpoint already holds. */
      readonly before: readonly Epoch[];
      /** Most epochs. */
      readonly of: number;
    }
  | {
      readonly event: 'epoch';
      /** From 1. */
      readonly number: number;
      readonly of: number;
      readonly epoch: Epoch;
      /** How long it took, by the clock. */
      readonly seconds: number;
    }
  | { readonly event: 'end'; readonly ending: Ending; readonly epochs: number };

/** Numbers that are trained in all layers together. */
export function trainedNumbers(layers: readonly LayerSummary[]): number {
  return layers.reduce((sum, { trained }) => sum + trained, 0);
}

/** Heads of {@link networkRows}. */
export const NETWORK_HEAD: readonly string[] = ['layer', 'output', 'trained', 'counted'];

/** The layers of a network as rows of a table, the sums last. */
export function networkRows(layers: readonly LayerSummary[]): (string | number)[][] {
  const rows = layers.map(({ layer, steps, channels, trained, counted }) => {
    const output = steps === 1 ? String(channels) : `${steps} × ${channels}`;
    return [layer, output, trained, counted];
  });
  const counted = layers.reduce((sum, each) => sum + each.counted, 0);
  return [...rows, ['in all', '', trainedNumbers(layers), counted]];
}

/** How a training went, as a sentence: why it ended, and the epoch whose weights were kept. */
export function historyText({ epochs, kept, ending }: TrainingHistory): string {
  const own = kept === epochs.length ? '' : `; weights of epoch ${kept}`;
  return `${endingText(ending, epochs.length)}${own}`;
}

/** Why a training ended, as a sentence for its owner. */
export function endingText(ending: Ending, epochs: number): string {
  if (ending === 'epochs') {
    return epochs === 1 ? 'ended after its one epoch' : `ended after all of its ${epochs} epochs`;
  }
  if (ending === 'early stopping') {
    return `stopped early after ${epochs} epochs: the loss on held-out rows fell no more`;
  }
  const kept = epochs === 0 ? 'those it began with' : 'the last good ones';
  return `stopped in epoch ${epochs + 1}: the loss was no number, or a hundred times that of guessing; the weights are ${kept}; a lower learningRate or clip may help`;
}
