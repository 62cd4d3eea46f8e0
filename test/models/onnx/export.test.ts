import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { derivations } from '../../../src/features/index.ts';
import {
  exportedKinds,
  exportOnnx,
  type Model,
  modelKind,
  modelKinds,
  saveModel,
  type Tensor,
} from '../../../src/models/index.ts';
import { readOnnx } from '../../../src/models/onnx/cut.ts';
import { GRAPH, NODE } from '../../../src/models/onnx/fields.ts';
import { GraphBuilder } from '../../../src/models/onnx/graph.ts';
import { addPipeline } from '../../../src/models/onnx/pipeline.ts';
import { type ProtoField, readFields, textOf } from '../../../src/models/onnx/proto-read.ts';
import { roundedUp } from '../../../src/models/onnx/trees.ts';
import { readTensorFile } from '../../../src/models/safetensors.ts';
import { generateInput } from '../generated.ts';
import { fileOf, plainPipeline } from './files.ts';
import { argusRows } from './tables.ts';

/** A tree written by hand: `a <= 0.5` is class x, else `b <= 2` decides. */
function handTree(): Model {
  const tensors: Tensor[] = [
    { name: 'importance', type: 'F64', shape: [2], data: Float64Array.of(0.75, 0.25) },
    { name: 'starts', type: 'U32', shape: [2], data: Uint32Array.of(0, 5) },
    { name: 'feature', type: 'I32', shape: [5], data: Int32Array.of(0, -1, 1, -1, -1) },
    { name: 'threshold', type: 'F32', shape: [5], data: Float32Array.of(0.5, 0, 2, 0, 0) },
    { name: 'right', type: 'U32', shape: [5], data: Uint32Array.of(2, 0, 4, 1, 2) },
    { name: 'cover', type: 'F32', shape: [5], data: Float32Array.of(4, 2, 2, 1, 1) },
    { name: 'values', type: 'F32', shape: [3, 2], data: Float32Array.of(1, 0, 0.25, 0.75, 0, 1) },
  ];
  return modelKind('tree').load({
    ...{ kind: 'tree', parameters: {}, classes: ['x', 'y'], features: ['a', 'b'] },
    tensors: new Map(tensors.map((each) => [each.name, each])),
  });
}

const file = fileOf(handTree(), plainPipeline(['a', 'b']));
const options = { hash: 'abc', matrix: true };

/** Operators of the nodes, in order. */
function operators(graph: readonly ProtoField[]): string[] {
  return graph
    .filter(({ field }) => field === GRAPH.node)
    .map(({ bytes }) => textOf(readFields(bytes, 'node'), NODE.op, 'node'));
}

const valueNames = (graph: readonly ProtoField[], wanted: number): string[] =>
  graph
    .filter(({ field }) => field === wanted)
    .map(({ bytes }) => textOf(readFields(bytes, 'value'), 1, 'value'));

describe('exportOnnx', () => {
  it('writes a graph that reads back, with its versions', () => {
    const { bytes, summary } = exportOnnx(file, options);
    const { graph, irVersion, opsets } = readOnnx(bytes, 'test');
    assert.equal(irVersion, 9);
    assert.equal(summary.irVersion, 9);
    assert.deepEqual(summary.opsets, { 'ai.onnx': 20, 'ai.onnx.ml': 3 });
    assert.equal(opsets.length, 2);
    const trees = ['Cast', 'TreeEnsembleRegressor', 'Identity'];
    assert.deepEqual(operators(graph), [...trees, 'ArgMax', 'Gather']);
    assert.deepEqual(valueNames(graph, GRAPH.input), ['matrix']);
    assert.deepEqual(valueNames(graph, GRAPH.output), ['probabilities', 'label']);
    assert.deepEqual(summary.outputs, [
      { name: 'probabilities', type: 'float', width: 2 },
      { name: 'label', type: 'string' },
    ]);
    assert.equal(summary.nodes, 5);
    assert.equal(summary.bytes, bytes.length);
  });

  it('keeps all that the model file says of itself', () => {
    const { bytes } = exportOnnx(file, options);
    const { metadata } = readOnnx(bytes, 'test');
    const saved = readTensorFile(saveModel(file), 'test').metadata;
    for (const [key, value] of saved) assert.equal(metadata.get(`wiresift.${key}`), value, key);
    assert.equal(metadata.get('wiresift.hash'), 'abc');
    assert.equal(metadata.get('wiresift.importances'), '[0.75,0.25]');
    assert.equal(metadata.size, saved.size + 2);
  });

  it('writes the same bytes again, and those it always wrote', () => {
    const raw = exportOnnx(file, { hash: 'abc' });
    assert.deepEqual(exportOnnx(file, { hash: 'abc' }).bytes, raw.bytes);
    const digest = ({ bytes }: typeof raw): string => {
      const hash = createHash('sha256');
      for (const field of readOnnx(bytes, 'test').graph) hash.update(field.bytes);
      return hash.digest('hex');
    };
    assert.equal(digest(exportOnnx(file, options)), MATRIX_HASH);
    assert.equal(digest(raw), RAW_HASH);
  });

  it('takes raw columns one by one', () => {
    const { summary } = exportOnnx(file, { hash: 'abc' });
    assert.deepEqual(summary.inputs, [
      { name: 'a', type: 'double', width: 1 },
      { name: 'b', type: 'double', width: 1 },
    ]);
  });

  it('writes every kind but those it refuses by name', async () => {
    const input = generateInput({ rows: 60, classes: 2 });
    const rows = modelKinds().filter(({ history }) => !history);
    const refused = rows.filter(({ kind }) => !exportedKinds().includes(kind));
    assert.deepEqual(
      refused.map(({ kind }) => kind),
      REFUSED,
    );
    for (const { kind } of refused.filter((each) => each.kind === 'knn')) {
      const model = await modelKind(kind).create({}).fit(input, { seed: 1 });
      const one = fileOf(model, plainPipeline(input.matrix.names));
      assert.throws(() => exportOnnx(one, options), { code: 'MODEL_EXPORT', message: /knn/ });
    }
  });

  it('uses the operator with sets only where trees split by categories', async () => {
    const input = generateInput({ rows: 200, classes: 3 });
    const parameters = { iterations: 3, categories: 'level' };
    const model = await modelKind('boosting').create(parameters).fit(input, { seed: 1 });
    const { summary } = exportOnnx(fileOf(model, plainPipeline(input.matrix.names)), options);
    assert.equal(summary.opsets['ai.onnx.ml'], 5);
    assert.equal(summary.operators['TreeEnsemble'], 1);
    assert.equal(summary.operators['TreeEnsembleRegressor'], undefined);
  });
});

