import { WiresiftError } from '../base/index.ts';
import type { ParameterSpec, Parameters, ParameterValue } from './model.ts';

/**
 * Fills in defaults and checks every value against its spec. `null` is allowed where it is the
 * default.
 * @returns all parameters of the kind, in the order of its specs
 * @throws WiresiftError `MODEL_PARAMETER` for an unknown name, a wrong type or a value out of range
 */
export function checkParameters(
  kind: string,
  specs: readonly ParameterSpec[],
  given: Parameters,
): Parameters {
  const where = `parameters of ${kind}`;
  const unknown = Object.keys(given).find((name) => !specs.some((spec) => spec.name === name));
  if (unknown !== undefined) {
    throw new WiresiftError({
      code: 'MODEL_PARAMETER',
      where,
      saw: `the name ${unknown.slice(0, 80)}`,
      expected: `one of ${specs.map((spec) => spec.name).join(', ')}`,
      todo: 'Check the spelling; names are case-sensitive',
      exitCode: 2,
    });
  }
  const checked: Record<string, ParameterValue> = {};
  for (const spec of specs) {
    const value = Object.hasOwn(given, spec.name) ? given[spec.name]! : spec.default;
    const problem = parameterProblem(spec, value);
    if (problem) {
      throw new WiresiftError({
        code: 'MODEL_PARAMETER',
        where: `${where}, ${spec.name}`,
        saw: String(value).slice(0, 80),
        expected: problem,
        todo: `It means: ${spec.meaning}`,
        exitCode: 2,
      });
    }
    checked[spec.name] = value;
  }
  return checked;
}

/** @returns what was expected instead, or undefined when the value is allowed */
function parameterProblem(spec: ParameterSpec, value: ParameterValue): string | undefined {
  if (value === null) return spec.default === null ? undefined : `a ${spec.type}`;
  if (spec.type === 'boolean') return typeof value === 'boolean' ? undefined : 'true or false';
  if (spec.type === 'string') {
    if (typeof value !== 'string') return 'text';
    if (spec.choices && !spec.choices.includes(value)) return `one of ${spec.choices.join(', ')}`;
    return undefined;
  }
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = spec;
  const whole = spec.type === 'integer' ? 'a whole number' : 'a number';
  const range = `${whole} from ${min} to ${max}`;
  if (typeof value !== 'number' || !Number.isFinite(value)) return range;
  if (spec.type === 'integer' && !Number.isSafeInteger(value)) return range;
  return value < min || value > max ? range : undefined;
}
