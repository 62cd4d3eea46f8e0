import { WiresiftError } from '../base/index.ts';
import { derivation } from './derive.ts';
import { MAX_HASH_COLUMNS } from './encode.ts';
import type { FittedPlan } from './lane.ts';
import { PIPELINE_FORMAT, Pipeline } from './pipeline.ts';
import { MAX_QUANTILES } from './scale.ts';
import { stepProblem } from './spec.ts';
import type { FillValue, FittedStep } from './step.ts';

/** More plans than any schema has columns and derivations. */
const MAX_PLANS = 4096;
/** Columns a pipeline may yield: a matrix row then stays below a quarter of a megabyte. */
const MAX_COLUMNS = 65_535;
/** Categories in one step, the infrequent ones included. */
const MAX_CATEGORIES = 1_000_000;
/** Longest column name or word kept. */
const MAX_TEXT = 65_536;

function refuse(where: string, saw: string, expected: string): never {
  throw new WiresiftError({
    code: 'FEATURE_PIPELINE',
    where: `pipeline ${where}`,
    saw,
    expected,
    todo: 'The stored pipeline is damaged or of another version: train the model again',
  });
}

type Fields = ReadonlyMap<string, unknown>;

/**
 * Own members of a plain object with exactly these keys, as a Map: no inherited key is ever read.
 */
function fields(value: unknown, where: string, keys: readonly string[]): Fields {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    refuse(where, Array.isArray(value) ? 'a list' : String(typeof value), 'an object');
  }
  const map = new Map<string, unknown>(Object.entries(value));
  if (map.size === keys.length && keys.every((key) => map.has(key))) return map;
  return refuse(where, `the keys ${[...map.keys()].slice(0, 8).join(', ')}`, keys.join(', '));
}

function list(value: unknown, where: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) return refuse(where, typeof value, 'a list');
  if (value.length > most) return refuse(where, `${value.length} entries`, `at most ${most}`);
  return value;
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string') return refuse(where, typeof value, 'text');
  if (value.length > MAX_TEXT) return refuse(where, `${value.length} characters`, `${MAX_TEXT}`);
  return value;
}

function number(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return refuse(where, String(value).slice(0, 40), 'a finite number');
}

function whole(value: unknown, where: string, low: number, high: number): number {
  const found = number(value, where);
  if (Number.isInteger(found) && found >= low && found <= high) return found;
  return refuse(where, String(found), `a whole number from ${low} to ${high}`);
}

function flag(value: unknown, where: string): boolean {
  return typeof value === 'boolean' ? value : refuse(where, typeof value, 'true or false');
}

function choice<T extends string>(value: unknown, where: string, words: readonly T[]): T {
  const found = words.find((word) => word === value);
  return found ?? refuse(where, String(value).slice(0, 40), words.join(', '));
}

/**
 * Builds a pipeline from what `toJSON` gave (after `JSON.parse`); everything is checked, nothing is
 * taken over but the known fields.
 *
 * @throws WiresiftError `FEATURE_PIPELINE` naming the field that is wrong
 */
export function pipelineFromJSON(json: unknown): Pipeline {
  const has = (key: string): boolean =>
    json !== null && typeof json === 'object' && Object.hasOwn(json, key);
  const may = ['kept', 'history'].filter(has);
  const top = fields(json, 'top', ['format', 'schema', 'plans', ...may]);
  if (top.get('format') !== PIPELINE_FORMAT) {
    refuse('format', String(top.get('format')).slice(0, 40), `version ${PIPELINE_FORMAT}`);
  }
  const schema = text(top.get('schema'), 'schema');
  const at = schema.lastIndexOf('@');
  if (at < 1 || !/^\d{1,9}$/.test(schema.slice(at + 1))) refuse('schema', schema, 'name@version');
  const plans = list(top.get('plans'), 'plans', MAX_PLANS).map((plan, i) =>
    readPlan(plan, `plans[${i}]`, schema.slice(0, at)),
  );
  const history = has('history') && flag(top.get('history'), 'history');
  const pipeline = new Pipeline(schema, plans, { history });
  if (pipeline.names.length > MAX_COLUMNS) {
    refuse('plans', `${pipeline.names.length} columns`, `at most ${MAX_COLUMNS}`);
  }
  if (!has('kept')) return pipeline;
  const most = pipeline.names.length;
  const kept = list(top.get('kept'), 'kept', most).map((each, i) =>
    whole(each, `kept[${i}]`, 0, most - 1),
  );
  const falls = kept.findIndex((each, i) => i > 0 && each <= kept[i - 1]!);
  if (falls > 0) refuse(`kept[${falls}]`, String(kept[falls]), 'a column after the one before');
  return pipeline.keep(kept);
}

function readPlan(value: unknown, where: string, schema: string): FittedPlan {
  const map = fields(value, where, ['from', 'type', 'steps']);
  const from = text(map.get('from'), `${where}.from`);
  const type = choice(map.get('type'), `${where}.type`, ['number', 'text', 'bits'] as const);
  const derived = derivation(schema, from);
  const derivedType = derived?.type === 'word' ? 'text' : derived?.type;
  if (derived ? derivedType !== type : type === 'bits') {
    refuse(`${where}.type`, type, derivedType ?? 'number or text');
  }
  const steps = list(map.get('steps'), `${where}.steps`, 8).map((step, i) =>
    readStep(step, `${where}.steps[${i}]`, type),
  );
  const problem = stepProblem(type, steps);
  if (problem) refuse(`${where}.steps`, steps.map((step) => step.kind).join(', '), problem);
  return { from, type, steps };
}

