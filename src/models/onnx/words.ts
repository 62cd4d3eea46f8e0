import { CategoryMap, type FittedPlan, ordinalCodes } from '../../features/index.ts';
import { bitPatterns, type WordSource } from './derivations.ts';
import type { GraphBuilder } from './graph.ts';
import type { PlacedPlan } from './pipeline.ts';
import { refuseExport } from './refuse.ts';

type LastStep = FittedPlan['steps'][number];
type Map = (word: string | undefined) => number;

/** Columns of 0 and 1 where codes, rows × 1, are 0 to `width - 1`. */
export function addOneHot(graph: GraphBuilder, codes: string, width: number): string {
  const range = graph.ints(
    Array.from({ length: width }, (_, i) => i),
    [1, width],
  );
  return addFloats(graph, graph.add('Equal', [codes, range]));
}

/** The same as 32-bit floats. */
export function addFloats(graph: GraphBuilder, value: string): string {
  return graph.add('Cast', [value], { to: { int: 1 } });
}

/** Codes or columns of 0 and 1 from words; an empty word is an empty cell. */
export function addWords(graph: GraphBuilder, source: WordSource, placed: PlacedPlan): string {
  const { steps, from } = placed.plan;
  const last = steps.at(-1)!;
  const impute = steps[0]!.kind === 'impute' ? steps[0] : undefined;
  const indicated = impute?.indicator === true;
  const fill = impute?.value as string | undefined;
  const width = placed.width - (indicated ? 1 : 0);
  const parts: string[] = [];
  if (last.kind === 'oneHot') {
    const map = new CategoryMap(last);
    const words = [...last.categories, ...last.infrequent] as string[];
    const plan = { words, fill, map: (word: string | undefined) => map.column(word) };
    if (width > 0) parts.push(addOneHot(graph, addCodes(graph, source, plan), width));
  } else if (last.kind === 'ordinal') {
    const words = last.categories as readonly string[];
    const plan = { words, fill, map: ordinalCodes(last) as Map, floats: true };
    parts.push(addCodes(graph, source, plan));
  } else refuseStep(last, from);
  if (indicated) {
    const empty = {
      words: [],
      fill: undefined,
      map: (word?: string) => (word === undefined ? 1 : 0),
    };
    parts.push(addCodes(graph, { value: source.value }, { ...empty, floats: true }));
  }
  return parts.length === 1 ? parts[0]! : graph.add('Concat', parts, { axis: { int: 1 } });
}

function refuseStep(step: LastStep, from: string): never {
  return refuseExport(
    `column ${from}`,
    `the step ${step.kind}`,
    'ordinal or oneHot: ONNX has no operator for this hash of words',
    'Export with --matrix, or train with another encoder',
  );
}

interface CodePlan {
  readonly words: readonly string[];
  /** What an empty cell counts as. */
  readonly fill: string | undefined;
  readonly map: Map;
  /** Give 32-bit floats in place of whole numbers. */
  readonly floats?: boolean;
}

/** A number for each word: that of `map`, of `fill` for the empty word, or that of no known word. */
function addCodes(graph: GraphBuilder, { value, fold }: WordSource, plan: CodePlan): string {
  const { map, floats = false } = plan;
  const words = [...new Set(plan.words)].filter((word) => word !== '');
  const numbers = [map(plan.fill), ...words.map(map)];
  const other = map(UNKNOWN);
  const codes = graph.addMl('LabelEncoder', [value], {
    keys_strings: { texts: ['', ...words] },
    ...(floats
      ? { values_floats: { floats: numbers }, default_float: { float: other } }
      : { values_int64s: { ints: numbers }, default_int64: { int: other } }),
  });
  if (!fold) return codes;
  const matches = graph.add('RegexFullMatch', [value], { pattern: { text: fold.pattern } });
  const folded = map(fold.word);
  const target = floats ? graph.floats([folded]) : graph.ints([folded]);
  return graph.add('Where', [matches, target, codes]);
}

/** A word that no table holds: cells come from lines of text, and this is none. */
const UNKNOWN = '\n\0\n';

/** Columns of 0 and 1 from a word by patterns. */
export function addBits(graph: GraphBuilder, schema: string, from: string): string {
  const { input, whole, outputs } = bitPatterns(schema, from);
  const match = (pattern: string): string =>
    graph.add('RegexFullMatch', [input], { pattern: { text: pattern } });
  const some = match(whole);
  const each = graph.add('Concat', outputs.map(match), { axis: { int: 1 } });
  return addFloats(graph, graph.add('And', [each, some]));
}
