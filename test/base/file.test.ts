import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { abortOpenFiles, createWholeFile, writeWhole } from '../../src/base/index.ts';
import { failFlushes } from '../failing-flush.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wiresift-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a file appears under its name only when it is whole', () => {
  const path = join(folder, 'out.csv');
  const file = createWholeFile(path);
  file.write('first,');
  file.write(Uint8Array.of(50));
  assert.ok(!readdirSync(folder).includes('out.csv'));
  file.commit();
  assert.equal(readFileSync(path, 'utf8'), 'first,2');
  assert.deepEqual(readdirSync(folder), ['out.csv']);
});

test('an aborted file leaves nothing, and the old one stays', () => {
  const path = join(folder, 'out.csv');
  writeWhole(path, 'old');
  const file = createWholeFile(path);
  file.write('new');
  file.abort();
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['out.csv']);
});

test('a flush that fails is told; nothing half is left, and the old one stays', (t) => {
  const path = join(folder, 'out.csv');
  writeWhole(path, 'old');
  const mend = failFlushes(t);
  assert.throws(() => writeWhole(path, 'new'), { code: 'EIO' });
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['out.csv']);
  mend();
  writeWhole(path, 'new');
  assert.equal(readFileSync(path, 'utf8'), 'new');
});

test('a name that cannot be taken leaves nothing behind', () => {
  const path = join(folder, 'out.csv');
  mkdirSync(join(path, 'inside'), { recursive: true });
  assert.throws(() => writeWhole(path, 'new'), /EISDIR|ENOTEMPTY|EEXIST|EPERM/);
  assert.deepEqual(readdirSync(folder), ['out.csv']);
});

test('Ctrl-C removes every file still in the making', () => {
  createWholeFile(join(folder, 'a')).write('1');
  createWholeFile(join(folder, 'b')).write('2');
  abortOpenFiles();
  assert.deepEqual(readdirSync(folder), []);
});
