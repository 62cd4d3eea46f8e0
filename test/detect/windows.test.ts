import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenEvidence } from '../../src/detect/evidence.ts';
import { FlowRow } from '../../src/detect/flow-row.ts';
import { Windows } from '../../src/detect/windows.ts';
import { batchOf, type TestFlow } from './flows.ts';

const KEY = Uint32Array.of(1);
const row = new FlowRow();
const at = (seconds: number, part: Partial<TestFlow> = {}): FlowRow => {
  row.load(batchOf([{ from: '10.0.0.1', to: '10.0.0.2', at: seconds, ...part }]), 0);
  return row;
};
const windows = (seconds: number): Windows =>
  new Windows({ slots: 8, keyWords: 1, window: seconds * 1e6, seed: 0 });
const evidence = (): OpenEvidence =>
  new OpenEvidence({
    kind: 'flood',
    host: '10.0.0.1',
    role: 'source',
    threshold: 1,
    unit: 'flows',
  });

test('counts within a window, and begins the next at a multiple of its length', () => {
  const view = windows(100);
  const slot = view.enter(KEY, at(50));
  assert.ok(view.fresh);
  view.enter(KEY, at(99));
  assert.ok(!view.fresh);
  assert.equal(view.flows[slot], 2);
  view.enter(KEY, at(100));
  assert.ok(view.fresh);
  assert.equal(view.flows[slot], 1);
});

test('takes a flow from the window before, and leaves out an older one', () => {
  const view = windows(100);
  const slot = view.enter(KEY, at(550));
  assert.equal(view.enter(KEY, at(420)), slot);
  assert.equal(view.flows[slot], 2);
  assert.equal(view.enter(KEY, at(390)), -1);
  assert.equal(view.late, 1);
  assert.equal(view.flows[slot], 2);
});

test('hands over what it kept, then passes on flow by flow', () => {
  const view = windows(100);
  const slot = view.enter(KEY, at(10, { certain: false, anomaly: 1 }));
  view.keep(slot, row);
  view.enter(KEY, at(5, { duration: 30, anomaly: 2 }));
  view.keep(slot, row);
  const raised = evidence();
  view.raise(slot, raised);
  view.enter(KEY, at(60));
  view.keep(slot, row);
  view.enter(KEY, at(61));
  const closed = raised.close((low) => [String(low)], 0);
  assert.equal(closed.flows, 3);
  assert.equal(closed.uncertainFlows, 1);
  assert.deepEqual(closed.anomalies, ['3']);
  assert.equal(closed.last - closed.first, 55.5e6);
  assert.equal(view.flows[slot], 4);
});

test('without windows nothing is ever late or begun anew', () => {
  const view = windows(Number.POSITIVE_INFINITY);
  const slot = view.enter(KEY, at(1e6));
  view.enter(KEY, at(0));
  view.enter(KEY, at(1e7));
  assert.equal(view.flows[slot], 3);
  assert.equal(view.late, 0);
});
