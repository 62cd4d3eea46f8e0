import {
  derivation,
  type FittedPlan,
  type PipelineJson,
  pipelineFromJSON,
  planColumns,
} from '../../features/index.ts';
import { numberSource, wordSource } from './derivations.ts';
import type { GraphBuilder } from './graph.ts';
import { addNumberCodes, addQuantiles } from './number-codes.ts';
import { addNumberGroup, isVector } from './numbers.ts';
import { refuseExport } from './refuse.ts';
import { addBits, addWords } from './words.ts';

/** Names that the graph gives its own values; a column of that name could not go in. */
export const RESERVED = ['matrix', 'probabilities', 'label'];

/** Part of the matrix: 32-bit floats, rows × columns. */
export interface Piece {
  readonly value: string;
  /** Place of each of its columns among all that the plans yield. */
  readonly columns: readonly number[];
}

/** A plan with its place. */
export interface PlacedPlan {
  readonly plan: FittedPlan;
  /** Place of its first column among all that the plans yield. */
  readonly first: number;
  readonly width: number;
}

/**
 * Adds what turns raw columns into the matrix: an input a column, 64-bit floats with NaN or words
 * with '' for an empty cell; the output is called `matrix`. Number columns with the same steps go
 * together.
 * @throws WiresiftError `MODEL_EXPORT` for a step or derivation that ONNX has no operators for
 */
export function addPipeline(graph: GraphBuilder, json: PipelineJson): void {
  const schema = json.schema.slice(0, json.schema.lastIndexOf('@'));
  const plans = placed(schema, json);
  declareInputs(graph, schema, plans);
  const pieces: Piece[] = [];
  const groups = new Map<string, PlacedPlan[]>();
  for (const each of plans) {
    const { plan } = each;
    if (plan.type === 'number' && isVector(plan)) {
      const key = JSON.stringify(plan.steps.map((step) => [step.kind, ...flags(step)]));
      groups.set(key, [...(groups.get(key) ?? []), each]);
    } else pieces.push(addAlone(graph, schema, each));
  }
  for (const group of groups.values()) {
    const sources = group.map(({ plan }) => numberSource(graph, schema, plan.from));
    const all = sources.length === 1 ? sources[0]! : graph.add('Concat', sources, axis(1));
    pieces.push(...addNumberGroup(graph, all, group));
  }
  arrange(graph, json, pieces);
}

const axis = (at: number) => ({ axis: { int: at } });

/** What besides their kinds keeps steps from going together. */
function flags(step: FittedPlan['steps'][number]): unknown[] {
  if (step.kind === 'impute') return [step.indicator];
  return step.kind === 'minMax' ? [step.clip] : [];
}

/** The plans of which a column is kept. */
function placed(schema: string, { plans, kept }: PipelineJson): PlacedPlan[] {
  let next = 0;
  const all = plans.map((plan): PlacedPlan => {
    const width = planColumns(schema, plan).length;
    next += width;
    return { plan, first: next - width, width };
  });
  const wanted = new Set(kept ?? Array.from({ length: next }, (_, i) => i));
  return all.filter(({ first, width }) =>
    Array.from({ length: width }, (_, i) => first + i).some((column) => wanted.has(column)),
  );
}

function declareInputs(graph: GraphBuilder, schema: string, plans: readonly PlacedPlan[]): void {
  const known = new Set<string>();
  for (const { plan } of plans) {
    for (const name of derivation(schema, plan.from)?.inputs ?? [plan.from]) {
      if (known.has(name)) continue;
      known.add(name);
      if (RESERVED.includes(name) || name.startsWith('/')) {
        const expected = `another name than ${RESERVED.join(', ')}, without a slash first`;
        refuseExport('columns', `a column called ${name}`, expected, 'Export with --matrix');
      }
      const type = plan.type === 'number' ? 'double' : 'string';
      graph.inputs.push({ name, type, width: 1 });
    }
  }
}

function addAlone(graph: GraphBuilder, schema: string, each: PlacedPlan): Piece {
  const { plan, first, width } = each;
  const columns = Array.from({ length: width }, (_, i) => first + i);
  if (plan.type === 'bits') return { value: addBits(graph, schema, plan.from), columns };
  if (plan.type === 'text') {
    return { value: addWords(graph, wordSource(graph, schema, plan.from), each), columns };
  }
  const source = numberSource(graph, schema, plan.from);
  const add = plan.steps.at(-1)?.kind === 'quantile' ? addQuantiles : addNumberCodes;
  return { value: add(graph, source, plan), columns };
}

/** Joins the pieces and puts their columns in order, the kept ones alone. */
function arrange(graph: GraphBuilder, json: PipelineJson, pieces: readonly Piece[]): void {
  const place = new Map<number, number>();
  for (const { columns } of pieces) for (const column of columns) place.set(column, place.size);
  const wanted = json.kept ?? pipelineFromJSON(json).names.map((_, i) => i);
  const order = wanted.map((column) => place.get(column)!);
  const values = pieces.map(({ value }) => value);
  if (order.length === place.size && order.every((at, i) => at === i)) {
    graph.add('Concat', values, axis(1), { as: 'matrix' });
    return;
  }
  const all = graph.add('Concat', values, axis(1));
  graph.add('Gather', [all, graph.ints(order)], axis(1), { as: 'matrix' });
}
