import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WiresiftError } from '../../../src/base/index.ts';
import { Moment, Spans } from '../../../src/flow/windows/spans.ts';

test('a window holds the current bucket and the seven before', () => {
  const spans = new Spans([1, 10]);
  assert.equal(spans.tickMicros, 125_000);
  for (const tick of [0, 79, 80, 14_137_804_800]) {
    spans.moveTo(tick);
    assert.equal(spans.first[0], tick - 7);
    assert.equal(spans.first[1], Math.floor(tick / 10) * 10 - 70);
    assert.equal(spans.head[1], Math.floor(tick / 10) % 8);
  }
});

test('a moment is the same seen from the base of a host', () => {
  const spans = new Spans([1, 10]);
  const moment = new Moment(spans);
  spans.moveTo(14_137_804_805);
  moment.set(spans, 14_137_804_000);
  assert.equal(moment.stamp, 805);
  assert.deepEqual([...moment.first], [798, 730]);
});

test('what is no time is tick 0, and no time is beyond 2^53 microseconds', () => {
  const spans = new Spans([1]);
  assert.equal(spans.tickAt(Number.NaN), 0);
  assert.equal(spans.tickAt(-1), 0);
  assert.equal(spans.tickAt(1e300), spans.tickAt(Number.MAX_SAFE_INTEGER));
  assert.equal(spans.tickAt(1e6), 8);
});

test('lengths that cannot share ticks are refused', () => {
  for (const windows of [[], [0], [-1], [1e-6], [2, 3], [10, 1], [1, 1], [1, 5000], [Number.NaN]]) {
    assert.throws(
      () => new Spans(windows),
      (error) => error instanceof WiresiftError && error.code === 'WINDOWS_LENGTHS',
    );
  }
});
