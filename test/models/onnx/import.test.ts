import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Random, WiresiftError } from '../../../src/base/index.ts';
import {
  exportOnnx,
  loadOnnx,
  type ModelFile,
  modelKind,
  type Parameters,
  scoreInThreads,
} from '../../../src/models/index.ts';
import { cutModel, readOnnx } from '../../../src/models/onnx/cut.ts';
import { ATTRIBUTE, GRAPH, MODEL, NODE, TENSOR } from '../../../src/models/onnx/fields.ts';
import { readFields, textOf } from '../../../src/models/onnx/proto-read.ts';
import { ProtoWriter } from '../../../src/models/onnx/proto-write.ts';
import { generateInput } from '../generated.ts';
import { fileOf, plainPipeline } from './files.ts';
import { argusRows } from './tables.ts';

/** The reason to skip what needs the runtime, or false. */
const runtimeMissing = ((): string | false => {
  try {
    createRequire(import.meta.url).resolve('onnxruntime-node');
    return false;
  } catch {
    return 'skipped: onnxruntime-node is not installed, nor in NODE_PATH';
  }
})();

const { table, pipeline, matrix } = argusRows(300);
const labels = Int32Array.from({ length: table.rows }, (_, i) => i % 3);
const input = { matrix, labels, classes: ['normal', 'scan', 'flood'] };

async function argusFile(kind: string, own: Parameters = {}): Promise<ModelFile> {
  return fileOf(await modelKind(kind).create(own).fit(input, { seed: 1 }), pipeline.toJSON());
}

const forest = await argusFile('forest', { trees: 4 });
const { bytes } = exportOnnx(forest, { hash: 'abc' });
const size = { columns: matrix.cols, classes: 3 };

/** What `loadOnnx` says of bytes before it looks for the runtime; undefined when they are fine. */
function problemOf(own: Uint8Array): WiresiftError | undefined {
  try {
    loadOnnx(own, 'test.onnx');
    return undefined;
  } catch (error) {
    assert.ok(error instanceof WiresiftError, String(error));
    return error.code === 'MODEL_RUNTIME' ? undefined : error;
  }
}

/** The same model with one message more in its graph, first. */
function withGraphField(field: number, value: ProtoWriter): Uint8Array {
  const out = new ProtoWriter();
  for (const own of readFields(bytes, 'test')) {
    if (own.field === MODEL.graph) {
      const graph = new ProtoWriter();
      graph.message(field, value);
      for (const inner of readFields(own.bytes, 'graph')) graph.bytes(inner.field, inner.bytes);
      out.message(MODEL.graph, graph);
    } else if (own.bytes.length > 0) out.bytes(own.field, own.bytes);
    else out.int(own.field, own.value);
  }
  return out.finish();
}

/** A file in which `probabilities` come from a node of the given kind. */
function withNode(write: (node: ProtoWriter) => void, constant?: ProtoWriter): Uint8Array {
  const node = new ProtoWriter();
  node.text(NODE.input, 'matrix');
  node.text(NODE.output, 'probabilities');
  write(node);
  const out = new ProtoWriter();
  for (const own of readFields(bytes, 'test')) {
    if (own.field === MODEL.graph) {
      const graph = new ProtoWriter();
      graph.message(GRAPH.node, node);
      if (constant) graph.message(GRAPH.initializer, constant);
      const matrixInput = new ProtoWriter();
      matrixInput.text(1, 'matrix');
      graph.message(GRAPH.input, matrixInput);
      out.message(MODEL.graph, graph);
    } else if (own.bytes.length > 0) out.bytes(own.field, own.bytes);
    else out.int(own.field, own.value);
  }
  return out.finish();
}