describe('trees of two versions', () => {
  it('are refused in one graph', async () => {
    const input = generateInput({ rows: 100, classes: 2 });
    const boosting = { kind: 'boosting', parameters: { iterations: 3, categories: 'level' } };
    const members = JSON.stringify([{ kind: 'forest', parameters: { trees: 2 } }, boosting]);
    const model = await modelKind('voting').create({ members }).fit(input, { seed: 1 });
    const both = fileOf(model, plainPipeline(input.matrix.names));
    assert.throws(() => exportOnnx(both, options), { code: 'MODEL_EXPORT', message: /categories/ });
  });
});

/** SHA-256 of the parts of the hand-made tree's graph. */
const MATRIX_HASH = 'cecc7f4f4f55492b63534efdbb1529a81e0831fcdfd881f623cee91802d41de3';
const RAW_HASH = '72a5f7f8c4f0a3960279e3290ceab17a00eeb973238e7e6e9eb4cb249f45085a';
/** Kinds over one row without an ONNX form. */
const REFUSED = ['knn'];

describe('addPipeline', () => {
  const pipeline = (names: readonly string[], steps: readonly object[], type = 'number') => ({
    ...plainPipeline(names),
    plans: names.map((from) => ({ from, type: type as 'number', steps: steps as [] })),
  });

  it('sends columns with the same steps together, so that more columns are no more nodes', () => {
    const nodes = (count: number): number => {
      const graph = new GraphBuilder();
      const steps = [{ kind: 'log1p' }, { kind: 'standard', mean: 1, scale: 2 }];
      const names = Array.from({ length: count }, (_, i) => `c${i}`);
      addPipeline(graph, pipeline(names, steps));
      return [...graph.operators.values()].reduce((sum, each) => sum + each, 0);
    };
    assert.equal(nodes(40), nodes(2));
  });

  it('refuses hashed words and columns that are called as its own values', () => {
    const hashing = [{ kind: 'hashing', columns: 4, seed: 0 }];
    assert.throws(() => addPipeline(new GraphBuilder(), pipeline(['w'], hashing, 'text')), {
      code: 'MODEL_EXPORT',
      message: /hashing/,
    });
    for (const name of ['label', 'matrix', 'probabilities', '/c0']) {
      assert.throws(() => addPipeline(new GraphBuilder(), pipeline([name], [])), {
        code: 'MODEL_EXPORT',
      });
    }
  });

  it('has a form for every derivation there is', () => {
    const { pipeline: argus } = argusRows(50);
    const graph = new GraphBuilder();
    addPipeline(graph, argus.toJSON());
    const used = new Set(argus.toJSON().plans.map(({ from }) => from));
    const missing = derivations('argus').filter(({ name }) => !used.has(name));
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    );
    const types = Object.groupBy(graph.inputs, ({ type }) => type);
    assert.ok(types.string!.some(({ name }) => name === 'State'));
    assert.ok(types.double!.some(({ name }) => name === 'Dur'));
    assert.equal(new Set(graph.inputs.map(({ name }) => name)).size, graph.inputs.length);
  });
});

describe('roundedUp', () => {
  it('is the smallest 32-bit float that is not below', () => {
    for (const value of [0, 0.1, -0.1, 1 / 3, -1 / 3, 1e-50, -1e-50, 5, -7.25, 123456.789]) {
      const up = roundedUp(value);
      assert.equal(Math.fround(up), up);
      assert.ok(up >= value, `${value} gives ${up}`);
      const gap = Math.max(2 ** -149, Math.abs(value) * 2 ** -23);
      assert.ok(up - value <= gap, `${value} gives ${up}`);
    }
  });
});
