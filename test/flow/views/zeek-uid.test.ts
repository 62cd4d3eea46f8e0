import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { putUid, uidTexts } from '../../../src/flow/views/zeek-uid.ts';
import { ConnBatch } from '../../../src/flow/zeek/batch.ts';
import { uidText } from '../../../src/flow/zeek/uid.ts';

test('uids are the same as by big integers', () => {
  const word = fc.oneof(fc.constantFrom(0, 1, 61, 62, 0xffffffff), fc.nat(0xffffffff));
  const batch = new ConnBatch(3);
  batch.length = 3;
  fc.assert(
    fc.property(fc.array(word, { minLength: 9, maxLength: 9 }), (words) => {
      batch.uid.set(words);
      const expected = [0, 3, 6].map((at) => uidText(words[at]!, words[at + 1]!, words[at + 2]!));
      assert.deepEqual(uidTexts(batch), expected);
      const bytes = new Uint8Array(24);
      const end = putUid(bytes, 2, batch, 1);
      assert.equal(Buffer.from(bytes.subarray(2, end)).toString(), expected[1]);
    }),
    { seed: 1, numRuns: 300 },
  );
});
