import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryInput } from '../../src/capture/input.ts';
import { ReadWindow } from '../../src/capture/window.ts';
import { body } from './build.ts';

describe('ReadWindow', () => {
  it('moves what is left to the front and reads behind it', async () => {
    const input = new MemoryInput('test', body(10));
    const window = new ReadWindow(4);
    assert.equal(await window.fill(input), true);
    window.from = 3;
    assert.equal(await window.fill(input), true);
    assert.deepEqual([...window.bytes.subarray(window.from, window.to)], [3, 4, 5, 6]);
    assert.equal(window.bytes.length, 4);
  });

  it('doubles only when what came fills it', async () => {
    const input = new MemoryInput('test', body(100));
    const window = new ReadWindow(8);
    while (await window.fill(input)) assert.ok(window.bytes.length <= Math.max(8, window.to * 2));
    assert.deepEqual([...window.bytes.subarray(0, window.to)], [...body(100)]);
    assert.equal(await window.fill(input), false);
  });
});
