import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WiresiftError } from '../../src/base/index.ts';
import { engineError } from '../../src/store/engine-error.ts';
import { publicUrl } from '../../src/store/postgres-driver.ts';

test('errors of the engines get our codes; what is unknown stays as it is', () => {
  const codeOf = (error: unknown) => (engineError(error, 'here') as WiresiftError).code;
  assert.equal(codeOf({ errcode: 13 }), 'STORE_FULL');
  assert.equal(codeOf({ errcode: 5 + 256 }), 'STORE_LOCKED');
  assert.equal(codeOf({ errcode: 2067 }), 'STORE_EXISTS');
  assert.equal(codeOf({ code: '53100' }), 'STORE_FULL');
  assert.equal(codeOf({ code: '23505' }), 'STORE_EXISTS');
  assert.equal(codeOf({ code: 'ENOSPC' }), 'STORE_FULL');
  assert.equal(codeOf({ code: 'EIO' }), 'STORE_IO');
  assert.equal(codeOf({ errcode: 1034 }), 'STORE_IO');
  assert.equal(codeOf(new Error('IO Error: Read-only file system')), 'STORE_READ_ONLY');
  assert.equal(codeOf({ code: 'ECONNREFUSED' }), 'STORE_OPEN');
  assert.equal(codeOf(new Error('Connection terminated unexpectedly')), 'STORE_OPEN');
  assert.equal(codeOf(new Error('IO Error: No space left on device')), 'STORE_FULL');
  const other = new Error('something else');
  assert.equal(engineError(other, 'here'), other);
  assert.equal(engineError(undefined, 'here'), undefined);
  const ours = engineError({ errcode: 13 }, 'here');
  assert.ok(ours instanceof WiresiftError && ours.facts.where === 'here');
  assert.equal(engineError(ours, 'there'), ours);
});

test('an address is named without its password', () => {
  assert.equal(publicUrl('postgres://ann:secret@db:5432/w?x=y'), 'postgres://db:5432/w');
  assert.doesNotMatch(publicUrl('secret'), /secret/);
});
