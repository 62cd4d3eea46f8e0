import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalSides } from '../../../src/flow/views/zeek-local.ts';
import { ConnBatch } from '../../../src/flow/zeek/batch.ts';

test('answers that are kept stay those of the address', () => {
  const local = new LocalSides(['10.0.0.0/9', 'fe80::/10']);
  const batch = new ConnBatch(1);
  batch.addressLength[0] = 4;
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 5000; n++) {
      batch.addresses.set([10, n & 255, n >> 8, 1]);
      assert.equal(local.code(batch, 0, 0), (n & 255) < 128 ? 1 : 0);
    }
  }
  batch.addressLength[0] = 16;
  batch.addresses.set([0xfe, 0x80], 16);
  assert.equal(local.code(batch, 0, 1), 1);
  assert.equal(local.code(batch, 0, 0), 0);
  assert.equal(new LocalSides([]).code(batch, 0, 0), -1, 'no network is named');
});
