import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { BINARIES, compile } from '../../../../src/models/kernels/assembly/build.ts';

const folder = new URL('../../../../src/models/kernels/assembly/', import.meta.url);

describe('the compiled kernels', () => {
  for (const each of BINARIES) {
    it(`of ${each.source} are what the source gives`, async () => {
      assert.equal(readFileSync(new URL(each.file, folder), 'utf8'), await compile(each));
    });
  }
});
