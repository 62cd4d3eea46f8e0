import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { secretOf } from '../../src/cli/environment.ts';
import { startChild } from '../child.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-secrets-'));
after(() => rmSync(folder, { recursive: true }));
const file = (text: string): string => {
  const path = join(folder, 'secret');
  writeFileSync(path, text);
  return path;
};

test('a secret comes from its variable, or from the file that NAME_FILE names', () => {
  assert.equal(secretOf('X', {}), undefined);
  assert.equal(secretOf('X', { X: '' }), undefined);
  assert.equal(secretOf('X', { X: 'a b' }), 'a b');
  assert.equal(
    secretOf('X', { X: '', X_FILE: file('postgres://a:b c@d/e\n') }),
    'postgres://a:b c@d/e',
  );
  assert.equal(secretOf('X', { X_FILE: file('two\nlines\r\n') }), 'two\nlines');
});

test('what is wrong with it is told, and never the secret', () => {
  const problem = (environment: Record<string, string>): string => {
    try {
      secretOf('X', environment);
    } catch (error) {
      return String(error);
    }
    throw new Error('taken');
  };
  const both = problem({ X: 'hidden', X_FILE: file('hidden') });
  assert.match(both, /X, X_FILE: saw both set/);
  assert.doesNotMatch(both, /hidden/);
  assert.match(problem({ X_FILE: join(folder, 'absent') }), /X_FILE: saw ENOENT/);
  assert.match(problem({ X_FILE: file('\n') }), /which is empty/);
});

test('the service takes both of its secrets so', async () => {
  for (const name of ['DATABASE_URL', 'WIRESIFT_ADMIN_PASSWORD']) {
    const env = { ...process.env, [`${name}_FILE`]: join(folder, 'absent') };
    const args = ['src/cli/main.ts', 'serve', '--temporary', '--port', '0'];
    const { code, err } = await startChild(args, { env, limitMillis: 60_000 }).ended;
    assert.equal(code, 2, err);
    assert.match(err, new RegExp(`${name}_FILE: saw ENOENT`));
  }
});
