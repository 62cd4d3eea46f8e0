import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlotTable } from '../../src/detect/slot-table.ts';

const key = (value: number): Uint32Array => Uint32Array.of(value, value * 7);

test('finds what was put in, and only that', () => {
  const table = new SlotTable({ slots: 1024, keyWords: 2, horizon: 1e9, seed: 3 });
  const slots = new Map<number, number>();
  for (let i = 0; i < 200; i++) slots.set(i, table.claim(key(i), i));
  assert.equal(new Set(slots.values()).size, 200);
  for (const [i, slot] of slots) assert.equal(table.find(key(i)), slot);
  assert.equal(table.find(key(4000)), -1);
  assert.equal(table.evicted, 0);
  table.claim(key(5), 9);
  assert.equal(table.fresh, false);
  assert.equal(table.inserted, 200);
});

test('evicts the lightest, then the oldest, and keeps its size', () => {
  const table = new SlotTable({ slots: 8, keyWords: 2, horizon: 1e9, seed: 0 });
  for (let i = 0; i < 8; i++) table.weight[table.claim(key(i), i)] = i === 3 || i === 5 ? 1 : 10;
  table.claim(key(100), 20);
  assert.equal(table.find(key(3)), -1);
  assert.notEqual(table.find(key(5)), -1);
  assert.equal(table.evicted, 1);
  assert.equal(table.slots, 8);
});

test('takes a stale slot before a light one, and does not call it evicted', () => {
  const table = new SlotTable({ slots: 8, keyWords: 2, horizon: 50, seed: 0 });
  for (let i = 0; i < 8; i++) table.weight[table.claim(key(i), i === 2 ? 0 : 60)] = i === 2 ? 9 : 1;
  table.claim(key(100), 100);
  assert.equal(table.find(key(2)), -1);
  assert.equal(table.evicted, 0);
});

test('a released slot is free', () => {
  const table = new SlotTable({ slots: 8, keyWords: 2, horizon: 50, seed: 0 });
  const slot = table.claim(key(1), 0);
  assert.ok(table.isUsed(slot));
  table.release(slot);
  assert.equal(table.find(key(1)), -1);
});

test('a heavy key survives a million light ones', () => {
  const table = new SlotTable({ slots: 256, keyWords: 2, horizon: 1e12, seed: 1 });
  table.weight[table.claim(key(0xffff_ffff), 0)] = 1000;
  for (let i = 0; i < 1_000_000; i++) table.weight[table.claim(key(i), i)] = 1;
  assert.notEqual(table.find(key(0xffff_ffff)), -1);
  assert.equal(table.slots, 256);
  assert.ok(table.evicted > 990_000);
});
