import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WiresiftError } from '../base/index.ts';
import { hashModel, loadModel, loadOnnx } from '../models/index.ts';
import type { LoadedModel } from '../pipeline.ts';

const FOLDER = fileURLToPath(new URL('../../models/', import.meta.url));
const ENDING = '.safetensors';

/** No model of ours comes near; a larger file is refused before it is read. */
const LARGEST = 2 ** 30;

const nameOf = (path: string): string => basename(path).replace(/\.(safetensors|onnx)$/, '');

/** Names of the models that come with the program, in alphabetical order. */
export function shippedModels(): string[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(ENDING));
  return names.map(nameOf).sort();
}

/** The file of a shipped model's name; any other word is a path already. */
export function modelPath(nameOrPath: string): string {
  return shippedModels().includes(nameOrPath) ? `${FOLDER}${nameOrPath}${ENDING}` : nameOrPath;
}

/**
 * A model with its hash and name; a file that ends in .onnx is scored by onnxruntime.
 * @param nameOrPath name of a shipped model, or a file
 * @throws WiresiftError `MODEL_OPEN`, `MODEL_FILE`, `MODEL_RUNTIME`
 */
export function readModelFile(nameOrPath: string): LoadedModel {
  const path = modelPath(nameOrPath);
  const bytes = readBytes(path);
  const file = path.endsWith('.onnx') ? loadOnnx(bytes, path) : loadModel(bytes, path);
  return { file, hash: hashModel(bytes), name: nameOf(path) };
}

/**
 * The models named, each once, in that order; all shipped ones unless any is named.
 * @throws WiresiftError `MODEL_OPEN`, `MODEL_FILE`, `MODEL_RUNTIME`
 */
export function readModels(names: readonly string[]): LoadedModel[] {
  return [...new Set(names.length > 0 ? names : shippedModels())].map(readModelFile);
}

function readBytes(path: string): Uint8Array {
  const refuse = (saw: string, cause?: unknown): WiresiftError =>
    new WiresiftError(
      {
        code: 'MODEL_OPEN',
        where: path,
        saw,
        expected: `a model file that wiresift train wrote, or one of ${shippedModels().join(', ')}`,
        todo: 'Check the path; wiresift train makes a model',
      },
      { cause },
    );
  try {
    const { size } = statSync(path);
    if (size > LARGEST) throw refuse(`a file of ${size} bytes`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof WiresiftError) throw error;
    throw refuse(error instanceof Error ? error.message : 'no readable file', error);
  }
}
