import type { PlannedModel } from './reproduction.ts';

/** As the report trained them: batches of 32, ten epochs, Adam as Keras has it. */
const TRAINED = {
  epochs: 10,
  batch: 32,
  optimiser: 'adam',
  learningRate: 0.001,
  schedule: 'constant',
  clip: 0,
  pieces: 0,
};
/** The report names L1, not how much; Keras's own default of 0.01 would outweigh the loss. */
const L1 = 1e-5;

/** Nets of the multiclass part, as printed. */
export const NETS: readonly PlannedModel[] = [
  net('ANN', 'ann', 0.4533),
  net('CNN', 'cnn', 0.453),
  net('RNN', 'rnn', 0.7887),
  net('GRU', 'gru', 0.7794),
  net('deep GRU', 'gru-deep', 0.65),
];

function net(name: string, kind: string, accuracy: number): PlannedModel {
  const l1 = kind === 'gru-deep' ? L1 : 0;
  const parameters = { network: `prior-${kind}`, l1, ...TRAINED };
  return { name, kind, parameters, printed: { accuracy } };
}

/** What stands in the nets above without standing in the report. */
export const NETS_TAKEN = `Nets as the report names them: ANN 64-32, CNN of convolution, pooling and dense, RNN, GRU 64-32, deep GRU 128-64-32 with dropout 0.5 and L1; Adam, batches of 32, ten epochs. Where it is silent, taken here: rectified dense layers, 32 filters of width 3 and dense 64, RNN of 64, dropout behind each GRU, L1 of ${L1}, learning rate 0.001.`;
