import { neuralKinds } from '../neural/kinds.ts';
import { addAutoencoder } from './autoencoder.ts';
import { addCalibrated, addStacking, addStaged, addVoting } from './combined.ts';
import { addBayes, addLogistic, addSvm } from './linear.ts';
import { addNetwork } from './network.ts';
import type { AddKind } from './part.ts';
import { refuseExport } from './refuse.ts';
import { addBoosting, addForest, addIsolation } from './trees.ts';

/** Networks over one row; those over the flows of a host keep a memory that a graph has not. */
const rowNetworks = neuralKinds.filter(({ history }) => !history);

/** One line a kind that has an ONNX form. */
const FORMS: ReadonlyMap<string, AddKind> = new Map<string, AddKind>([
  ['tree', addForest],
  ['forest', addForest],
  ['extra-trees', addForest],
  ['boosting', addBoosting],
  ['isolation-forest', addIsolation],
  ['logistic', addLogistic],
  ['naive-bayes', addBayes],
  ['linear-svm', addSvm],
  ['rbf-svm', addSvm],
  ...rowNetworks.map(({ kind }): [string, AddKind] => [kind, addNetwork]),
  ['autoencoder', addAutoencoder],
  ['voting', addVoting(addKind)],
  ['stacking', addStacking(addKind)],
  ['staged', addStaged(addKind)],
  ['calibrated', addCalibrated(addKind)],
]);

/** Why a kind has none. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['knn', 'it is its training rows: the graph would hold and compare with all of them'],
  ...neuralKinds
    .filter(({ history }) => history)
    .map(({ kind }): [string, string] => [kind, 'it reads what a host did before this row']),
]);

/** Kinds that can be exported. */
export function exportedKinds(): string[] {
  return [...FORMS.keys()];
}

/** Adds any kind. @throws WiresiftError `MODEL_EXPORT` for a kind without an ONNX form */
export function addKind(...[graph, part, matrix]: Parameters<AddKind>): ReturnType<AddKind> {
  const add = FORMS.get(part.kind);
  if (add) return add(graph, part, matrix);
  return refuseExport(
    `kind ${part.kind}`,
    REASONS.get(part.kind) ?? 'a kind without an ONNX form',
    `one of ${exportedKinds().join(', ')}`,
    'Train another kind, or score with wiresift itself',
  );
}
