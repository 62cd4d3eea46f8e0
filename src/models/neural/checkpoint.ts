import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { WiresiftError, writeWhole } from '../../base/index.ts';
import { canonicalJson } from '../../features/index.ts';
import { asObject, parsePlain } from '../json.ts';
import type { Tensor } from '../model.ts';
import { readTensorFile, type TensorFile, writeTensorFile } from '../safetensors.ts';
import { ENDINGS } from '../training.ts';
import { EPOCH_FIELDS, packEpochs, unpackEpochs } from './epoch.ts';
import type { TrainingState } from './leader.ts';
import type { Rows, TrainingData } from './prepare.ts';
import type { Settings } from './settings.ts';

const FORMAT = 'wiresift-checkpoint';
const VERSION = '1';
/** Of `state`: steps, least, waited, ending or -1, then the schedule's. */
const STATE_FIELDS = 4;

/** What a training is told apart by: a checkpoint goes on with the same alone. */
export interface TrainingIdentity {
  readonly seed: string;
  /** SHA-256, hexadecimal. */
  readonly parameters: string;
  readonly data: string;
}

/** The identity of a training. */
export function identify(settings: Settings, data: TrainingData, seed: number): TrainingIdentity {
  const rows = createHash('sha256');
  const add = (array: ArrayBufferView): void => {
    rows.update(`${array.byteLength};`);
    rows.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  };
  const addRows = ({ cells, point, label, weight, windows }: Rows): void => {
    for (const array of [cells, point, label, weight]) add(array);
    if (windows) for (const array of [windows.before, windows.times]) add(array);
  };
  addRows(data.train);
  if (data.held) addRows(data.held);
  for (const array of [data.present, data.shift, data.scale]) add(array);
  rows.update(canonicalJson([data.cols, data.categories.map(({ column }) => column)]));
  return {
    seed: String(seed),
    parameters: createHash('sha256').update(canonicalJson(settings)).digest('hex'),
    data: rows.digest('hex'),
  };
}

const refuse = (path: string, saw: string, expected: string, todo: string): never => {
  throw new WiresiftError({ code: 'CHECKPOINT', where: path, saw, expected, todo, exitCode: 2 });
};
const ANOTHER = 'Go on with the same data, parameters and seed, or name another checkpoint file';
const DAMAGED = 'The file is damaged or no checkpoint: name another, or remove it';

/** Writes where a training stands, whole or not at all. */
export function writeCheckpoint(
  path: string,
  identity: TrainingIdentity,
  state: TrainingState,
): void {
  const { epochs, ending, steps, least, waited, schedule } = state;
  const floats = (name: 'weights' | 'best' | 'moments'): Tensor => {
    const data = state[name];
    return { name, type: 'F32', shape: [data.length], data };
  };
  const numbers = [steps, least, waited, ending ? ENDINGS.indexOf(ending) : -1, ...schedule];
  const tensors: Tensor[] = [
    floats('weights'),
    floats('best'),
    floats('moments'),
    {
      name: 'epochs',
      type: 'F64',
      shape: [epochs.length, EPOCH_FIELDS],
      data: packEpochs(epochs),
    },
    { name: 'state', type: 'F64', shape: [numbers.length], data: Float64Array.from(numbers) },
  ];
  const metadata = new Map([
    ['format', FORMAT],
    ['version', VERSION],
    ['identity', canonicalJson(identity)],
  ]);
  const named = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  writeWhole(path, writeTensorFile({ metadata, tensors: named }));
}

/**
 * Reads where a training stood; undefined when there is no such file.
 * @param sizes numbers of the weights and of the optimiser
 * @throws WiresiftError `CHECKPOINT` when the file is of another training or damaged
 */
export function readCheckpoint(
  path: string,
  identity: TrainingIdentity,
  sizes: { readonly weights: number; readonly moments: number },
): TrainingState | undefined {
  if (!existsSync(path)) return undefined;
  const file = readFile(path);
  const { metadata } = file;
  if (metadata.get('format') !== FORMAT || metadata.get('version') !== VERSION) {
    return refuse(path, 'another file', `a checkpoint of version ${VERSION}`, DAMAGED);
  }
  const found = asObject(parsePlain(metadata.get('identity') ?? '', path)) ?? {};
  const differs = (['data', 'parameters', 'seed'] as const).filter(
    (name) => found[name] !== identity[name],
  );
  if (differs.length > 0) {
    const saw = `a checkpoint of a training with other ${differs.join(' and ')}`;
    return refuse(path, saw, `${differs.map((name) => `${name} as now`).join(', ')}`, ANOTHER);
  }
  return stateOf(path, file, sizes);
}

function readFile(path: string): TensorFile {
  try {
    return readTensorFile(readFileSync(path), path);
  } catch (error) {
    if (!(error instanceof WiresiftError)) throw error;
    const { saw, expected } = error.facts;
    return refuse(path, saw, expected, DAMAGED);
  }
}

function stateOf(
  path: string,
  { tensors }: TensorFile,
  sizes: { readonly weights: number; readonly moments: number },
): TrainingState {
  const damaged = (name: string): never => refuse(path, `other ${name}`, 'those written', DAMAGED);
  const floats = (name: string, size: number): Float32Array => {
    const data = tensors.get(name)?.data;
    if (!(data instanceof Float32Array) || data.length !== size) return damaged(name);
    return data.every(Number.isFinite) ? data : damaged(name);
  };
  const own = tensors.get('state')?.data;
  const history = tensors.get('epochs');
  if (!(own instanceof Float64Array) || own.length <= STATE_FIELDS) return damaged('state');
  if (!(history?.data instanceof Float64Array)) return damaged('epochs');
  const epochs = unpackEpochs(history.data, history.shape[1] ?? 0);
  if (!epochs) return damaged('epochs');
  const [steps, least, waited, ending, ...schedule] = own;
  return {
    epochs,
    ending: ENDINGS[ending!],
    weights: floats('weights', sizes.weights),
    best: floats('best', sizes.weights),
    moments: floats('moments', sizes.moments),
    steps: steps!,
    least: least!,
    waited: waited!,
    schedule,
  };
}
