import { createHash } from 'node:crypto';
import { WiresiftError } from '../base/index.ts';
import { canonicalJson, type PipelineJson, pipelineFromJSON } from '../features/index.ts';
import { type Abstention, readAbstention } from './abstention.ts';
import { type ModelCurves, readCurves } from './curves.ts';
import { asObject, parsePlain } from './json.ts';
import type { Model, ModelFacts, Parameters } from './model.ts';
import { modelKind } from './registry.ts';
import { readTensorFile, writeTensorFile } from './safetensors.ts';
import { refuseStored } from './stored.ts';

const FORMAT = 'wiresift-model';
/** Version of the file's layout; raised when the meaning of any field changes. */
export const MODEL_FORMAT = 1;

/** Where scores become decisions, and how that was chosen. */
export interface ModelThreshold {
  /** A row whose score is at or above it is positive; from 0 to 1, or above 1 for never. */
  readonly value: number;
  /** `f1`, `fpr`, `alerts-per-day` … */
  readonly method: string;
  /** On what rows it was chosen and what it reached there; plain data. */
  readonly detail: unknown;
  /** Where the model gives no answer; absent: it always does. */
  readonly abstention?: Abstention;
}

/**
 * Everything that is saved with a model. Holds no time of day, so equal training gives equal
 * bytes.
 */
export interface ModelFile {
  /** {@link MODEL_FORMAT}. */
  readonly version: number;
  /** Version of Wiresift that trained it. */
  readonly program: string;
  /** `argus@1`. */
  readonly schema: string;
  readonly pipeline: PipelineJson;
  readonly model: Model;
  readonly threshold: ModelThreshold;
  readonly seed: number;
  /** SHA-256 of the training data, hexadecimal. */
  readonly dataHash: string;
  /** Name of the data set, as in the registry. */
  readonly dataset: string;
  /** What the evaluation measured; plain data. */
  readonly metrics: { readonly [key: string]: unknown };
  /** How it did at every threshold, and how well its scores held; absent in older files. */
  readonly curves?: ModelCurves;
  /** What the model card says besides: split, row counts, command, limits; plain data. */
  readonly facts: { readonly [key: string]: unknown };
}

/** Classes and features a file may name. */
const MAX_NAMES = 65_535;

/**
 * A model as one safetensors file. Equal input gives equal bytes.
 * @throws WiresiftError `MODEL_FILE` when the pipeline's columns are not the model's
 */
export function saveModel(file: ModelFile): Uint8Array {
  const { model } = file;
  checkTogether(file, 'saveModel');
  const tensors = new Map(model.tensors().map((tensor) => [tensor.name, tensor]));
  return writeTensorFile({ metadata: modelMetadata(file), tensors });
}

/** All of a model file but the model's numbers, as text by name. */
export function modelMetadata(file: ModelFile): Map<string, string> {
  const { model } = file;
  return new Map([
    ['format', FORMAT],
    ['version', String(MODEL_FORMAT)],
    ['program', file.program],
    ['schema', file.schema],
    ['pipeline', canonicalJson(file.pipeline)],
    ['kind', model.kind],
    ['parameters', canonicalJson(model.parameters)],
    ['classes', canonicalJson(model.classes)],
    ['features', canonicalJson(model.features)],
    ['threshold', canonicalJson(file.threshold)],
    ['seed', String(file.seed)],
    ['dataHash', file.dataHash],
    ['dataset', file.dataset],
    ['metrics', canonicalJson(file.metrics)],
    ...(file.curves ? [['curves', canonicalJson(file.curves)] as const] : []),
    ['facts', canonicalJson(file.facts)],
  ]);
}

/**
 * Reads what {@link saveModel} wrote. Nothing in a file is executed; every length, offset, index
 * and number is checked.
 *
 * @param where the file's name, for errors
 * @throws WiresiftError `MODEL_FILE` with the place that is wrong; no other error from any bytes
 */
export function loadModel(bytes: Uint8Array, where: string): ModelFile {
  const { metadata, tensors } = readTensorFile(bytes, where);
  return readModelMetadata(metadata, where, (facts) =>
    modelKind(facts.kind).load({ ...facts, tensors }),
  );
}

/**
 * A model file from what {@link modelMetadata} gave, checked.
 * @param build the model that the facts, checked for their types alone, are about
 * @throws WiresiftError `MODEL_FILE` with the place that is wrong
 */
