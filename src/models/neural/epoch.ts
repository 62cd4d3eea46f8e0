import type { Epoch } from '../training.ts';

/** Columns of an epoch in a file, in their order. */
const FIELDS = [
  'loss',
  'heldOutLoss',
  'rate',
  'slope',
  'accuracy',
  'heldOutAccuracy',
  'balancedAccuracy',
] as const;
/** Columns of files written before accuracies were kept. */
const FIRST_FIELDS = 4;

/** Numbers of an epoch in a file. */
export const EPOCH_FIELDS = FIELDS.length;

/** Epochs as rows of numbers; -1 stands for what there is none of. */
export function packEpochs(epochs: readonly Epoch[]): Float64Array {
  return Float64Array.from(epochs.flatMap((epoch) => FIELDS.map((name) => epoch[name] ?? -1)));
}

/** Reads {@link packEpochs}; undefined when there are other columns than it writes. */
export function unpackEpochs(data: Float64Array, columns: number): Epoch[] | undefined {
  if (columns !== FIELDS.length && columns !== FIRST_FIELDS) return undefined;
  return Array.from({ length: data.length / columns }, (_, i) => {
    const value = (field: number): number => data[i * columns + field]!;
    const some = (field: number): number | null =>
      field < columns && value(field) >= 0 ? value(field) : null;
    return {
      loss: value(0),
      heldOutLoss: some(1),
      rate: value(2),
      slope: value(3),
      accuracy: some(4),
      heldOutAccuracy: some(5),
      balancedAccuracy: some(6),
    };
  });
}
