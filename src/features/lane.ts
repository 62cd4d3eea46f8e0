import { numbers, type Table, type TextColumn, texts } from '../table/index.ts';
import { derivation } from './derive.ts';
import { applyOrdinal, bindCoded, type FittedCode, ordinalCodes } from './encode.ts';
import { applyScale } from './scale.ts';
import type { FittedOneHot, FittedStep } from './step.ts';

/** One fitted plan: a source, how its cells are held, and its learned steps. Plain data. */
export interface FittedPlan {
  readonly from: string;
  readonly type: 'number' | 'text' | 'bits';
  readonly steps: readonly FittedStep[];
}

/** Where a matrix column comes from. */
export interface Origin {
  /** Column or derivation that the plan names. */
  readonly from: string;
  /** Columns of the schema it reads. */
  readonly inputs: readonly string[];
  /**
   * The step that made the column: the last one's kind, `missing` for an indicator, or `derive`.
   */
  readonly step: FittedStep['kind'] | 'missing' | 'derive' | 'copy';
  /** The category, flag or group that a column of 0 and 1 stands for. */
  readonly category?: string;
}

/** A block of rows on its way from a table into a row-major matrix. */
export interface Block {
  /** Rows of the table; absent: the rows from `start` on. */
  readonly rows: Int32Array | undefined;
  readonly start: number;
  readonly count: number;
  readonly out: Float32Array;
  /** Columns of the matrix. */
  readonly stride: number;
  /** First column of the plan. */
  readonly column: number;
}

/** Writes one plan's columns for a block; made once a table. */
export type BlockWriter = (block: Block) => void;

/** Rows a block holds: its part of the matrix stays in the second-level cache. */
export const BLOCK_ROWS = 2048;

const FLOAT32_MAX = 3.4028234663852886e38;

/** Names and origins of the columns that a plan yields, in order. */
export function planColumns(schema: string, plan: FittedPlan): { name: string; origin: Origin }[] {
  const derived = derivation(schema, plan.from);
  const inputs = derived?.inputs ?? [plan.from];
  const { from } = plan;
  if (derived?.type === 'bits') {
    return derived.outputs.map((flag) => ({
      name: `${from}.${flag}`,
      origin: { from, inputs, step: 'derive', category: flag },
    }));
  }
  const last = plan.steps.at(-1);
  const columns: { name: string; origin: Origin }[] = [];
  const category = (text: string): void => {
    columns.push({
      name: `${from}=${text}`,
      origin: { from, inputs, step: 'oneHot', category: text },
    });
  };
  if (last?.kind === 'oneHot') {
    for (const value of last.categories) category(String(value));
    if (last.grouped) category('<infrequent>');
    if (last.drop === 'first') columns.shift();
    if (last.unseen === 'column') category('<unseen>');
  } else if (last?.kind === 'hashing') {
    for (let i = 0; i < last.columns; i++) {
      const origin: Origin = { from, inputs, step: 'hashing', category: `#${i}` };
      columns.push({ name: `${from}#${i}`, origin });
    }
  } else {
    const step = last?.kind ?? (derived ? 'derive' : 'copy');
    columns.push({ name: from, origin: { from, inputs, step } });
  }
  if (plan.steps[0]?.kind === 'impute' && plan.steps[0].indicator) {
    columns.push({
      name: `${from}=<missing>`,
      origin: { from, inputs, step: 'missing', category: '<missing>' },
    });
  }
  return columns;
}

/** Where each category goes: a column offset within the plan, or -1 for all zeros. */
export class CategoryMap {
  readonly #columns = new Map<string | number, number>();
  readonly #other: number;

  constructor(step: FittedOneHot) {
    const shift = step.drop === 'first' ? -1 : 0;
    step.categories.forEach((value, i) => {
      this.#columns.set(value, i + shift);
    });
    const group = step.grouped ? step.categories.length + shift : -1;
    for (const value of step.infrequent) this.#columns.set(value, group);
    const width = step.categories.length + (step.grouped ? 1 : 0) + shift;
    this.#other = step.unseen === 'column' ? Math.max(0, width) : -1;
    if (step.unseen === 'infrequent') this.#other = group;
  }

  column(value: string | number | undefined): number {
    if (value === undefined) return this.#other;
    return this.#columns.get(value) ?? this.#other;
  }
}

/**
 * Compiles one plan against one table's columns.
 * @throws WiresiftError `TABLE_COLUMN` when the table lacks a column or holds it as another type
 */
export function bindPlan(plan: FittedPlan, table: Table): BlockWriter {
  if (plan.type === 'number') return bindNumber(plan, table);
  const derived = derivation(table.schema.name, plan.from);
  const column = texts(table, derived?.inputs[0] ?? plan.from);
  if (derived?.type === 'bits') return bindBits(column, derived.rule, derived.outputs.length);
  return bindText(plan, column, derived?.type === 'word' ? derived.rule : undefined);
}

