import { derivation, TCP_FLAG_LETTERS } from '../../features/index.ts';
import type { GraphBuilder } from './graph.ts';
import { refuseExport } from './refuse.ts';

/** A number from numbers of the same row. @returns 64-bit floats */
type NumberForm = (graph: GraphBuilder, inputs: readonly string[]) => string;

const quotient: NumberForm = (graph, [top, bottom]) => {
  const some = graph.add('Greater', [bottom!, graph.doubles([0])]);
  return graph.add('Where', [some, graph.add('Div', [top!, bottom!]), graph.doubles([Number.NaN])]);
};

const NUMBERS: ReadonlyMap<string, NumberForm> = new Map([
  ['argus BytesPerPkt', quotient],
  ['argus SrcBytesShare', quotient],
  ['argus DstBytes', (graph, [whole, part]) => graph.add('Sub', [whole!, part!])],
  ['argus PktsPerSec', quotient],
  ['argus BytesPerSec', quotient],
]);

const LETTERS = `[${TCP_FLAG_LETTERS}]`;
/** Letters of both sides that `tcpFlagBits` takes at most. */
const MOST_LETTERS = 2 * TCP_FLAG_LETTERS.length;
/** A pair of TCP flags, just as `tcpFlagBits` takes it: as many letters on both sides together. */
const FLAG_PAIR = Array.from(
  { length: MOST_LETTERS + 1 },
  (_, i) => `${LETTERS}{${i}}_${LETTERS}{0,${MOST_LETTERS - i}}`,
).join('|');

/** A word that stands for all words which match a pattern (syntax of RE2), whole words alone. */
export interface FoldedWords {
  readonly pattern: string;
  readonly word: string;
}

const WORDS: ReadonlyMap<string, FoldedWords> = new Map([
  ['argus StateWord', { pattern: FLAG_PAIR, word: 'TCP' }],
]);

/** Patterns of a column of bits: 1 where a word matches `whole` and that output's own one. */
export interface BitPatterns {
  readonly whole: string;
  readonly outputs: readonly string[];
}

const BITS: ReadonlyMap<string, BitPatterns> = new Map([
  [
    'argus StateFlags',
    {
      whole: FLAG_PAIR,
      outputs: [
        ...[...TCP_FLAG_LETTERS].map((flag) => `[^_]*${flag}.*`),
        ...[...TCP_FLAG_LETTERS].map((flag) => `.*_.*${flag}.*`),
      ],
    },
  ],
]);

function noForm(schema: string, from: string): never {
  return refuseExport(
    `column ${from}`,
    `a derivation of ${schema} without an ONNX form`,
    'columns of the schema, or a derivation that has one',
    'Export with --matrix: the graph then takes the prepared matrix',
  );
}

/** The cells of a number column or derivation: rows × 1, 64-bit floats. */
export function numberSource(graph: GraphBuilder, schema: string, from: string): string {
  const derived = derivation(schema, from);
  if (!derived) return from;
  const form = NUMBERS.get(`${schema} ${from}`) ?? noForm(schema, from);
  return form(graph, derived.inputs);
}

/** Where the words of a column or derivation come from, and what becomes of them first. */
export interface WordSource {
  /** Rows × 1, words. */
  readonly value: string;
  readonly fold?: FoldedWords;
}

/** The cells of a column of words, or of a derivation. */
export function wordSource(_graph: GraphBuilder, schema: string, from: string): WordSource {
  const derived = derivation(schema, from);
  if (!derived) return { value: from };
  const fold = WORDS.get(`${schema} ${from}`) ?? noForm(schema, from);
  return { value: derived.inputs[0]!, fold };
}

/** The patterns of a derivation of bits, and the column they look at. */
export function bitPatterns(schema: string, from: string): BitPatterns & { input: string } {
  const patterns = BITS.get(`${schema} ${from}`) ?? noForm(schema, from);
  return { ...patterns, input: derivation(schema, from)!.inputs[0]! };
}
