import type { ParameterGrid } from '../evaluate/index.ts';
import type { ModelKind, ParameterSpec, Parameters, ParameterValue } from '../models/index.ts';
import { numberArgument, usage } from './context.ts';

/** Words for "no limit", where a parameter may have none. */
const NONE = new Set(['null', 'none']);

function specOf(kind: ModelKind, option: string, text: string): [ParameterSpec, string] {
  const at = text.indexOf('=');
  const spec = at < 0 ? undefined : kind.parameters.find(({ name }) => name === text.slice(0, at));
  if (spec) return [spec, text.slice(at + 1)];
  const names = kind.parameters.map(({ name }) => name).join(', ');
  throw usage(option, `"${text}"`, `NAME=VALUE with a name of ${kind.kind}: ${names}`);
}

function parameterValue(spec: ParameterSpec, text: string, where: string): ParameterValue {
  if (spec.default === null && NONE.has(text)) return null;
  if (spec.type === 'string') return text;
  if (spec.type !== 'boolean') return numberArgument(where, -1e15, 1e15)(text);
  if (text === 'true' || text === 'false') return text === 'true';
  throw usage(where, `"${text}"`, 'true or false');
}

/** What `--param NAME=VALUE` says. @throws WiresiftError `USAGE` for a name the kind has not */
export function readParameters(kind: ModelKind, given: readonly string[]): Parameters {
  return Object.fromEntries(
    given.map((text) => {
      const [spec, value] = specOf(kind, '--param', text);
      return [spec.name, parameterValue(spec, value, `--param ${spec.name}`)];
    }),
  );
}

/** `0.01..100`, with `log:` before it for every order of magnitude alike. */
const RANGE = /^(log:)?([^.,]+(?:\.\d+)?)\.\.([^,]+)$/;

/**
 * What `--grid NAME=V1,V2` or `--grid NAME=log:LOW..HIGH` says.
 * @throws WiresiftError `USAGE` for a name the kind has not or a value of another type
 */
export function readGrid(kind: ModelKind, given: readonly string[]): ParameterGrid {
  return Object.fromEntries(
    given.map((text) => {
      const [spec, values] = specOf(kind, '--grid', text);
      const where = `--grid ${spec.name}`;
      const range = spec.type === 'string' || values.length > 80 ? null : RANGE.exec(values);
      if (!range)
        return [spec.name, values.split(',').map((each) => parameterValue(spec, each, where))];
      const number = numberArgument(where, -1e15, 1e15);
      const [, log, low, high] = range;
      return [
        spec.name,
        {
          low: number(low!),
          high: number(high!),
          scale: log ? ('log' as const) : ('linear' as const),
          whole: spec.type === 'integer',
        },
      ];
    }),
  );
}
