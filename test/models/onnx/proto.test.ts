import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { WiresiftError } from '../../../src/base/index.ts';
import { readFields, readText, scanFields, textsOf } from '../../../src/models/onnx/proto-read.ts';
import { ProtoWriter } from '../../../src/models/onnx/proto-write.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The bytes after one call. */
function written(write: (to: ProtoWriter) => void): string {
  const to = new ProtoWriter();
  write(to);
  return hex(to.finish());
}

describe('ProtoWriter', () => {
  it('writes the examples of the specification', () => {
    assert.equal(
      written((to) => to.int(1, 150)),
      '089601',
    );
    assert.equal(
      written((to) => to.text(2, 'testing')),
      '120774657374696e67',
    );
    const inner = new ProtoWriter();
    inner.int(1, 150);
    assert.equal(
      written((to) => to.message(3, inner)),
      '1a03089601',
    );
    assert.equal(
      written((to) => to.ints(6, [3, 270, 86942])),
      '3206038e029ea705',
    );
  });

  it('writes numbers below 0 in ten bytes, floats in four, large fields in two', () => {
    assert.equal(
      written((to) => to.int(1, -2)),
      '08feffffffffffffffff01',
    );
    assert.equal(
      written((to) => to.float(2, 1.5)),
      '150000c03f',
    );
    assert.equal(
      written((to) => to.floats(7, [1, -2])),
      '3a080000803f000000c0',
    );
    assert.equal(
      written((to) => to.int(20, 1)),
      'a00101',
    );
    assert.equal(
      written((to) => to.int(1, 2 ** 40)),
      '08808080808020',
    );
  });
});

describe('readFields', () => {
  it('gives back what was written, in order', () => {
    const field = fc.integer({ min: 1, max: 5000 });
    const plain = { noNullPrototype: true } as const;
    const one = fc.oneof(
      fc.record({ field, value: fc.maxSafeNat() }, plain),
      fc.record({ field, text: fc.string({ unit: 'binary' }) }, plain),
    );
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), (list) => {
        const to = new ProtoWriter();
        for (const each of list) {
          if ('text' in each) to.text(each.field, each.text);
          else to.int(each.field, each.value);
        }
        const found = readFields(to.finish(), 'test').map(({ field, value, bytes }, i) =>
          'text' in list[i]! ? { field, text: readText(bytes, 'test') } : { field, value },
        );
        assert.deepEqual(
          found,
          list.map((each) => ('text' in each ? { ...each, text: each.text.toWellFormed() } : each)),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('refuses what ends early, never ends, or is of no known kind', () => {
    const refused = ['08', '0880', `08${'ff'.repeat(11)}`, '1205aabb', '0d0000', '0b', '0f', '00'];
    for (const bytes of refused) {
      assert.throws(() => readFields(Buffer.from(bytes, 'hex'), 'test'), { code: 'MODEL_FILE' });
    }
  });

  it('throws nothing else, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          let end = 0;
          scanFields(bytes, 'test', (_field, _value, from, to) => {
            assert.ok(from <= to && to <= bytes.length && from >= end);
            end = to;
          });
        } catch (error) {
          assert.ok(error instanceof WiresiftError && error.code === 'MODEL_FILE');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses text that is no UTF-8, and finds all texts of a field', () => {
    assert.throws(() => readText(Uint8Array.of(0xff), 'test'), { code: 'MODEL_FILE' });
    const to = new ProtoWriter();
    to.text(1, 'a');
    to.text(2, 'b');
    to.text(1, 'ü');
    assert.deepEqual(textsOf(readFields(to.finish(), 'test'), 1, 'test'), ['a', 'ü']);
  });
});
