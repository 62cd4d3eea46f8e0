import { fitPipeline } from '../../src/features/index.ts';
import { type Model, saveModel } from '../../src/models/index.ts';
import type { ColumnSpec, Schema, Table } from '../../src/table/index.ts';

const spec = (name: string, rest: Pick<ColumnSpec, 'type' | 'role'>): ColumnSpec => ({
  ...{ name, ...rest },
  live: true,
  meaning: name,
});

/** A pipeline of the schema `generated@1` that hands columns through, for a model to go into a file. */
export function plainPipeline({ features, session }: Pick<Model, 'features' | 'session'>) {
  const schema: Schema = {
    name: 'generated',
    version: 1,
    columns: [
      ...features.map((name) => spec(name, { type: 'number', role: 'feature' })),
      spec('StartTime', { type: 'time', role: 'time' }),
      spec('SrcAddr', { type: 'text', role: 'identity' }),
    ],
  };
  const table: Table = {
    schema,
    rows: 1,
    columns: [
      ...[...features, 'StartTime'].map(() => ({
        kind: 'number' as const,
        values: new Float64Array(1),
      })),
      { kind: 'text', codes: new Int32Array(1), dictionary: ['10.0.0.1'] },
    ],
  };
  const plans = features.map((from) => ({ from, steps: [] }));
  return fitPipeline({ schema, plans, history: session !== undefined }, table).toJSON();
}

/** The model in a file, with a pipeline that hands its columns through unchanged. */
export function stored(model: Model): Uint8Array {
  return saveModel({
    version: 1,
    program: '0.1.0',
    schema: 'generated@1',
    pipeline: plainPipeline(model),
    model,
    threshold: { value: 0.5, method: 'fixed', detail: 'for the test' },
    seed: 7,
    dataHash: '0'.repeat(64),
    dataset: 'generated',
    metrics: {},
    facts: {},
  });
}