/** Words are mapped once a dictionary entry; cells only look their code up. */
function bindText(
  plan: FittedPlan,
  column: TextColumn,
  rule: ((word: string) => string) | undefined,
): BlockWriter {
  const step = plan.steps.at(-1) as FittedOneHot | FittedCode;
  if (step.kind !== 'oneHot') return bindCoded(plan, step, column, rule ?? ((word) => word));
  const impute = plan.steps[0]!.kind === 'impute' ? plan.steps[0] : undefined;
  const map = new CategoryMap(step);
  const { codes, dictionary } = column;
  // Slot 0 stands for the empty cell, code -1.
  const target = new Int32Array(dictionary.length + 1);
  target[0] = map.column(impute?.value);
  for (let i = 0; i < dictionary.length; i++) {
    target[i + 1] = map.column(rule ? rule(dictionary[i]!) : dictionary[i]!);
  }
  const indicator = impute?.indicator ? oneHotWidth(step) : -1;
  return ({ rows, start, count, out, stride, column: first }) => {
    let at = start * stride + first;
    for (let i = 0; i < count; i++, at += stride) {
      const code = codes[rows ? rows[start + i]! : start + i]!;
      const to = target[code + 1]!;
      if (to >= 0) out[at + to] = 1;
      if (indicator >= 0 && code < 0) out[at + indicator] = 1;
    }
  };
}

function oneHotWidth(step: FittedOneHot): number {
  const group = step.grouped ? 1 : 0;
  const unseen = step.unseen === 'column' ? 1 : 0;
  const kept = step.categories.length + group - (step.drop === 'first' ? 1 : 0);
  return Math.max(0, kept) + unseen;
}

function bindBits(
  { codes, dictionary }: TextColumn,
  rule: (word: string) => number,
  width: number,
): BlockWriter {
  const bits = new Int32Array(dictionary.length + 1);
  for (let i = 0; i < dictionary.length; i++) bits[i + 1] = rule(dictionary[i]!);
  return ({ rows, start, count, out, stride, column: first }) => {
    let at = start * stride + first;
    for (let i = 0; i < count; i++, at += stride) {
      const word = bits[codes[rows ? rows[start + i]! : start + i]! + 1]!;
      for (let bit = 0; bit < width; bit++) out[at + bit] = (word >>> bit) & 1;
    }
  };
}

function bindNumber(plan: FittedPlan, table: Table): BlockWriter {
  const read = numberReader(plan.from, table);
  const cells = new Float64Array(BLOCK_ROWS);
  const last = plan.steps.at(-1);
  const impute = plan.steps[0]?.kind === 'impute' ? plan.steps[0] : undefined;
  const oneHot = last?.kind === 'oneHot' ? last : undefined;
  const map = oneHot ? new CategoryMap(oneHot) : undefined;
  const codeOf = last?.kind === 'ordinal' ? ordinalCodes(last) : undefined;
  const indicator = impute?.indicator ? (oneHot ? oneHotWidth(oneHot) : 1) : -1;
  return ({ rows, start, count, out, stride, column }) => {
    const first = start * stride + column;
    read(rows, start, count, cells);
    if (indicator >= 0) {
      let at = first + indicator;
      for (let i = 0; i < count; i++, at += stride) out[at] = Number.isFinite(cells[i]) ? 0 : 1;
    }
    for (const step of plan.steps) applyStep(step, cells, count);
    if (codeOf) applyOrdinal(codeOf, cells, count);
    let at = first;
    if (map) {
      for (let i = 0; i < count; i++, at += stride) {
        const to = map.column(cells[i]!);
        if (to >= 0) out[at + to] = 1;
      }
    } else {
      for (let i = 0; i < count; i++, at += stride) {
        const value = cells[i]!;
        // Clamped, so that a number beyond 32 bits does not become infinite.
        out[at] = value > FLOAT32_MAX ? FLOAT32_MAX : Math.max(value, -FLOAT32_MAX);
      }
    }
  };
}

/** Reads cells of a number column or derivation into a buffer; cells not finite become NaN. */
export function numberReader(
  from: string,
  table: Table,
): (rows: Int32Array | undefined, start: number, count: number, out: Float64Array) => void {
  const derived = derivation(table.schema.name, from);
  const sources = (derived?.inputs ?? [from]).map((name) => numbers(table, name));
  const rule = derived?.type === 'number' ? derived.rule : undefined;
  const buffers = rule ? sources.map(() => new Float64Array(BLOCK_ROWS)) : [];
  return (rows, start, count, out) => {
    for (let s = 0; s < sources.length; s++) {
      const values = sources[s]!;
      const to = rule ? buffers[s]! : out;
      for (let i = 0; i < count; i++) to[i] = values[rows ? rows[start + i]! : start + i]!;
    }
    rule?.(buffers, count, out);
    for (let i = 0; i < count; i++) if (!Number.isFinite(out[i])) out[i] = Number.NaN;
  };
}

/** Applies one number step in place; encoders leave the cells alone. */
export function applyStep(step: FittedStep, cells: Float64Array, count: number): void {
  if (step.kind === 'impute') {
    const fill = step.value as number;
    for (let i = 0; i < count; i++) if (Number.isNaN(cells[i])) cells[i] = fill;
  } else if (step.kind === 'log1p') {
    for (let i = 0; i < count; i++) {
      const value = cells[i]!;
      cells[i] = value < 0 ? -Math.log1p(-value) : Math.log1p(value);
    }
  } else if (step.kind === 'standard') {
    const { mean, scale } = step;
    for (let i = 0; i < count; i++) cells[i] = (cells[i]! - mean) / scale;
  } else if (step.kind === 'robust' || step.kind === 'minMax' || step.kind === 'quantile') {
    applyScale(step, cells, count);
  }
}