function readStep(value: unknown, where: string, type: FittedPlan['type']): FittedStep {
  const own = value !== null && typeof value === 'object' && Object.hasOwn(value, 'kind');
  const kind = choice(own ? (value as { kind: unknown }).kind : undefined, `${where}.kind`, [
    'impute',
    'log1p',
    'standard',
    'robust',
    'minMax',
    'quantile',
    'oneHot',
    'ordinal',
    'hashing',
  ] as const);
  const cell = (each: unknown, place: string): FillValue =>
    type === 'text' ? text(each, place) : number(each, place);
  if (kind === 'log1p') {
    fields(value, where, ['kind']);
    return { kind };
  }
  if (kind === 'standard') {
    const map = fields(value, where, ['kind', 'mean', 'scale']);
    const scale = number(map.get('scale'), `${where}.scale`);
    if (scale <= 0) refuse(`${where}.scale`, String(scale), 'a number above 0');
    return { kind, mean: number(map.get('mean'), `${where}.mean`), scale };
  }
  if (kind === 'impute') {
    const map = fields(value, where, ['kind', 'with', 'value', 'indicator']);
    return {
      kind,
      with: choice(map.get('with'), `${where}.with`, [
        'median',
        'mostFrequent',
        'constant',
      ] as const),
      value: cell(map.get('value'), `${where}.value`),
      indicator: flag(map.get('indicator'), `${where}.indicator`),
    };
  }
  if (kind === 'robust' || kind === 'minMax' || kind === 'quantile') {
    return readScale(kind, value, where);
  }
  if (kind === 'hashing') {
    const map = fields(value, where, ['kind', 'columns', 'seed']);
    const columns = whole(map.get('columns'), `${where}.columns`, 1, MAX_HASH_COLUMNS);
    return { kind, columns, seed: whole(map.get('seed'), `${where}.seed`, 0, 0xffff_ffff) };
  }
  if (kind === 'ordinal') {
    const map = fields(value, where, ['kind', 'categories', 'unseen']);
    const categories = list(map.get('categories'), `${where}.categories`, MAX_CATEGORIES).map(
      (each, i) => cell(each, `${where}.categories[${i}]`),
    );
    if (new Set(categories).size !== categories.length) {
      refuse(`${where}.categories`, 'a category twice', 'each once');
    }
    return { kind, categories, unseen: number(map.get('unseen'), `${where}.unseen`) };
  }
  return readOneHot(value, where, cell);
}

function readScale(
  kind: 'robust' | 'minMax' | 'quantile',
  value: unknown,
  where: string,
): FittedStep {
  if (kind === 'quantile') {
    const map = fields(value, where, ['kind', 'output', 'values']);
    const values = list(map.get('values'), `${where}.values`, MAX_QUANTILES).map((each, i) =>
      number(each, `${where}.values[${i}]`),
    );
    if (values.length === 0) refuse(`${where}.values`, 'no values', 'at least one');
    const falls = values.findIndex((each, i) => i > 0 && each < values[i - 1]!);
    if (falls > 0) refuse(`${where}.values[${falls}]`, 'a falling value', 'ascending values');
    const output = choice(map.get('output'), `${where}.output`, ['uniform', 'normal'] as const);
    return { kind, output, values };
  }
  const robust = kind === 'robust';
  const keys = robust ? ['kind', 'median', 'scale'] : ['kind', 'min', 'scale', 'clip'];
  const map = fields(value, where, keys);
  const scale = number(map.get('scale'), `${where}.scale`);
  if (scale <= 0) refuse(`${where}.scale`, String(scale), 'a number above 0');
  if (robust) return { kind, median: number(map.get('median'), `${where}.median`), scale };
  const clip = flag(map.get('clip'), `${where}.clip`);
  return { kind, min: number(map.get('min'), `${where}.min`), scale, clip };
}

function readOneHot(
  value: unknown,
  where: string,
  cell: (each: unknown, place: string) => FillValue,
): FittedStep {
  const keys = ['kind', 'categories', 'grouped', 'infrequent', 'unseen', 'drop'];
  const map = fields(value, where, keys);
  const cells = (key: string): FillValue[] =>
    list(map.get(key), `${where}.${key}`, MAX_CATEGORIES).map((each, i) =>
      cell(each, `${where}.${key}[${i}]`),
    );
  const categories = cells('categories');
  const infrequent = cells('infrequent');
  if (new Set([...categories, ...infrequent]).size !== categories.length + infrequent.length) {
    refuse(`${where}.categories`, 'a category twice', 'each once');
  }
  const grouped = flag(map.get('grouped'), `${where}.grouped`);
  if (infrequent.length > 0 && !grouped) refuse(`${where}.infrequent`, 'entries', 'none');
  return {
    kind: 'oneHot',
    categories,
    grouped,
    infrequent,
    unseen: choice(map.get('unseen'), `${where}.unseen`, [
      'infrequent',
      'zeros',
      'column',
    ] as const),
    drop: choice(map.get('drop'), `${where}.drop`, ['none', 'first'] as const),
  };
}