describe('loadOnnx', () => {
  it('reads back what was exported', () => {
    assert.equal(problemOf(bytes), undefined);
  });

  it('refuses files that are none of ours, cut short or too new', () => {
    const none = new ProtoWriter();
    none.int(MODEL.irVersion, 9);
    none.message(MODEL.graph, new ProtoWriter());
    assert.match(problemOf(none.finish())!.message, /metadata.*none of wiresift/);
    const newer = new ProtoWriter();
    newer.int(MODEL.irVersion, 99);
    assert.match(problemOf(newer.finish())!.message, /IR version 99/);
    assert.match(problemOf(new Uint8Array(0))!.message, /IR version 0/);
    for (const part of [0.1, 0.5, 0.9]) {
      assert.ok(problemOf(bytes.subarray(0, Math.floor(bytes.length * part))));
    }
  });

  it('refuses numbers in other files, wherever they stand', () => {
    const outside = new ProtoWriter();
    outside.int(TENSOR.type, 1);
    outside.text(TENSOR.name, 'far');
    outside.int(TENSOR.location, 1);
    const named = new ProtoWriter();
    named.text(NODE.input, 'far');
    assert.match(problemOf(withGraphField(GRAPH.initializer, outside))!.message, /another file/);
    const attribute = new ProtoWriter();
    attribute.text(ATTRIBUTE.name, 'value');
    attribute.message(ATTRIBUTE.tensor, outside);
    const problem = problemOf(
      withNode((node) => {
        node.text(NODE.op, 'Constant');
        node.message(NODE.attribute, attribute);
      }),
    );
    assert.match(problem!.message, /another file/);
  });

  it('refuses operators from elsewhere, graphs within graphs and values from nowhere', () => {
    const other = problemOf(
      withNode((node) => {
        node.text(NODE.op, 'Anything');
        node.text(NODE.domain, 'com.example');
      }),
    );
    assert.match(other!.message, /operator of com.example/);
    const attribute = new ProtoWriter();
    attribute.text(ATTRIBUTE.name, 'body');
    attribute.message(ATTRIBUTE.graph, new ProtoWriter());
    const loop = problemOf(
      withNode((node) => {
        node.text(NODE.op, 'Loop');
        node.message(NODE.attribute, attribute);
      }),
    );
    assert.match(loop!.message, /graph within a node/);
    const nowhere = problemOf(withNode((node) => node.text(NODE.input, 'gone')));
    assert.match(nowhere!.message, /gone, from nowhere/);
  });

  it('takes more inputs of a node than a call takes arguments, and refuses more nodes', () => {
    const many = withNode((node) => {
      for (let i = 0; i < 150_000; i++) node.text(NODE.input, 'matrix');
      node.text(NODE.op, 'Concat');
    });
    assert.equal(problemOf(many), undefined);
    const graph = new ProtoWriter();
    for (let i = 0; i <= 2 ** 17; i++) graph.bytes(GRAPH.node, new Uint8Array(0));
    const model = new ProtoWriter();
    model.int(MODEL.irVersion, 9);
    model.message(MODEL.graph, graph);
    for (const { field, bytes: own } of readFields(bytes, 'test')) {
      if (field === MODEL.metadata) model.bytes(field, own);
    }
    assert.match(problemOf(model.finish())!.message, /more nodes/);
  });

  it('throws nothing but refusals, whatever a byte becomes', () => {
    const random = new Random(3);
    for (let i = 0; i < 200; i++) {
      const damaged = bytes.slice();
      // The metadata stand at the end, the graph's numbers before.
      const from = i % 2 === 0 ? 0 : bytes.length - 6000;
      damaged[from + random.int(bytes.length - from)] = random.int(256);
      problemOf(damaged);
    }
  });

  it('says what to do where the runtime is not installed', () => {
    const path = join(tmpdir(), `wiresift-${process.pid}.onnx`);
    writeFileSync(path, bytes);
    const root = fileURLToPath(new URL('../../../', import.meta.url));
    const done = spawnSync(process.execPath, ['src/cli/main.ts', 'models', 'columns', path], {
      ...{ cwd: root, encoding: 'utf8', timeout: 60_000 },
      env: { ...process.env, NODE_PATH: '' },
    });
    assert.equal(done.status, 1);
    assert.match(done.stderr, /npm install onnxruntime-node.*\[MODEL_RUNTIME\]/);
  });
});

