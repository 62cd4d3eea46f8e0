import { WiresiftError } from '../../base/index.ts';
import type { StoredModel, Tensor } from '../model.ts';
import { refuseStored, storedTensor } from '../stored.ts';
import { ENDINGS, type Epoch, type LayerSummary, type TrainingHistory } from '../training.ts';
import { rowNetwork } from './blocks.ts';
import { EPOCH_FIELDS, packEpochs, unpackEpochs } from './epoch.ts';
import type { NetworkPlan } from './network.ts';
import type { TrainingData } from './prepare.ts';
import type { Trained } from './train.ts';

/** Bytes that scoring one row may take: a file that asks for more is no network for flows. */
const MOST_BYTES = 2 ** 29;

/** What every trained network keeps in a file, but its weights. */
export interface History extends Pick<TrainingData, 'shift' | 'scale'>, Omit<Trained, 'weights'> {}

/** How the training went, for people: with early stopping the epoch of the least loss was kept. */
export function trainingHistory(
  { epochs, ending }: Pick<History, 'epochs' | 'ending'>,
  layers: readonly LayerSummary[],
  earlyStopping: number,
): TrainingHistory {
  const losses = epochs.map(({ heldOutLoss }) => heldOutLoss ?? Number.POSITIVE_INFINITY);
  const watched = earlyStopping > 0 && losses.some(Number.isFinite);
  const kept = watched ? losses.indexOf(Math.min(...losses)) + 1 : epochs.length;
  return { layers, epochs, kept, ending };
}

/** The tensors of {@link History}. */
export function historyTensors(history: History): Tensor[] {
  const { shift, scale, importances, epochs, ending } = history;
  const column = (name: string, data: Float64Array): Tensor => {
    return { name, type: 'F64', shape: [data.length], data };
  };
  return [
    column('shift', shift),
    column('scale', scale),
    column('importances', importances),
    { name: 'epochs', type: 'F64', shape: [epochs.length, EPOCH_FIELDS], data: packEpochs(epochs) },
    { name: 'ending', type: 'I32', shape: [1], data: Int32Array.of(ENDINGS.indexOf(ending)) },
  ];
}

/** The tensors of the weights, by the names that the network gives them. */
export function weightTensors(plan: NetworkPlan, weights: readonly Float32Array[]): Tensor[] {
  if (weights.length === 0) return [];
  const { space } = rowNetwork(plan);
  return weights.map((data, i): Tensor => {
    return { name: space.weights[i]!.name, type: 'F32', shape: [data.length], data };
  });
}

/** @throws WiresiftError `MODEL_FILE` when a tensor is missing, has another shape or is out of range */
export function storedHistory(stored: StoredModel): History {
  const where = `model ${stored.kind}`;
  const cols = stored.features.length;
  const columns = (name: string, from: number): Float64Array => {
    const { data } = storedTensor(stored, name, 'F64', 1);
    if (data.length !== cols) refuseStored(`${where}, tensor ${name}`, `${data.length}`, `${cols}`);
    if (data.some((value) => value < from)) {
      refuseStored(`${where}, tensor ${name}`, 'a number too low', `numbers from ${from}`);
    }
    return data;
  };
  const shift = columns('shift', Number.NEGATIVE_INFINITY);
  const scale = columns('scale', 0);
  const importances = columns('importances', 0);
  const { data: ending } = storedTensor(stored, 'ending', 'I32', 1);
  const ended = ending.length === 1 ? ENDINGS[ending[0]!] : undefined;
  if (!ended) return refuseStored(`${where}, tensor ending`, String(ending[0]), '0, 1 or 2');
  return { shift, scale, importances, epochs: storedEpochs(stored), ending: ended };
}

function storedEpochs(stored: StoredModel): Epoch[] {
  const { data, shape } = storedTensor(stored, 'epochs', 'F64', 2);
  const epochs = unpackEpochs(data, shape[1]!);
  if (epochs) return epochs;
  const saw = `${shape[1]} columns`;
  return refuseStored(`model ${stored.kind}, tensor epochs`, saw, String(EPOCH_FIELDS));
}

/**
 * The weights of a network as a file has them; a wrong description is one more way for it to be wrong.
 * @throws WiresiftError `MODEL_FILE`
 */
export function storedWeights(stored: StoredModel, planned: () => NetworkPlan): Float32Array[] {
  const where = `model ${stored.kind}`;
  const { space } = rowNetwork(described(where, planned));
  if (space.bytes > MOST_BYTES) {
    refuseStored(`${where}, network`, `${space.bytes} bytes a row`, `at most ${MOST_BYTES}`);
  }
  return space.weights.map(({ name, size }) => {
    const { data } = storedTensor(stored, name, 'F32', 1);
    if (data.length !== size) {
      refuseStored(`${where}, tensor ${name}`, `${data.length} numbers`, `${size}`);
    }
    if (name.endsWith('.variance') && data.some((value) => value < 0)) {
      refuseStored(`${where}, tensor ${name}`, 'a number below 0', 'numbers from 0');
    }
    return data;
  });
}

/** What is read from parameters of a file: where those are wrong, the file is. */
export function described<T>(where: string, planned: () => T): T {
  try {
    return planned();
  } catch (error) {
    if (!(error instanceof WiresiftError)) throw error;
    const { where: inside, saw, expected } = error.facts;
    return refuseStored(`${where}, ${inside}`, saw, expected);
  }
}
