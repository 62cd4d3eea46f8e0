import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Journal } from '../../bench/figures/journal.ts';

test('a journal spares what was finished, and no more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-journal-'));
  const path = join(folder, 'run.jsonl');
  try {
    const first = new Journal<{ n: number }>(path);
    let made = 0;
    const make = async () => ({ n: ++made });
    assert.deepEqual(await first.get(['a', 1], make), { n: 1 });
    assert.deepEqual(await first.get(['a', 1], make), { n: 1 });
    assert.deepEqual(await first.get(['a', 2], make), { n: 2 });
    const failing = () => Promise.reject(new Error('stopped'));
    await assert.rejects(first.get(['b'], failing), /stopped/);
    // A run that was killed while it wrote.
    appendFileSync(path, '{"key":"[\\"c\\"]","val');
    const second = new Journal<{ n: number }>(path);
    assert.deepEqual(await second.get(['a', 2], failing), { n: 2 });
    assert.deepEqual(await second.get(['c'], make), { n: 3 });
    const third = new Journal<{ n: number }>(path);
    assert.deepEqual(await third.get(['c'], failing), { n: 3 });
    assert.deepEqual(await third.get(['a', 1], failing), { n: 1 });
    assert.equal(readFileSync(path, 'utf8').trimEnd().split('\n').length, 4);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const none = new Journal<number>(undefined);
  assert.equal(await none.get('x', async () => 7), 7);
});
