import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { Random, WiresiftError } from '../../src/base/index.ts';
import {
  hashModel,
  loadModel,
  type ModelFile,
  modelKind,
  modelKinds,
  saveModel,
} from '../../src/models/index.ts';
import { generateInput } from './generated.ts';
import { plainPipeline } from './stored-model.ts';

/** Damaged copies of each kind's file. */
const FUZZ = 400;

async function example(kind: string): Promise<ModelFile> {
  const input = generateInput({ rows: 60 });
  const parameters = kind === 'forest' ? { trees: 3, maxDepth: 4 } : {};
  const model = await modelKind(kind).create(parameters).fit(input, { seed: 1 });
  return {
    version: 1,
    program: '0.1.0',
    schema: 'generated@1',
    pipeline: plainPipeline(model),
    model,
    threshold: { value: 0.25, method: 'f1', detail: { text: 'chosen on 12 rows', rows: 12 } },
    seed: 1,
    dataHash: 'ab'.repeat(32),
    dataset: 'generated',
    metrics: {
      auc: 0.75,
      matrix: [
        [1, 2],
        [3, 4],
      ],
      note: null,
    },
    facts: { split: 'time', 'odd key': 'ünïcode "quotes" \\ {[' },
  };
}

/** Header and body of a file, apart. */
function parts(bytes: Uint8Array): { header: Record<string, never>; body: Uint8Array } {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString());
  return { header, body: bytes.subarray(8 + length) };
}

function joined(header: string, body: Uint8Array): Uint8Array {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return new Uint8Array(Buffer.concat([length, text, body]));
}

/** Loads what may be broken: success, or a WiresiftError; anything else fails the test. */
function tryLoad(bytes: Uint8Array): boolean {
  try {
    const { model } = loadModel(bytes, 'fuzz');
    const { matrix } = generateInput({ rows: 8 });
    if (model.features.join() === matrix.names.join()) {
      assert.ok(model.score(matrix).every(Number.isFinite));
      assert.ok(model.explain(matrix, 3, 0).every(Number.isFinite));
      assert.ok(model.importances().every(Number.isFinite));
    }
    return true;
  } catch (error) {
    assert.ok(error instanceof WiresiftError, `${error}`);
    assert.match(error.code, /^MODEL_(FILE|INPUT)$/);
    return false;
  }
}

