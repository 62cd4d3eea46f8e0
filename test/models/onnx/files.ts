import {
  type ColumnPlan,
  fitPipeline,
  type Matrix,
  PIPELINE_FORMAT,
  type PipelineJson,
} from '../../../src/features/index.ts';
import { MODEL_FORMAT, type Model, type ModelFile } from '../../../src/models/index.ts';
import type { Schema, Table } from '../../../src/table/index.ts';

/** A model file around a model, as training would write it. */
export function fileOf(model: Model, pipeline: PipelineJson): ModelFile {
  return {
    version: MODEL_FORMAT,
    program: '0.1.0',
    schema: pipeline.schema,
    pipeline,
    model,
    threshold: { value: 0.5, method: 'fixed', detail: 'tests' },
    seed: 1,
    dataHash: 'none',
    dataset: 'generated',
    metrics: { falsePositiveRate: 0.01, falsePositiveRateUpper: 0.02 },
    facts: { training: { harmlessClass: model.classes[0]! } },
  };
}

/** A pipeline that hands on columns of these names as they are. */
export function plainPipeline(names: readonly string[]): PipelineJson {
  const plans = names.map((from) => ({ from, type: 'number' as const, steps: [] }));
  return { format: PIPELINE_FORMAT, schema: 'generated@1', plans };
}

/** A fitted pipeline over a table, and the matrix it gives. */
export function pipelineOver(
  table: Table,
  plans: readonly ColumnPlan[],
): { pipeline: PipelineJson; matrix: Matrix } {
  const schema: Schema = table.schema;
  const rows = Int32Array.from({ length: table.rows }, (_, i) => i);
  const fitted = fitPipeline({ schema, plans }, table, rows);
  return { pipeline: fitted.toJSON(), matrix: fitted.transform(table) };
}
