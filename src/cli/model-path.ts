import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WiresiftError } from '../base/index.ts';
import { hashModel, loadModel, type ModelFile } from '../models/index.ts';

/** The model that comes with the program. */
export const SHIPPED_MODEL: string = fileURLToPath(
  new URL('../../models/ctu13-botnet.safetensors', import.meta.url),
);

/** No model of ours comes near; a larger file is refused before it is read. */
const LARGEST = 2 ** 30;

/** A model file with its hash. @throws WiresiftError `MODEL_OPEN`, `MODEL_FILE` */
export function readModelFile(path: string): { file: ModelFile; hash: string } {
  const bytes = readBytes(path);
  return { file: loadModel(bytes, path), hash: hashModel(bytes) };
}

function readBytes(path: string): Uint8Array {
  const refuse = (saw: string, cause?: unknown): WiresiftError =>
    new WiresiftError(
      {
        code: 'MODEL_OPEN',
        where: path,
        saw,
        expected: 'a model file that wiresift train wrote',
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