describe('model file', () => {
  it('gives back everything that was saved, and the same bytes for the same input', async () => {
    const file = await example('forest');
    const bytes = saveModel(file);
    const { model, ...back } = loadModel(bytes, 'memory');
    const { model: _, ...given } = file;
    assert.deepEqual(JSON.parse(JSON.stringify(back)), JSON.parse(JSON.stringify(given)));
    assert.equal(model.kind, 'forest');
    assert.deepEqual(saveModel(await example('forest')), bytes);
    assert.equal(hashModel(bytes), createHash('sha256').update(bytes).digest('hex'));
  });

  it('is a safetensors file: aligned, without holes, metadata of text only', async () => {
    const bytes = saveModel(await example('forest'));
    const { header, body } = parts(bytes);
    assert.equal((bytes.length - body.length) % 8, 0);
    const sizes: Record<string, number> = { F64: 8, F32: 4, I32: 4, U32: 4 };
    const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
    const tensors = entries.map(([, entry]) => entry as { dtype: string; data_offsets: number[] });
    tensors.sort((a, b) => a.data_offsets[0]! - b.data_offsets[0]!);
    let at = 0;
    for (const { dtype, data_offsets } of tensors) {
      assert.equal(data_offsets[0], at);
      assert.equal(at % sizes[dtype]!, 0);
      at = data_offsets[1]!;
    }
    assert.equal(at, body.length);
    assert.ok(Object.values(header['__metadata__']!).every((value) => typeof value === 'string'));
  });

  it('reads from the middle of a larger buffer', async () => {
    const bytes = saveModel(await example('tree'));
    const padded = new Uint8Array(bytes.length + 13);
    padded.set(bytes, 5);
    assert.equal(loadModel(padded.subarray(5, 5 + bytes.length), 'memory').dataset, 'generated');
  });

  it('refuses a pipeline that does not yield the columns of the model', async () => {
    const file = await example('tree');
    const pipeline = { ...file.pipeline, plans: file.pipeline.plans.slice(1) };
    assert.throws(() => saveModel({ ...file, pipeline }), { code: 'MODEL_FILE' });
    assert.throws(() => saveModel({ ...file, schema: 'argus@1' }), { code: 'MODEL_FILE' });
    const { features } = file.model;
    const told = plainPipeline({ features, session: () => assert.fail() });
    assert.throws(() => saveModel({ ...file, pipeline: told }), /tells hosts and times/);
  });

  it('names the offset and the reason of what is wrong', async () => {
    const bytes = saveModel(await example('forest'));
    const { header, body } = parts(bytes);
    const changed = (edit: (copy: Record<string, Record<string, unknown>>) => void): Uint8Array => {
      const copy = JSON.parse(JSON.stringify(header));
      edit(copy);
      return joined(JSON.stringify(copy), body);
    };
    const meta = (key: string, value: string) =>
      changed((copy) => {
        copy['__metadata__']![key] = value;
      });
    const tensor = (name: string, key: string, value: unknown) =>
      changed((copy) => {
        copy[name]![key] = value;
      });
    const cases: [Uint8Array, RegExp][] = [
      [new Uint8Array(3), /offset 0.*3 bytes/],
      [new Uint8Array(8).fill(255), /a header of/],
      [joined(`${'['.repeat(100)}${']'.repeat(100)}`, body), /nested too deep/],
      [joined('{"a":', body), /expected JSON/],
      [joined('[1]', body), /expected an object/],
      [joined('{"__proto__":{"dtype":"U8"}}', body), /__proto__/],
      [bytes.subarray(0, bytes.length - 1), /offsets/],
      [meta('version', '2'), /version/],
      [meta('format', 'pickle'), /wiresift-model/],
      [meta('kind', 'oracle'), /oracle/],
      [meta('seed', '1e3'), /seed/],
      [meta('classes', '[]'), /names/],
      [meta('features', '["size"]'), /importance|feature|column/],
      [meta('parameters', '{"trees":-1}'), /trees/],
      [meta('threshold', '{"value":null}'), /threshold/],
      [meta('pipeline', '{"format":1}'), /format/],
      [meta('metrics', `${'['.repeat(50)}${']'.repeat(50)}`), /nested too deep/],
      [tensor('feature', 'dtype', 'BF16'), /BF16/],
      [tensor('feature', 'dtype', 'F32'), /I32/],
      [tensor('feature', 'shape', [1]), /bytes/],
      [tensor('feature', 'shape', [-1, -1]), /whole numbers/],
      [tensor('feature', 'data_offsets', [0, 8]), /bytes|gap/],
      [tensor('feature', 'data_offsets', [8, 0]), /offsets/],
      [tensor('feature', 'data_offsets', [0, 1e15]), /offsets/],
    ];
    for (const [wrong, reason] of cases) {
      assert.throws(
        () => loadModel(wrong, 'wrong.safetensors'),
        (error: Error) => {
          assert.ok(error instanceof WiresiftError, `${error.stack}`);
          assert.equal(error.code, 'MODEL_FILE');
          assert.match(error.message, /wrong\.safetensors|^model /);
          assert.match(error.message, reason);
          return true;
        },
      );
    }
  });

  it('refuses trees that point outside, backwards or into each other', async () => {
    const { header, body } = parts(saveModel(await example('forest')));
    const offset = (name: string): number =>
      (header[name] as { data_offsets: number[] }).data_offsets[0]!;
    const poke = (name: string, index: number, value: number): Uint8Array => {
      const copy = Buffer.from(body);
      copy.writeUInt32LE(value >>> 0, offset(name) + 4 * index);
      return joined(JSON.stringify(header), copy);
    };
    const wrong = [
      poke('right', 0, 0),
      poke('right', 0, 1),
      poke('right', 0, 0xffffffff),
      poke('right', 1, 2),
      poke('feature', 0, 99),
      poke('feature', 0, -1),
      poke('feature', 0, -2),
      poke('starts', 0, 1),
      poke('starts', 1, 0),
      poke('starts', 3, 5),
      poke('threshold', 0, 0x7fc00000),
      poke('cover', 0, 0),
      poke('values', 0, 0x3fc00000),
    ];
    for (const bytes of wrong) assert.throws(() => loadModel(bytes, 'f'), { code: 'MODEL_FILE' });
  });

  it('meets random damage with nothing but its own error', async () => {
    const random = new Random(99);
    for (const { kind } of modelKinds()) {
      const bytes = saveModel(await example(kind));
      let refused = 0;
      for (let n = 0; n < FUZZ; n++) {
        const copy = bytes.slice();
        const flips = 1 + random.int(4);
        for (let f = 0; f < flips; f++) {
          // Half of the damage goes into the header, where lengths and offsets stand.
          const reach = random.int(2) === 0 ? Math.min(copy.length, 4096) : copy.length;
          copy[random.int(reach)]! ^= 1 << random.int(8);
        }
        if (!tryLoad(copy)) refused++;
      }
      assert.ok(refused > FUZZ / 4, `${kind}: ${refused} of ${FUZZ} refused`);
      for (let n = 0; n < 100; n++) {
        assert.equal(tryLoad(bytes.slice(0, random.int(bytes.length))), false);
      }
    }
    for (let n = 0; n < 200; n++) {
      const noise = Uint8Array.from({ length: random.int(300) }, () => random.int(256));
      assert.equal(tryLoad(noise), false);
    }
  });
});
