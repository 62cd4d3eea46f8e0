import { WiresiftError } from '../base/index.ts';
import { naiveBayesKind } from './bayes/kind.ts';
import { boostingKind } from './boosting/kind.ts';
import { calibratedKind } from './calibrated/kind.ts';
import { stackingKind } from './ensemble/stacking.ts';
import { votingKind } from './ensemble/voting.ts';
import { extraTreesKind } from './extra-trees/kind.ts';
import { forestKind } from './forest/kind.ts';
import { isolationForestKind } from './isolation/kind.ts';
import { knnKind } from './knn/kind.ts';
import { logisticKind } from './logistic/kind.ts';
import type { ModelKind } from './model.ts';
import { autoencoderKind } from './neural/autoencoder-kind.ts';
import { neuralKinds } from './neural/kinds.ts';
import { stagedKind } from './staged/kind.ts';
import { linearSvmKind, rbfSvmKind } from './svm/kind.ts';
import { treeKind } from './tree/kind.ts';

/** One line a kind: the command line, files, docs and the contract suite all go by this list. */
const KINDS: readonly ModelKind[] = [
  treeKind, // decision tree
  forestKind, // random forest
  extraTreesKind, // extremely randomised trees
  boostingKind, // gradient boosting
  logisticKind, // logistic regression
  knnKind, // nearest neighbours
  naiveBayesKind, // Gaussian naive Bayes
  linearSvmKind, // support vector machine
  rbfSvmKind, // with a Gaussian kernel
  isolationForestKind, // novelty
  autoencoderKind, // novelty, by a network
  ...neuralKinds, // dense, convolutional and recurrent networks
  votingKind(modelKind), // mean of several others
  stackingKind(modelKind), // logistic regression over several others
  calibratedKind(modelKind), // wraps one of the others
  stagedKind(modelKind), // threat or harmless, then which threat
];

/** Every kind of model there is. */
export function modelKinds(): readonly ModelKind[] {
  return KINDS;
}

/** @throws WiresiftError `MODEL_KIND` when there is no kind of that name */
export function modelKind(name: string): ModelKind {
  const found = KINDS.find((each) => each.kind === name);
  if (found) return found;
  throw new WiresiftError({
    code: 'MODEL_KIND',
    where: 'kind of model',
    saw: name.slice(0, 80),
    expected: `one of ${KINDS.map((each) => each.kind).join(', ')}`,
    todo: 'Check the spelling',
    exitCode: 2,
  });
}
