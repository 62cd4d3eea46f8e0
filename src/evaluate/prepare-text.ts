import { WiresiftError } from '../base/index.ts';
import { Checked, type Wrong } from '../datasets/index.ts';
import type { Keep, SelectStep, SpecChanges, Step } from '../features/index.ts';
import type { Balance, ModelSelection } from './prepare.ts';

/** A preparation as a user writes it: what changes in the spec, and what goes beside it. */
export interface PreparationText {
  readonly changes: SpecChanges;
  readonly selection: readonly ModelSelection[];
  readonly balance?: Balance;
}

function badPreparation(where: string, { saw, expected, todo }: Wrong): WiresiftError {
  return new WiresiftError({
    code: 'PREPARE',
    where,
    saw,
    expected,
    todo: todo ?? 'See docs/features.md',
    exitCode: 2,
  });
}

type Option = 'number' | 'flag' | 'fill' | readonly string[];

/** Options of each step; the value is what an option may be. */
const STEPS: ReadonlyMap<Step['kind'], Readonly<Record<string, Option>>> = new Map([
  ['impute', { with: ['median', 'mostFrequent', 'constant'], value: 'fill', indicator: 'flag' }],
  ['log1p', {}],
  ['standard', {}],
  ['robust', {}],
  ['minMax', { clip: 'flag' }],
  ['quantile', { output: ['uniform', 'normal'], quantiles: 'number' }],
  [
    'oneHot',
    {
      minFrequency: 'number',
      maxCategories: 'number',
      unseen: ['infrequent', 'zeros', 'column'],
      drop: ['none', 'first'],
      orCodes: 'flag',
    },
  ],
  ['ordinal', { unseen: 'number', minFrequency: 'number', maxCategories: 'number' }],
  ['hashing', { columns: 'number', seed: 'number' }],
]);
const BALANCES = ['weights', 'over', 'under', 'smote', 'smotenc'] as const;
const SELECTIONS: Readonly<Record<string, readonly string[]>> = {
  variance: ['threshold'],
  correlation: ['threshold'],
  mutualInformation: ['keep', 'bins'],
  chiSquared: ['keep'],
  importance: ['keep', 'model', 'parameters'],
  eliminate: ['keep', 'step', 'model', 'parameters'],
};

function stepOf(given: Checked): Step {
  const kinds = [...STEPS.keys()];
  if (typeof given.value === 'string') return { kind: given.oneOf(kinds) } as Step;
  const kind = (given.members().get('kind') ?? new Checked(given.where, undefined)).value;
  const options = STEPS.get(kind as Step['kind']);
  if (!options) return given.refuse(`a step with a kind: ${kinds.join(', ')}`);
  const members = given.members(['kind', ...Object.keys(options)]);
  const step: Record<string, unknown> = { kind };
  for (const [name, value] of members) {
    const option = options[name];
    if (option === undefined) continue;
    if (option === 'number') step[name] = value.number();
    else if (option === 'flag') step[name] = value.flag();
    else if (option === 'fill') {
      step[name] = typeof value.value === 'number' ? value.number() : value.text();
    } else step[name] = value.oneOf(option);
  }
  if (kind === 'impute' && !members.has('with')) given.refuse('"with": median, mostFrequent …');
  if (kind === 'hashing' && !members.has('columns')) given.refuse('"columns": a number');
  return step as unknown as Step;
}

const stepsOf = (given: Checked): Step[] => given.list().map(stepOf);

function keepOf(given: Checked | undefined, whole: Checked): Keep {
  if (!given) return whole.refuse('"keep": median, mean or a number of columns');
  return typeof given.value === 'number'
    ? given.number()
    : given.oneOf(['median', 'mean'] as const);
}

/** One selection: by the spec, or by a model. */
function selectionOf(given: Checked): { step: SelectStep } | { model: ModelSelection } {
  const kind = given.members().get('kind')?.oneOf(Object.keys(SELECTIONS));
  if (!kind) return given.refuse(`a kind: ${Object.keys(SELECTIONS).join(', ')}`);
  const members = given.members(['kind', ...SELECTIONS[kind]!]);
  const number = (name: string): Record<string, number> =>
    members.has(name) ? { [name]: members.get(name)!.number() } : {};
  if (kind === 'variance') return { step: { kind, ...number('threshold') } };
  if (kind === 'correlation') {
    const threshold = members.get('threshold')?.number();
    return { step: { kind, threshold: threshold ?? given.refuse('"threshold": 0 to 1') } };
  }
  const keep = keepOf(members.get('keep'), given);
  if (kind === 'mutualInformation') return { step: { kind, keep, ...number('bins') } };
  if (kind === 'chiSquared') return { step: { kind, keep } };
  const parameters = members.get('parameters');
  parameters?.members();
  const judge = {
    ...(members.has('model') ? { model: members.get('model')!.text() } : {}),
    ...(parameters ? { parameters: parameters.value as ModelSelection['parameters'] } : {}),
  } as Pick<ModelSelection, 'model' | 'parameters'>;
  if (kind === 'importance') return { model: { kind, keep, ...judge } };
  if (typeof keep !== 'number') return members.get('keep')!.refuse('a number of columns');
  return { model: { kind: 'eliminate', keep, ...number('step'), ...judge } };
}

