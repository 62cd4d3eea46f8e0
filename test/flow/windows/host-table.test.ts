import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { HostTable } from '../../../src/flow/windows/host-table.ts';

const key = (host: number): Uint32Array => Uint32Array.from([host, 0, 0, 0, 4]);

test('finds each host again, and forgets the one idle longest', () => {
  const random = new Random(1);
  const table = new HostTable(50);
  // Most recently touched last, as a Map keeps its keys.
  const model = new Map<number, number>();
  let evicted = 0;
  for (let i = 0; i < 20_000; i++) {
    const host = random.int(120);
    const known = model.get(host);
    // Few hashes, so that probe runs are long and deletions move entries.
    const slot = table.claim(key(host), 0, (host % 13) - 6);
    assert.equal(table.fresh, known === undefined);
    if (known !== undefined) assert.equal(slot, known);
    else if (model.size === 50) {
      const [oldest, itsSlot] = model.entries().next().value!;
      assert.equal(slot, itsSlot);
      model.delete(oldest);
      evicted++;
    }
    model.delete(host);
    model.set(host, slot);
  }
  assert.equal(table.evicted, evicted);
  assert.equal(table.count, 50);
});

test('addresses that differ in length alone are two hosts', () => {
  const table = new HostTable(4);
  const short = table.claim(key(1), 0, 9);
  const long = table.claim(Uint32Array.from([0, 1, 0, 0, 0, 16]), 1, 9);
  assert.notEqual(short, long);
});
