import { existsSync, readFileSync } from 'node:fs';
import type { ServiceModel } from '../serve/index.ts';
import { modelPath, readModelFile, shippedModels } from './model-path.ts';

/** The models that come with the program, with their cards. */
export function serviceModels(): ServiceModel[] {
  return shippedModels().map((name) => {
    const path = modelPath(name);
    const { file, hash } = readModelFile(path);
    const card = path.replace(/\.safetensors$/, '.md');
    return { name, path, hash, file, card: existsSync(card) ? readFileSync(card, 'utf8') : '' };
  });
}

/** The thread that analyses uploads, beside the sources or the build. */
export function analysisModule(): URL {
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return new URL(`./analyse-worker${ending}`, import.meta.url);
}
