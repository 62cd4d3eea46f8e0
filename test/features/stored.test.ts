import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { WiresiftError } from '../../src/base/index.ts';
import { defaultSpec, fitPipeline, pipelineFromJSON } from '../../src/features/index.ts';
import { argusSchema } from '../../src/flow/index.ts';
import { argusTable } from './tables.ts';

const table = argusTable(
  ...Array.from({ length: 60 }, (_, i) => ({
    Dur: i / 7,
    TotBytes: i * 1001.1,
    State: ['FSPA_FSPA', 'CON', 'S_', '__proto__', 'constructor'][i % 5],
  })),
);
const pipeline = fitPipeline(defaultSpec(argusSchema), table);
const text = JSON.stringify(pipeline);

type Json = { format: unknown; schema: unknown; plans: Record<string, unknown>[] };

describe('stored pipeline', () => {
  it('comes back exactly: names, hash and every cell', () => {
    const back = pipelineFromJSON(JSON.parse(text));
    assert.deepEqual(back.names, pipeline.names);
    assert.equal(back.hash(), pipeline.hash());
    assert.equal(JSON.stringify(back), text);
    assert.deepEqual(back.transform(table).data, pipeline.transform(table).data);
    assert.deepEqual(back.origin(3), pipeline.origin(3));
  });

  it('takes words like __proto__ for words', () => {
    assert.ok(pipeline.names.includes('StateWord=__proto__'));
    assert.equal(Object.hasOwn(Object.prototype, 'kind'), false);
  });

  it('names the field that is wrong', () => {
    const standard = (json: Json): Record<string, unknown> =>
      (json.plans[0]!['steps'] as Record<string, unknown>[])[2]!;
    const oneHot = (json: Json): Record<string, unknown> =>
      (json.plans[1]!['steps'] as Record<string, unknown>[])[1]!;
    const edits: [(json: Json) => void, RegExp][] = [
      [(json) => (json.format = 2), /format: saw 2/],
      [(json) => (json.schema = 'argus'), /schema/],
      [(json) => Object.assign(json, { more: 1 }), /keys/],
      [(json) => Object.assign(json.plans[0]!, { type: 'text' }), /plans\[0\]/],
      [(json) => Object.assign(json.plans[0]!, { type: 'bits' }), /type/],
      [(json) => (standard(json)['scale'] = 0), /scale: saw 0/],
      [(json) => (standard(json)['mean'] = null), /mean/],
      [(json) => (standard(json)['kind'] = 'run'), /kind: saw run/],
      [(json) => (standard(json)['__defineGetter__'] = 1), /keys/],
      [(json) => (oneHot(json)['categories'] = [1]), /categories\[0\]/],
      [(json) => (oneHot(json)['categories'] = ['a', 'a']), /twice/],
      [(json) => (oneHot(json)['infrequent'] = ['a']), /infrequent/],
      [(json) => (oneHot(json)['grouped'] = 1), /grouped/],
      [(json) => (oneHot(json)['unseen'] = 'toString'), /unseen/],
    ];
    for (const [edit, reason] of edits) {
      const json = JSON.parse(text);
      edit(json);
      assert.throws(
        () => pipelineFromJSON(json),
        (error: Error) => {
          assert.ok(error instanceof WiresiftError);
          assert.equal(error.code, 'FEATURE_PIPELINE');
          assert.match(error.message, reason);
          return true;
        },
      );
    }
  });

  it('refuses a plan for a column that the table lacks or holds otherwise', () => {
    const json = JSON.parse(text);
    json.plans[0].from = 'Nothing';
    assert.throws(() => pipelineFromJSON(json).transform(table), { code: 'TABLE_COLUMN' });
    json.plans[0].from = 'Proto';
    assert.throws(() => pipelineFromJSON(json).transform(table), { code: 'TABLE_COLUMN' });
  });

  it('meets any JSON with a pipeline or its own error', () => {
    const meets = (value: unknown): void => {
      try {
        pipelineFromJSON(value).hash();
      } catch (error) {
        assert.ok(error instanceof WiresiftError, `${error}`);
      }
    };
    fc.assert(fc.property(fc.jsonValue(), meets), { numRuns: 200, seed: 1 });
    const paths: [object, string | number][] = [];
    const whole = JSON.parse(text);
    const walk = [whole];
    while (walk.length > 0) {
      const node = walk.pop();
      for (const key of Object.keys(node)) {
        paths.push([node, key]);
        if (node[key] !== null && typeof node[key] === 'object') walk.push(node[key]);
      }
    }
    for (const [node, key] of paths) {
      const place = node as Record<string | number, unknown>;
      const kept = place[key];
      for (const wrong of [null, -1, 'x', [], {}, true, 1e308]) {
        place[key] = wrong;
        meets(whole);
      }
      place[key] = kept;
    }
  });
});