function selectionsOf(all: readonly Checked[]): {
  select: SelectStep[];
  selection: ModelSelection[];
} {
  const select: SelectStep[] = [];
  const selection: ModelSelection[] = [];
  for (const each of all) {
    const found = selectionOf(each);
    if ('model' in found) selection.push(found.model);
    else if (selection.length > 0) {
      each.refuse('selections by a model behind all others', 'Put it before them');
    } else select.push(found.step);
  }
  return { select, selection };
}

function balanceOf(given: Checked): Balance {
  const members =
    typeof given.value === 'string'
      ? new Map([['kind', given]])
      : given.members(['kind', 'target', 'neighbours']);
  const kind = members.get('kind')?.oneOf(BALANCES);
  const whole = (name: 'target' | 'neighbours'): Record<string, number> => {
    const value = members.get(name);
    if (!value) return {};
    if (!Number.isInteger(value.value) || value.number() < 1) value.refuse('a whole number from 1');
    return { [name]: value.number() };
  };
  if (!kind) return given.refuse(`a kind: ${BALANCES.join(', ')}`);
  return { kind, ...whole('target'), ...whole('neighbours') };
}

/**
 * Reads a preparation file: `numbers`, `words` and `columns` with lists of steps, `select` with a
 * list of selections, `balance`.
 * @param where its path, for messages
 * @throws WiresiftError `PREPARE` (exit code 2) that names the place and what belongs there
 */
export function parsePreparation(text: string, where: string): PreparationText {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const saw = error instanceof Error ? error.message : String(error);
    throw badPreparation(where, { saw, expected: 'JSON', todo: 'Mend the file' });
  }
  const top = new Checked(where, json, badPreparation);
  const members = top.members(['numbers', 'words', 'columns', 'select', 'balance']);
  const columns = [...(members.get('columns')?.members() ?? [])];
  const { select, selection } = selectionsOf(members.get('select')?.list() ?? []);
  const [numbers, words, balance] = [
    members.get('numbers'),
    members.get('words'),
    members.get('balance'),
  ];
  return {
    changes: {
      ...(numbers ? { numbers: stepsOf(numbers) } : {}),
      ...(words ? { words: stepsOf(words) } : {}),
      columns: new Map(columns.map(([name, steps]) => [name, stepsOf(steps)])),
      select,
    },
    selection,
    ...(balance ? { balance: balanceOf(balance) } : {}),
  };
}

/** Short words for selections, as `--select` takes them. */
const SHORT: ReadonlyMap<string, readonly [kind: string, option: string]> = new Map([
  ['variance', ['variance', 'threshold']],
  ['correlation', ['correlation', 'threshold']],
  ['mi', ['mutualInformation', 'keep']],
  ['chi2', ['chiSquared', 'keep']],
  ['importance', ['importance', 'keep']],
  ['rfe', ['eliminate', 'keep']],
]);

/**
 * Reads selections such as `correlation:0.7`, `mi:20`, `importance:median`, `rfe:20@tree`.
 * @throws WiresiftError `PREPARE` (exit code 2)
 */
export function parseSelections(
  texts: readonly string[],
): Pick<PreparationText, 'selection'> & { readonly select: readonly SelectStep[] } {
  const all = texts.map((text) => {
    const where = `--select ${text}`;
    const [head = '', model] = text.split('@');
    const [name = '', value] = head.split(':');
    const found = SHORT.get(name);
    if (!found) {
      throw badPreparation(where, {
        saw: JSON.stringify(name),
        expected: `RULE:VALUE with a rule of ${[...SHORT.keys()].join(', ')}`,
      });
    }
    const number = value === undefined || value === '' || Number.isNaN(Number(value));
    const json = {
      kind: found[0],
      ...(value === undefined ? {} : { [found[1]]: number ? value : Number(value) }),
      ...(model === undefined ? {} : { model }),
    };
    return new Checked(where, json, badPreparation);
  });
  return selectionsOf(all);
}

/** Reads `smote` or `over:5000`. @throws WiresiftError `PREPARE` (exit code 2) */
export function parseBalance(text: string): Balance {
  const [kind, target] = text.split(':');
  const json = target === undefined ? kind : { kind, target: Number(target) };
  return balanceOf(new Checked(`--balance ${text}`, json, badPreparation));
}