export function readModelMetadata(
  metadata: ReadonlyMap<string, string>,
  where: string,
  build: (facts: ModelFacts) => Model,
): ModelFile {
  const text = (key: string): string =>
    metadata.get(key) ?? refuseStored(`${where}, metadata`, `no ${key}`, `the key ${key}`);
  if (text('format') !== FORMAT) {
    refuseStored(`${where}, format`, text('format').slice(0, 40), FORMAT);
  }
  if (text('version') !== String(MODEL_FORMAT)) {
    refuseStored(`${where}, version`, text('version').slice(0, 40), `version ${MODEL_FORMAT}`);
  }
  const json = (key: string): unknown => parsePlain(text(key), `${where}, ${key}`);
  const seed = Number(text('seed'));
  if (!Number.isSafeInteger(seed) || String(seed) !== text('seed')) {
    refuseStored(`${where}, seed`, text('seed').slice(0, 40), 'a whole number');
  }
  try {
    const pipeline = pipelineFromJSON(json('pipeline'));
    const model = build({
      kind: text('kind'),
      parameters: object(json('parameters'), `${where}, parameters`) as Parameters,
      classes: names(json('classes'), `${where}, classes`),
      features: names(json('features'), `${where}, features`),
    });
    const file: ModelFile = {
      version: MODEL_FORMAT,
      program: text('program'),
      schema: text('schema'),
      pipeline: pipeline.toJSON(),
      model,
      threshold: readThreshold(json('threshold'), `${where}, threshold`),
      seed,
      dataHash: text('dataHash'),
      dataset: text('dataset'),
      metrics: object(json('metrics'), `${where}, metrics`),
      ...(metadata.has('curves') ? { curves: readCurves(json('curves'), `${where}, curves`) } : {}),
      facts: object(json('facts'), `${where}, facts`),
    };
    checkTogether(file, where);
    return file;
  } catch (error) {
    if (!(error instanceof WiresiftError) || error.code === 'MODEL_FILE') throw error;
    // A wrong pipeline, kind or parameter is one more way for a file to be wrong.
    const { saw, expected, where: inside } = error.facts;
    return refuseStored(`${where}, ${inside}`, saw, expected);
  }
}

/** SHA-256 of a model file's bytes, hexadecimal: what alerts and reports name a model by. */
export function hashModel(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The pipeline must be of the file's schema and yield just the columns that the model takes. */
function checkTogether(file: ModelFile, where: string): void {
  const { names: columns, schema, history } = pipelineFromJSON(file.pipeline);
  if (schema !== file.schema) {
    refuseStored(where, `a pipeline of schema ${schema}`, `schema ${file.schema}`);
  }
  if (history !== (file.model.session !== undefined)) {
    const saw = history ? 'a pipeline that tells hosts and times' : 'a pipeline without hosts';
    refuseStored(where, saw, `one as a model of kind ${file.model.kind} reads it`);
  }
  const { features } = file.model;
  const differs = features.findIndex((name, i) => name !== columns[i]);
  if (differs >= 0 || features.length !== columns.length) {
    const at = differs >= 0 ? differs : features.length;
    const saw = `column ${at} called ${features[at] ?? 'nothing'} in the model`;
    refuseStored(where, saw, `${columns[at] ?? 'nothing'}, as in the pipeline`);
  }
}

function object(value: unknown, where: string): { readonly [key: string]: unknown } {
  return asObject(value) ?? refuseStored(where, typeof value, 'an object');
}

function names(value: unknown, where: string): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_NAMES) {
    return refuseStored(where, 'no list of names', `1 to ${MAX_NAMES} names`);
  }
  const wrong = value.findIndex((name) => typeof name !== 'string');
  if (wrong >= 0) refuseStored(where, `${typeof value[wrong]} at ${wrong}`, 'text');
  return value;
}

function readThreshold(value: unknown, where: string): ModelThreshold {
  const found = object(value, where);
  const { value: cut, method, detail } = found;
  if (typeof cut !== 'number' || !Number.isFinite(cut) || cut < 0) {
    return refuseStored(where, `the value ${String(cut).slice(0, 40)}`, 'a number from 0');
  }
  if (typeof method !== 'string') return refuseStored(where, 'no method', 'its name');
  const own = { value: cut, method, detail };
  if (found['abstention'] === undefined) return own;
  return { ...own, abstention: readAbstention(found['abstention'], cut, `${where}, abstention`) };
}
