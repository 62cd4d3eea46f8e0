import { WiresiftError } from '../../base/index.ts';
import { asObject, parsePlain } from '../json.ts';
import { ACTIVATIONS, type ActivationName } from './layers/activation.ts';
import { PADDINGS } from './layers/convolution.ts';
import { NETWORKS } from './networks.ts';

/** One layer of a description; fields left out take the default beside them. */
export type LayerDescription =
  | { readonly layer: 'dense'; readonly units: number; readonly activation?: ActivationName }
  | {
      readonly layer: 'conv1d';
      readonly filters: number;
      /** 3 */
      readonly width?: number;
      /** 1 */
      readonly stride?: number;
      /** 1 */
      readonly dilation?: number;
      /** `same` */
      readonly padding?: (typeof PADDINGS)[number];
      readonly activation?: ActivationName;
    }
  | { readonly layer: 'max-pool' | 'average-pool' /** 2; 0: all steps */; readonly width?: number }
  | { readonly layer: 'flatten' | 'batch-norm' | 'layer-norm' | 'position' | 'last' }
  | {
      readonly layer: 'rnn' | 'gru' | 'lstm';
      readonly units: number;
      /** false: the state of the last step alone */
      readonly sequence?: boolean;
      /** false */
      readonly bidirectional?: boolean;
    }
  | {
      readonly layer: 'attention';
      /** 1; fewer are taken where they do not divide the channels */
      readonly heads?: number;
    }
  | { readonly layer: 'dropout'; readonly share: number }
  | { readonly layer: 'activation'; readonly activation: ActivationName };

/** A network apart from its numbers; the last dense layer, one output a class, is not named. */
export interface NetworkDescription {
  /** Into how many steps the columns are cut; `columns`: each is a step. Default 1. */
  readonly steps?: number | 'columns';
  readonly layers: readonly LayerDescription[];
}

/** More layers than any network for flows needs; keeps a file's tensors few. */
const MAX_LAYERS = 24;
const MAX_UNITS = 4096;
const MAX_STEPS = 4096;

type Check = (value: unknown) => boolean;
const whole =
  (from: number, to: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
const flag: Check = (value) => typeof value === 'boolean';
const oneOf =
  (names: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && names.includes(value);

const activation = oneOf(ACTIVATIONS);
const units = whole(1, MAX_UNITS);
const recurrent = { needs: { units }, may: { sequence: flag, bidirectional: flag } };
const pool = { needs: {}, may: { width: whole(0, MAX_STEPS) } };
const bare = { needs: {}, may: {} };

/** The fields of each layer. */
const FIELDS: ReadonlyMap<string, { needs: Record<string, Check>; may: Record<string, Check> }> =
  new Map([
    ['dense', { needs: { units }, may: { activation } }],
    [
      'conv1d',
      {
        needs: { filters: units },
        may: {
          width: whole(1, MAX_STEPS),
          stride: whole(1, MAX_STEPS),
          dilation: whole(1, MAX_STEPS),
          padding: oneOf(PADDINGS),
          activation,
        },
      },
    ],
    ['max-pool', pool],
    ['average-pool', pool],
    ['flatten', bare],
    ['batch-norm', bare],
    ['layer-norm', bare],
    ['position', bare],
    ['last', bare],
    ['rnn', recurrent],
    ['gru', recurrent],
    ['lstm', recurrent],
    ['attention', { needs: {}, may: { heads: whole(1, 64) } }],
    [
      'dropout',
      {
        needs: {
          share: (value: unknown) => typeof value === 'number' && value >= 0 && value < 1,
        },
        may: {},
      },
    ],
    ['activation', { needs: { activation }, may: {} }],
  ]);

function refuse(place: string, saw: string, expected: string): never {
  throw new WiresiftError({
    code: 'MODEL_PARAMETER',
    where: `network, ${place}`,
    saw,
    expected,
    todo: 'Describe the network as docs/neural.md says',
    exitCode: 2,
  });
}

function checkLayer(value: unknown, at: number): LayerDescription {
  const place = `layer ${at}`;
  const object = asObject(value);
  const fields = FIELDS.get(String(object?.['layer']));
  if (!object || !fields) {
    const saw = String(object?.['layer']).slice(0, 40);
    return refuse(place, saw, `one of ${[...FIELDS.keys()].join(', ')}`);
  }
  const { needs, may } = fields;
  for (const [name, check] of Object.entries(needs)) {
    if (!check(object[name]))
      refuse(place, `${name} ${String(object[name]).slice(0, 40)}`, `a ${name}`);
  }
  for (const [name, own] of Object.entries(object)) {
    if (name === 'layer' || Object.hasOwn(needs, name)) continue;
    if (!Object.hasOwn(may, name)) refuse(place, `the field ${name.slice(0, 40)}`, 'no such field');
    if (!may[name]!(own)) refuse(place, `${name} ${String(own).slice(0, 40)}`, 'a value in range');
  }
  return object as unknown as LayerDescription;
}

/** What a network over the flows of a host may not do: steps that are not there must count nothing. */
function historyProblem(layer: LayerDescription): string | undefined {
  if (layer.layer === 'conv1d') {
    const fits = layer.padding === 'causal' && (layer.stride ?? 1) === 1;
    return fits ? undefined : 'padding causal and stride 1';
  }
  if ('bidirectional' in layer && layer.bidirectional) return 'one direction';
  if (['max-pool', 'average-pool', 'flatten', 'batch-norm'].includes(layer.layer)) {
    return 'the layer last';
  }
  return undefined;
}

/**
 * Checks that a network can read the flows of a host as steps.
 * @throws WiresiftError `MODEL_PARAMETER`
 */
export function checkHistoryNetwork({ steps, layers }: NetworkDescription): void {
  if (steps !== undefined && steps !== 1) refuse('steps', String(steps), 'no steps: flows are');
  layers.forEach((layer, i) => {
    const expected = historyProblem(layer);
    if (expected) refuse(`layer ${i}`, layer.layer, `${expected}, in a network over flows`);
  });
}

/**
 * A network from JSON, or one of {@link NETWORKS} by its name.
 * @throws WiresiftError `MODEL_PARAMETER` with the layer that is wrong
 */
export function parseDescription(text: string): NetworkDescription {
  const named = NETWORKS.get(text);
  if (named) return named;
  let object: ReturnType<typeof asObject>;
  try {
    object = asObject(parsePlain(text, 'network'));
  } catch (error) {
    if (!(error instanceof WiresiftError)) throw error;
    return refuse('text', error.facts.saw, `JSON, or ${[...NETWORKS.keys()].join(', ')}`);
  }
  const layers = object?.['layers'];
  if (!object || !Array.isArray(layers) || layers.length > MAX_LAYERS) {
    return refuse('layers', 'no list', `a list of at most ${MAX_LAYERS} layers`);
  }
  const other = Object.keys(object).find((name) => name !== 'layers' && name !== 'steps');
  if (other !== undefined) refuse('fields', other.slice(0, 40), 'steps and layers');
  const steps = object['steps'] ?? 1;
  if (steps !== 'columns' && !whole(1, MAX_STEPS)(steps)) {
    refuse('steps', String(steps).slice(0, 40), `columns, or 1 to ${MAX_STEPS}`);
  }
  const checked = layers.map((layer, i) => checkLayer(layer, i));
  return { steps: steps as number | 'columns', layers: checked };
}
