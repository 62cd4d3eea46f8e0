import { WiresiftError } from '../../base/index.ts';
import type { Matrix } from '../../features/index.ts';
import type { FindKind } from '../inner.ts';
import { asObject, parsePlain } from '../json.ts';
import type { Estimator, Model, ModelKind, Parameters, StoredModel, Tensor } from '../model.ts';
import { normalised } from '../shares.ts';

/** One model of an ensemble, before it is fitted. */
export interface Member {
  readonly kind: ModelKind;
  readonly parameters: Parameters;
  readonly weight: number;
}

/** A file holds at most 256 tensors, and a member a dozen or two. */
const MAX_MEMBERS = 8;
/** Kinds that wrap others. */
const WRAPPING = ['voting', 'stacking', 'calibrated', 'staged'];
/** Largest weight of a member: sums stay finite. */
const MAX_WEIGHT = 1e6;

/**
 * Members from the text of a parameter: a JSON list of `{ kind, parameters, weight }`, the last two
 * as wanted.
 * @throws WiresiftError `MODEL_PARAMETER`
 */
export function readMembers(ensemble: string, text: string, find: FindKind): readonly Member[] {
  const refuse = (saw: string, expected: string): never => {
    throw new WiresiftError({
      code: 'MODEL_PARAMETER',
      where: `parameters of ${ensemble}, members`,
      saw: saw.slice(0, 80),
      expected,
      todo: 'Write it like [{"kind":"forest","parameters":{"trees":50}},{"kind":"logistic"}]',
      exitCode: 2,
    });
  };
  let list: unknown;
  try {
    list = parsePlain(text, 'members');
  } catch (error) {
    if (!(error instanceof WiresiftError)) throw error;
  }
  if (!Array.isArray(list) || list.length < 1 || list.length > MAX_MEMBERS) {
    return refuse(text, `a JSON list of 1 to ${MAX_MEMBERS} members`);
  }
  return list.map((each: unknown): Member => {
    const { kind, parameters = {}, weight = 1, ...rest } = asObject(each) ?? {};
    const unknown = Object.keys(rest)[0];
    if (unknown !== undefined) return refuse(unknown, 'kind, parameters and weight only');
    const given = asObject(parameters);
    if (typeof kind !== 'string' || !given) return refuse(JSON.stringify(each), 'kind, parameters');
    // An ensemble in an ensemble would let a file nest without end.
    if (WRAPPING.includes(kind)) {
      return refuse(kind, 'a kind that wraps no other');
    }
    if (typeof weight !== 'number' || !(weight > 0 && weight <= MAX_WEIGHT)) {
      return refuse(String(weight), `a weight above 0, at most ${MAX_WEIGHT}`);
    }
    const found = find(kind);
    if (found.history) return refuse(kind, 'a kind that reads each row alone');
    return { kind: found, parameters: found.create(given as Parameters).parameters, weight };
  });
}

/** A new estimator of the member. */
export function memberEstimator({ kind, parameters }: Member): Estimator {
  return kind.create(parameters);
}

/** The tensors of all members, each under `member.N.`. */
export function memberTensors(models: readonly Model[], prefix = 'member'): Tensor[] {
  return models.flatMap((model, m) =>
    model.tensors().map((each) => ({ ...each, name: `${prefix}.${m}.${each.name}` })),
  );
}

/** The tensors under a prefix, by the names they had before. */
export function tensorsUnder(stored: StoredModel, prefix: string): ReadonlyMap<string, Tensor> {
  const found = new Map<string, Tensor>();
  for (const [full, tensor] of stored.tensors) {
    if (!full.startsWith(prefix)) continue;
    const name = full.slice(prefix.length);
    found.set(name, { ...tensor, name });
  }
  return found;
}

/** @throws WiresiftError `MODEL_FILE` when a member's part of the file is wrong */
export function loadMembers(stored: StoredModel, members: readonly Member[]): Model[] {
  return members.map(({ kind, parameters }, m) =>
    kind.load({
      kind: kind.kind,
      parameters,
      classes: stored.classes,
      features: stored.features,
      tensors: tensorsUnder(stored, `member.${m}.`),
    }),
  );
}

/** Importances of the members, averaged by weight; sums to 1, or all 0. */
export function mixImportances(models: readonly Model[], weights: readonly number[]): Float64Array {
  const out = new Float64Array(models[0]!.features.length);
  models.forEach((model, m) => {
    const own = model.importances();
    for (let c = 0; c < out.length; c++) out[c]! += weights[m]! * own[c]!;
  });
  return normalised(out);
}

/** A member's explanation with sizes that sum to 1: members speak in different units. */
export function unitParts(model: Model, matrix: Matrix, row: number, k: number): Float64Array {
  const parts = model.explain(matrix, row, k);
  const sum = parts.reduce((total, part) => total + Math.abs(part), 0);
  return sum > 0 && Number.isFinite(sum) ? parts.map((part) => part / sum) : parts.fill(0);
}
