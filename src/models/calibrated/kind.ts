import { Random } from '../../base/index.ts';
import { takeMatrixRows } from '../../features/index.ts';
import { type Parted, partRows } from '../hold-out.ts';
import { type FindKind, type InnerPlace, innerEmbeds, innerOf } from '../inner.ts';
import { defineKind } from '../kind.ts';
import type {
  Estimator,
  FitInput,
  FitOptions,
  Model,
  ModelFacts,
  ModelKind,
  ParameterSpec,
  Parameters,
} from '../model.ts';
import { fitIsotonic } from './isotonic.ts';
import {
  baseTensors,
  CalibratedModel,
  type Calibrator,
  calibratorCount,
  loadCalibrators,
} from './model.ts';
import { fitPlatt } from './platt.ts';

const parameters: readonly ParameterSpec[] = [
  {
    name: 'base',
    type: 'string',
    default: 'forest',
    meaning: 'Kind of the model whose scores are calibrated',
  },
  {
    name: 'baseParameters',
    type: 'string',
    default: '{}',
    meaning: 'Parameters of that kind, as JSON',
  },
  {
    name: 'method',
    type: 'string',
    default: 'isotonic',
    choices: ['isotonic', 'platt'],
    meaning: 'isotonic: rising steps, for many rows; platt: a sigmoid, for few',
  },
  {
    name: 'share',
    type: 'number',
    default: 0.2,
    min: 0.001,
    max: 0.9,
    meaning: 'Share of rows held out for calibration when none are given',
  },
];

/** Not itself: a file must not nest without end. */
const BASE: InnerPlace = { owner: 'calibrated', name: 'base', refused: ['calibrated'] };

async function fitCalibrated(
  facts: ModelFacts,
  base: Estimator,
  input: FitInput,
  options: FitOptions,
): Promise<Model> {
  const { parameters: given } = facts;
  const { matrix, labels, classes, weights } = input;
  const parted = sidesOf(input, given['share'] as number, options.seed);
  const { learned } = parted;
  const rows = Int32Array.from(labels.keys()).filter((row) => parted.kept[row]! > 0);
  const kept = Float64Array.from(rows, (row) => parted.kept[row]!);
  // Without rows on one side there is nothing to calibrate by; the base model stands as it is.
  const usable = learned.some((weight) => weight > 0) && kept.some((weight) => weight > 0);
  const rest = { matrix, labels, classes };
  const own = usable ? { ...rest, weights: learned } : weights ? { ...rest, weights } : rest;
  const model = await base.fit(own, options);
  const scores = model.score(takeMatrixRows(matrix, rows));
  const calibrators = Array.from({ length: calibratorCount(classes.length) }, (_, i) => {
    const k = classes.length === 2 ? 1 : i;
    const own = Float64Array.from(rows, (_, at) => scores[at * classes.length + k]!);
    const truth = Uint8Array.from(rows, (row) => (labels[row] === k ? 1 : 0));
    const judged = usable ? kept : new Float64Array(rows.length);
    return calibratorOf(given['method'] as string, own, truth, judged);
  });
  return new CalibratedModel(facts, model, calibrators);
}

function sidesOf(input: FitInput, share: number, seed: number): Parted {
  const { heldOut, labels, weights } = input;
  // A stream of its own: the base model may hold out rows by the seed as well.
  if (!heldOut) return partRows(input, share, new Random(seed).fork('calibration').seed);
  const learned = Float32Array.from(labels, (_, row) => (weights ? weights[row]! : 1));
  const kept = new Float32Array(learned.length);
  for (const row of heldOut) {
    kept[row]! += learned[row]!;
    learned[row] = 0;
  }
  return { learned, kept };
}

/** Where rows of only one kind were held out, scores stay as they are. */
function calibratorOf(
  method: string,
  scores: Float64Array,
  truth: Uint8Array,
  weights: Float64Array,
): Calibrator {
  const has = (want: number): boolean => truth.some((one, i) => one === want && weights[i]! > 0);
  const both = has(0) && has(1);
  if (method === 'platt') {
    const sigmoid = both ? fitPlatt(scores, truth, weights) : { slope: 1, intercept: 0 };
    return { method, sigmoid };
  }
  const same = { scores: Float64Array.of(0, 1), shares: Float64Array.of(0, 1) };
  return { method: 'isotonic', points: both ? fitIsotonic(scores, truth, weights) : same };
}

/**
 * Any kind of model with its scores turned into probabilities that hold on rows it has not seen:
 * two classes by one calibrator, more by one against the rest each, normalised (Zadrozny and Elkan
 * 2002).
 */
export function calibratedKind(find: FindKind): ModelKind {
  const baseOf = (given: Parameters): Estimator => {
    const { kind, parameters: own } = innerOf(given, BASE, find);
    return kind.create(own);
  };
  return defineKind({
    kind: 'calibrated',
    meaning: 'Any other kind, its scores calibrated on rows held out',
    parameters,
    embeds: (given) => innerEmbeds(innerOf(given, BASE, find)),
    check: (given) => void baseOf(given),
    fit: async (facts, input, options) =>
      await fitCalibrated(facts, baseOf(facts.parameters), input, options),
    load: (facts, stored) => {
      const { kind, parameters: own } = innerOf(facts.parameters, BASE, find);
      const base = kind.load({
        kind: kind.kind,
        parameters: own,
        classes: stored.classes,
        features: stored.features,
        tensors: baseTensors(stored),
      });
      const calibrators = loadCalibrators({ ...stored, parameters: facts.parameters });
      return new CalibratedModel(facts, base, calibrators);
    },
  });
}
