import { type Matrix, takeMatrixRows } from '../../features/index.ts';
import { foldRows } from '../fold-rows.ts';
import { checkHarmless, HARMLESS, harmlessMarks, sideShares } from '../harmless.ts';
import { defineKind } from '../kind.ts';
import type { FitInput, FitOptions, Model, ModelFacts, Parameters } from '../model.ts';
import {
  AutoencoderModel,
  loadAutoencoder,
  type Mirror,
  meanGaps,
  mirrorOf,
  squaredGaps,
} from './autoencoder.ts';
import { learnMirror } from './mirror.ts';
import { prepareData } from './prepare.ts';
import { networkParameters, readSettings, type Settings } from './settings.ts';
import { trainNetwork, worthThreads } from './train.ts';

const KIND = 'autoencoder';

/** What other networks have and one without classes does not, as it is then. */
const FIXED: Parameters = {
  loss: 'reconstruction',
  labelSmoothing: 0,
  focus: 0,
  classWeight: 'none',
  pieces: 0,
};

const parameters = [
  ...networkParameters({
    description: {
      layers: [
        { layer: 'dense', units: 64, activation: 'relu' },
        { layer: 'dense', units: 8 },
        { layer: 'dense', units: 64, activation: 'relu' },
      ],
    },
  }).filter(({ name }) => !Object.hasOwn(FIXED, name)),
  HARMLESS,
];

/** One harmless training row in a hundred is given back worse than what scores one half. */
const USUAL = 0.99;
/** Distinct rows that importances are measured on. */
const IMPORTANCE_ROWS = 4096;
/** Of errors: what is given back without any still has a scale. */
const LEAST = 1e-9;

const settingsOf = (own: Parameters): Settings => readSettings({ ...own, ...FIXED });

/** The harmless rows alone, as rows of one class; all rows where there is none. */
function harmlessInput(input: FitInput, harmless: Uint8Array): FitInput {
  const { labels, weights, heldOut, matrix } = input;
  const weightOf = (row: number): number => (weights ? weights[row]! : 1);
  const all = Int32Array.from(labels.keys());
  const own = all.filter((row) => harmless[labels[row]!] === 1 && weightOf(row) > 0);
  const rows = own.length > 0 ? own : all.filter((row) => weightOf(row) > 0);
  const kept = new Set(heldOut);
  return {
    matrix: takeMatrixRows(matrix, rows),
    labels: new Int32Array(rows.length),
    classes: ['harmless'],
    weights: Float32Array.from(rows, weightOf),
    ...(heldOut ? { heldOut: Int32Array.from(rows.keys()).filter((i) => kept.has(rows[i]!)) } : {}),
  };
}

async function fitAutoencoder(
  facts: ModelFacts,
  input: FitInput,
  options: FitOptions,
): Promise<Model> {
  const settings = settingsOf(facts.parameters);
  const harmless = harmlessMarks(facts);
  const own = harmlessInput(input, harmless);
  const prepared = prepareData(own, settings, options.seed);
  // A column that never changed among them has no deviation: a change counts by its unit or its size.
  const scale = prepared.scale.map(
    (each, c) => each || 1 / Math.max(1, Math.abs(prepared.shift[c]!)),
  );
  const mirror = learnMirror(prepared.categories, prepared.train, prepared.cols);
  const data = { ...prepared, scale, mirror };
  const threads = worthThreads(settings, data, options.threads ?? 1);
  const trained = await trainNetwork(settings, data, { ...options, threads });
  const { shift } = data;
  const learned = { ...trained, shift, scale, mirror };
  const glass = mirrorOf(facts, learned);
  return new AutoencoderModel(facts, {
    ...learned,
    shares: sideShares(input, harmless),
    usual: Math.max(LEAST, usualError(glass, own)),
    importances: errorShares(glass, input),
  });
}

/** The error that all but one in a hundred rows keep below, by weight. */
function usualError(mirror: Mirror, { matrix, weights }: FitInput): number {
  const errors = meanGaps(squaredGaps(mirror, matrix), mirror.columns.length);
  const order = Int32Array.from(errors.keys()).sort((a, b) => errors[a]! - errors[b]!);
  const all = weights!.reduce((sum, each) => sum + each, 0);
  let below = 0;
  for (const row of order) {
    below += weights![row]!;
    if (below >= USUAL * all) return errors[row]!;
  }
  return errors[order.at(-1)!]!;
}

/** Each column's part of the error over the rows of all classes, in the order of names; 0 without any. */
function errorShares(mirror: Mirror, input: FitInput): Float64Array {
  const folded = foldRows(input);
  const { cols, order } = folded;
  const taken = Math.min(folded.points, IMPORTANCE_ROWS);
  const names = [...input.matrix.names];
  const matrix: Matrix = { rows: taken, cols, names, data: new Float32Array(taken * cols) };
  const weights = new Float64Array(taken);
  for (let i = 0; i < taken; i++) {
    const point = Math.floor((i * folded.points) / taken);
    for (let e = folded.start[point]!; e < folded.start[point + 1]!; e++) {
      weights[i]! += folded.weight[e]!;
    }
    for (let c = 0; c < cols; c++) {
      matrix.data[i * cols + order[c]!] = folded.cells[point * cols + c]!;
    }
  }
  const gaps = squaredGaps(mirror, matrix);
  const sums = new Float64Array(cols);
  for (let i = 0, at = 0; i < taken; i++) {
    for (const c of mirror.columns) sums[c]! += weights[i]! * gaps[at++]!;
  }
  const sum = sums.reduce((total, each) => total + each, 0);
  return sum > 0 ? sums.map((each) => each / sum) : sums;
}

/** Novelty by a network that learns to give harmless rows back through a bottleneck. */
export const autoencoderKind = defineKind({
  kind: KIND,
  meaning: 'Autoencoder: how badly a network that knows harmless rows alone gives a row back',
  parameters,
  embeds: ({ categories }) => categories !== '',
  check: (own) => {
    checkHarmless(own);
    settingsOf(own);
  },
  fit: fitAutoencoder,
  load: (facts, stored) => {
    checkHarmless(facts.parameters);
    return loadAutoencoder(facts, stored);
  },
});
