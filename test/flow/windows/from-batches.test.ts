import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endOrder } from '../../../src/flow/windows/end-order.ts';
import { HeldFlows } from '../../../src/flow/windows/from-batches.ts';
import { HostWindows } from '../../../src/flow/windows/host-windows.ts';
import { batchOf, randomFlows } from './flows.ts';

test('batches held together give the features of the whole, whatever the cut', () => {
  const flows = randomFlows(3, 9000, 40);
  const whole = batchOf(flows);
  const dnsQuery = Uint8Array.from({ length: 9000 }, (_, row) => (row % 3 === 0 ? 1 : 0));
  const nxdomain = Uint8Array.from({ length: 9000 }, (_, row) => (row % 6 === 0 ? 1 : 0));
  const expected = new HostWindows({ maxHosts: 64 }).observe(whole, {
    dnsQuery,
    nxdomain,
    order: endOrder(whole),
  });
  for (const size of [1000, 4096, 8999]) {
    const held = new HeldFlows();
    for (let from = 0; from < flows.length; from += size) {
      const to = Math.min(flows.length, from + size);
      held.hold(batchOf(flows.slice(from, to)), {
        dnsQuery: dnsQuery.subarray(from, to),
        nxdomain: nxdomain.subarray(from, to),
      });
    }
    assert.equal(held.length, 9000);
    const features = new HostWindows({ maxHosts: 64 }).observe(held, {
      ...held.extra,
      order: endOrder(held),
    });
    const bytes = Buffer.from(features.values.buffer, 0, features.values.byteLength);
    const wanted = Buffer.from(expected.values.buffer, 0, expected.values.byteLength);
    assert.ok(bytes.equals(wanted), `in batches of ${size}`);
  }
});

test('what is held is a copy, and without an extra there is none', () => {
  const batch = batchOf(randomFlows(4, 10, 4));
  const held = new HeldFlows();
  held.hold(batch);
  const end = batch.end[3]!;
  batch.end.fill(0);
  batch.addresses.fill(9);
  assert.equal(held.end[3], end);
  assert.notEqual(held.addresses[0], 9);
  assert.deepEqual(held.extra, {});
});
