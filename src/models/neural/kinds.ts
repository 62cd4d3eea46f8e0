import { nameOrder } from '../input.ts';
import { defineKind } from '../kind.ts';
import type { ModelKind } from '../model.ts';
import { loadNeural, NeuralModel } from './model.ts';
import { NETWORKS } from './networks.ts';
import { categoryColumns, prepareData } from './prepare.ts';
import { networkParameters, type Preset, readSettings } from './settings.ts';
import { trainNetwork, worthThreads } from './train.ts';

/** A named network: a kind of model of its own, its layers the default of `network`. */
function networkKind(kind: string, meaning: string, preset: Preset): ModelKind {
  return defineKind({
    kind,
    meaning,
    ...(preset.window === undefined ? {} : { history: true as const }),
    // Networks of the earlier classifier stay as it had them: with columns of 0 and 1.
    embeds: ({ categories, network }) => categories !== '' && !NETWORKS.has(network as string),
    parameters: networkParameters(preset),
    check: readSettings,
    fit: async (facts, input, options) => {
      const settings = readSettings(facts.parameters);
      const sorted = [...nameOrder(facts.features)].map((column) => facts.features[column]!);
      categoryColumns(settings.categories ?? [], sorted);
      const data = prepareData(input, settings, options.seed);
      if (data.present.length === 1) {
        options.onProgress?.(1, 1);
        const importances = new Float64Array(data.cols);
        const none = { weights: [], importances, epochs: [], ending: 'epochs' } as const;
        return new NeuralModel(facts, { ...data, ...none });
      }
      const threads = worthThreads(settings, data, options.threads ?? 1);
      const trained = await trainNetwork(settings, data, { ...options, threads });
      return new NeuralModel(facts, { ...data, ...trained });
    },
    load: loadNeural,
  });
}

/** Take a fifth to a half of the errors of `ann` away on TON_IoT, NSL-KDD and CTU-13. */
const PIECES = 32;

/** Networks with layers of their own as defaults; `network` may be any other for each of them. */
export const neuralKinds: readonly ModelKind[] = [
  networkKind('ann', 'Neural network, dense 64-32', {
    description: {
      layers: [
        { layer: 'dense', units: 64, activation: 'relu' },
        { layer: 'dense', units: 32, activation: 'relu' },
      ],
    },
    pieces: PIECES,
  }),
  networkKind('dnn', 'Deep dense neural network with batch normalisation', {
    description: {
      layers: [
        { layer: 'dense', units: 128 },
        { layer: 'batch-norm' },
        { layer: 'activation', activation: 'relu' },
        { layer: 'dense', units: 128 },
        { layer: 'batch-norm' },
        { layer: 'activation', activation: 'relu' },
        { layer: 'dropout', share: 0.1 },
        { layer: 'dense', units: 64 },
        { layer: 'batch-norm' },
        { layer: 'activation', activation: 'relu' },
        { layer: 'dense', units: 32, activation: 'relu' },
      ],
    },
    pieces: PIECES,
  }),
  networkKind('cnn', 'Convolutional neural network over the columns', {
    description: {
      steps: 'columns',
      layers: [
        { layer: 'conv1d', filters: 32, width: 3, activation: 'relu' },
        { layer: 'max-pool', width: 2 },
        { layer: 'flatten' },
        { layer: 'dense', units: 64, activation: 'relu' },
      ],
    },
    pieces: PIECES,
  }),
  networkKind('rnn', 'Recurrent neural network over the columns in four steps', {
    description: { steps: 4, layers: [{ layer: 'rnn', units: 64 }] },
    pieces: PIECES,
  }),
  networkKind('gru', 'Gated recurrent network 64-32 over the columns in four steps', {
    description: {
      steps: 4,
      layers: [
        { layer: 'gru', units: 64, sequence: true },
        { layer: 'gru', units: 32 },
      ],
    },
    pieces: PIECES,
  }),
  networkKind('gru-deep', 'Gated recurrent network 128-64-32 with dropout and an L1 penalty', {
    description: {
      steps: 4,
      layers: [
        { layer: 'gru', units: 128, sequence: true },
        { layer: 'dropout', share: 0.5 },
        { layer: 'gru', units: 64, sequence: true },
        { layer: 'dropout', share: 0.5 },
        { layer: 'gru', units: 32 },
      ],
    },
    l1: 1e-5,
    pieces: PIECES,
  }),
  networkKind('lstm', 'Long short-term memory over the columns in four steps', {
    description: { steps: 4, layers: [{ layer: 'lstm', units: 64 }] },
    pieces: PIECES,
  }),
  networkKind('transformer', 'Transformer with the columns as tokens', {
    description: {
      steps: 'columns',
      layers: [
        { layer: 'dense', units: 16 },
        { layer: 'position' },
        { layer: 'attention', heads: 2 },
        { layer: 'layer-norm' },
        { layer: 'dense', units: 32, activation: 'gelu' },
        { layer: 'average-pool', width: 0 },
        { layer: 'dense', units: 32, activation: 'relu' },
      ],
    },
    pieces: PIECES,
  }),
  networkKind('host-gru', "Gated recurrent network over a host's last flows", {
    description: {
      layers: [
        { layer: 'dense', units: 32, activation: 'relu' },
        { layer: 'gru', units: 32 },
        { layer: 'dense', units: 32, activation: 'relu' },
      ],
    },
    window: 16,
  }),
  networkKind('host-tcn', "Causal dilated convolutions over a host's last flows", {
    description: {
      layers: [
        { layer: 'dense', units: 32, activation: 'relu' },
        { layer: 'conv1d', filters: 32, padding: 'causal', activation: 'relu' },
        { layer: 'conv1d', filters: 32, padding: 'causal', dilation: 2, activation: 'relu' },
        { layer: 'conv1d', filters: 32, padding: 'causal', dilation: 4, activation: 'relu' },
        { layer: 'last' },
        { layer: 'dense', units: 32, activation: 'relu' },
      ],
    },
    window: 16,
  }),
  networkKind('host-transformer', "Transformer over a host's last flows", {
    description: {
      layers: [
        { layer: 'dense', units: 32 },
        { layer: 'position' },
        { layer: 'attention', heads: 2 },
        { layer: 'layer-norm' },
        { layer: 'dense', units: 32, activation: 'gelu' },
        { layer: 'last' },
        { layer: 'dense', units: 32, activation: 'relu' },
      ],
    },
    window: 16,
  }),
];
