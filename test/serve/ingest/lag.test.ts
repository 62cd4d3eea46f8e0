import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lag } from '../../../src/serve/ingest/lag.ts';

test('the lag is the age of the first byte that was not read', () => {
  const lag = new Lag();
  assert.equal(lag.millis(5), 0);
  lag.grown(100, 1000);
  lag.grown(200, 2000);
  assert.equal(lag.millis(3000), 2000);
  lag.read(100);
  assert.equal(lag.millis(3000), 1000);
  lag.grown(200, 2500);
  lag.read(200);
  assert.equal(lag.millis(9000), 0);
});

test('a thousand moments are told by some of them, the oldest and the newest always', () => {
  const lag = new Lag();
  for (let i = 1; i <= 1000; i++) lag.grown(i * 10, i);
  assert.equal(lag.millis(1000), 999);
  lag.read(9990);
  assert.equal(lag.millis(1000), 0, 'the last byte came just now');
  lag.read(10_000);
  assert.equal(lag.millis(5000), 0);
});
