import { type ModelFile, readModelMetadata } from '../file.ts';
import { parsePlain } from '../json.ts';
import type { ModelFacts } from '../model.ts';
import { refuseStored } from '../stored.ts';
import { cutModel, readOnnx } from './cut.ts';
import { PREFIX } from './export.ts';
import { OnnxModel } from './model.ts';
import { OnnxRuntime } from './runtime.ts';

/** Larger files are refused; `exportOnnx` writes none. */
export const LARGEST_ONNX = 2 ** 30;

/**
 * A model that `exportOnnx` wrote, or another program changed, to be scored by onnxruntime: the
 * preparation, classes and threshold are those of the metadata, checked as a model file's are; the
 * runtime gets what lies between `matrix` and `probabilities`. `facts.exported` holds kind and hash of
 * the model file it came from.
 *
 * @param where the file's name, for errors
 * @throws WiresiftError `MODEL_FILE` when the file is damaged, no export of Wiresift, or refers to other
 *   files; `MODEL_RUNTIME` when onnxruntime-node is not installed
 */
export function loadOnnx(bytes: Uint8Array, where: string): ModelFile {
  if (bytes.length > LARGEST_ONNX) {
    refuseStored(where, `${bytes.length} bytes`, `at most ${LARGEST_ONNX}`);
  }
  const file = readOnnx(bytes, where);
  const own = new Map<string, string>();
  for (const [key, value] of file.metadata) {
    if (key.startsWith(PREFIX)) own.set(key.slice(PREFIX.length), value);
  }
  if (own.size === 0) {
    refuseStored(`${where}, metadata`, 'none of wiresift', 'an export of wiresift models export');
  }
  const kind = own.get('kind') ?? '';
  const hash = own.get('hash') ?? '';
  if (!/^[a-z0-9-]{1,64}$/.test(kind)) {
    refuseStored(`${where}, kind`, kind.slice(0, 40), 'the name of a kind');
  }
  if (!/^[0-9a-z]{1,64}$/.test(hash)) {
    refuseStored(`${where}, hash`, hash.slice(0, 40), 'a hash');
  }
  const runtimes: OnnxRuntime[] = [];
  const read = readModelMetadata(own, where, (facts) => {
    const importances = readImportances(own.get('importances'), facts, where);
    const size = { columns: facts.features.length, classes: facts.classes.length };
    const runtime = new OnnxRuntime({ model: cutModel(file, size, where), ...size });
    runtimes.push(runtime);
    return new OnnxModel(facts, runtime, importances);
  });
  // Last: a damaged file is told as such, whatever is installed.
  for (const runtime of runtimes) runtime.find();
  return { ...read, facts: { ...read.facts, exported: { kind, hash } } };
}

function readImportances(text: string | undefined, facts: ModelFacts, where: string): Float64Array {
  const count = facts.features.length;
  const list = parsePlain(text ?? '[]', `${where}, importances`);
  const fits =
    Array.isArray(list) &&
    list.length === count &&
    list.every((each: unknown) => typeof each === 'number' && each >= 0 && each <= 1);
  if (!fits) refuseStored(`${where}, importances`, 'another list', `${count} numbers from 0 to 1`);
  return Float64Array.from(list as number[]);
}
