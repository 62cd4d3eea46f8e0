import { WiresiftError } from '../base/index.ts';
import type { StoredModel, Tensor } from './model.ts';

/** @throws WiresiftError `MODEL_FILE` always */
export function refuseStored(where: string, saw: string, expected: string): never {
  throw new WiresiftError({
    code: 'MODEL_FILE',
    where,
    saw,
    expected,
    todo: 'The model file is damaged or of another version: train the model again',
  });
}

type DataOf<T extends Tensor['type']> = T extends 'F32'
  ? Float32Array
  : T extends 'F64'
    ? Float64Array
    : T extends 'I32'
      ? Int32Array
      : T extends 'U32'
        ? Uint32Array
        : T extends 'U16'
          ? Uint16Array
          : Uint8Array;

/**
 * The data of a tensor of a stored model, checked for type, rank and finite values.
 * @throws WiresiftError `MODEL_FILE`
 */
export function storedTensor<T extends Tensor['type']>(
  stored: StoredModel,
  name: string,
  type: T,
  rank: number,
): { data: DataOf<T>; shape: readonly number[] } {
  const tensor = stored.tensors.get(name);
  const where = `model ${stored.kind}, tensor ${name}`;
  if (!tensor) return refuseStored(where, 'no such tensor', `${type} of ${rank} dimensions`);
  if (tensor.type !== type || tensor.shape.length !== rank) {
    const saw = `${tensor.type} of ${tensor.shape.length} dimensions`;
    refuseStored(where, saw, `${type} of ${rank} dimensions`);
  }
  const data = tensor.data as DataOf<T>;
  if (type === 'F32' || type === 'F64') {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i])) {
        refuseStored(`${where}, element ${i}`, String(data[i]), 'a finite number');
      }
    }
  }
  return { data, shape: tensor.shape };
}
