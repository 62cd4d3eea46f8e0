import type { LayerDescription, NetworkDescription } from './description.ts';

const dropout: LayerDescription = { layer: 'dropout', share: 0.5 };

/**
 * Networks that `network` may name in place of layers: those of an earlier threat classifier on
 * TON_IoT, whose sequences had length 1. Its report leaves out filters and units of `prior-cnn` and
 * `prior-rnn`, activations, and where the dropout stands; those are taken from the kinds here and
 * the defaults of Keras.
 */
export const NETWORKS: ReadonlyMap<string, NetworkDescription> = new Map([
  [
    'prior-ann',
    {
      layers: [
        { layer: 'dense', units: 64, activation: 'relu' },
        { layer: 'dense', units: 32, activation: 'relu' },
      ],
    },
  ],
  [
    'prior-cnn',
    {
      steps: 'columns',
      layers: [
        { layer: 'conv1d', filters: 32, width: 3, padding: 'valid', activation: 'relu' },
        { layer: 'max-pool', width: 2 },
        { layer: 'flatten' },
        { layer: 'dense', units: 64, activation: 'relu' },
      ],
    },
  ],
  ['prior-rnn', { layers: [{ layer: 'rnn', units: 64 }] }],
  [
    'prior-gru',
    {
      layers: [
        { layer: 'gru', units: 64, sequence: true },
        { layer: 'gru', units: 32 },
      ],
    },
  ],
  [
    'prior-gru-deep',
    {
      layers: [
        { layer: 'gru', units: 128, sequence: true },
        dropout,
        { layer: 'gru', units: 64, sequence: true },
        dropout,
        { layer: 'gru', units: 32 },
        dropout,
      ],
    },
  ],
]);