describe('cutModel', () => {
  it('keeps what the probabilities need of the matrix, and nothing else', () => {
    const cut = readOnnx(cutModel(readOnnx(bytes, 'test'), size, 'test'), 'cut');
    const names = (field: number, of: number): string[] =>
      cut.graph
        .filter((each) => each.field === field)
        .map((each) => textOf(readFields(each.bytes, 'cut'), of, 'cut'));
    assert.deepEqual(names(GRAPH.node, NODE.op), ['Cast', 'TreeEnsembleRegressor', 'Identity']);
    assert.deepEqual(names(GRAPH.input, 1), ['matrix']);
    assert.deepEqual(names(GRAPH.output, 1), ['probabilities']);
    assert.deepEqual(names(GRAPH.initializer, TENSOR.name), []);
    assert.equal(cut.metadata.size, 0);
  });
});

describe('OnnxModel', { skip: runtimeMissing }, () => {
  it('scores as the model it came from, and keeps what its file said', async () => {
    for (const kind of ['forest', 'boosting', 'logistic', 'calibrated', 'ann']) {
      const file = await argusFile(kind);
      const loaded = loadOnnx(exportOnnx(file, { hash: 'abc' }).bytes, 'test.onnx');
      const own = loaded.model.score(matrix);
      const expected = file.model.score(matrix);
      const most = own.reduce((gap, each, i) => Math.max(gap, Math.abs(each - expected[i]!)), 0);
      assert.ok(most < 1e-5, `${kind}: ${most}`);
      assert.deepEqual(loaded.threshold, file.threshold);
      assert.deepEqual(loaded.pipeline, file.pipeline);
      assert.deepEqual(loaded.metrics, file.metrics);
      assert.deepEqual(loaded.facts, { ...file.facts, exported: { kind, hash: 'abc' } });
      assert.deepEqual(loaded.model.importances(), file.model.importances());
      assert.equal(loaded.model.kind, 'onnx');
    }
  });

  it('scores in its own thread, however many are offered, in blocks of any size', async () => {
    const { model } = loadOnnx(bytes, 'test.onnx');
    const whole = model.score(matrix);
    assert.deepEqual(await scoreInThreads(model, matrix, { threads: 4 }), whole);
    const one = { ...matrix, rows: 1, data: matrix.data.slice(0, matrix.cols) };
    assert.deepEqual(model.score(one), whole.slice(0, 3));
    assert.equal(model.score({ ...one, rows: 0, data: new Float32Array(0) }).length, 0);
  });

  it('explains a row by what setting a column to 0 does', () => {
    const { model } = loadOnnx(bytes, 'test.onnx');
    const parts = model.explain(matrix, 3, 1);
    assert.equal(parts.length, matrix.cols);
    const column = parts.findIndex((part) => part !== 0);
    assert.ok(column >= 0);
    const data = matrix.data.slice(3 * matrix.cols, 4 * matrix.cols);
    const one = { ...matrix, rows: 1, data };
    const before = model.score(one)[1]!;
    data[column] = 0;
    assert.ok(Math.abs(before - model.score(one)[1]! - parts[column]!) < 1e-9);
  });

  it('refuses other columns, empty cells, and to be exported again', () => {
    const { model } = loadOnnx(bytes, 'test.onnx');
    const names = matrix.names.map((name) => `${name}?`);
    assert.throws(() => model.score({ ...matrix, names }), { code: 'MODEL_INPUT' });
    const data = matrix.data.map((cell, i) => (i === 5 ? Number.NaN : cell));
    assert.throws(() => model.score({ ...matrix, data }), { code: 'MODEL_INPUT' });
    assert.throws(() => model.tensors(), { code: 'MODEL_EXPORT' });
  });

  it('tells what the runtime finds wrong, each time it is asked', async () => {
    const { matrix: small, labels: own, classes } = generateInput({ rows: 40 });
    const fit = { matrix: small, labels: own, classes };
    const model = await modelKind('tree').create({}).fit(fit, { seed: 1 });
    const file = fileOf(model, plainPipeline(small.names));
    const whole = exportOnnx(file, { hash: 'abc', matrix: true });
    // An operator that there is none of, of the same length.
    const text = Buffer.from(whole.bytes).toString('latin1');
    const changed = text.replaceAll('TreeEnsembleRegressor', 'TreeEnsembleRegressed');
    const broken = loadOnnx(Buffer.from(changed, 'latin1'), 'test.onnx');
    for (let turn = 0; turn < 2; turn++) {
      assert.throws(() => broken.model.score(small), { code: 'MODEL_RUNTIME' });
    }
  });
});
