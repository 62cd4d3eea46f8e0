import { WiresiftError } from '../base/index.ts';
import { asObject, parsePlain } from './json.ts';
import type { FitOptions, ModelKind, Parameters } from './model.ts';

/** Finds a kind by name; the registry's, handed in because the registry lists the callers too. */
export type FindKind = (name: string) => ModelKind;

/** A kind that another wraps, with the parameters it is given, defaults filled in. */
export interface Inner {
  readonly kind: ModelKind;
  readonly parameters: Parameters;
}

/** Where a wrapping kind names the kind inside. */
export interface InnerPlace {
  readonly owner: string;
  /** The parameter that names the kind; `<name>Parameters` holds its parameters as JSON. */
  readonly name: string;
  /** Kinds that may not stand there: a file must not nest without end. */
  readonly refused: readonly string[];
}

/**
 * The kind that stands in a parameter, and its parameters.
 * @throws WiresiftError `MODEL_PARAMETER`, `MODEL_KIND`
 */
export function innerOf(given: Parameters, place: InnerPlace, find: FindKind): Inner {
  const name = given[place.name] as string;
  if (place.refused.includes(name)) {
    refuse(place, place.name, name, `a kind other than ${place.refused.join(', ')}`);
  }
  const kind = find(name);
  if (kind.history) refuse(place, place.name, name, 'a kind that reads each row alone');
  return { kind, parameters: kind.create(parametersOf(given, place)).parameters };
}

/** Whether a kind inside another embeds categories. */
export function innerEmbeds({ kind, parameters }: Inner): boolean {
  return kind.embeds?.(parameters) === true;
}

function parametersOf(given: Parameters, place: InnerPlace): Parameters {
  const name = `${place.name}Parameters`;
  const text = given[name] as string;
  try {
    const found = asObject(parsePlain(text, name));
    if (found) return found as Parameters;
  } catch (error) {
    if (!(error instanceof WiresiftError)) throw error;
  }
  return refuse(place, name, text.slice(0, 80), 'an object in JSON');
}

function refuse({ owner }: InnerPlace, name: string, saw: string, expected: string): never {
  throw new WiresiftError({
    code: 'MODEL_PARAMETER',
    where: `parameters of ${owner}, ${name}`,
    saw,
    expected,
    todo: `wiresift models ${owner} tells what it means`,
    exitCode: 2,
  });
}

/**
 * How the models inside others are fitted. Of many fits none may take up another's checkpoint, or
 * be told of as if it were the only one; who can say which one it is may tell.
 */
export function innerOptions({ seed, threads, signal }: FitOptions): FitOptions {
  return { seed, ...(threads === undefined ? {} : { threads }), ...(signal ? { signal } : {}) };
}
