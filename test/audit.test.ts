import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../bin/audit.mjs', import.meta.url));
const { verdictOf } = (await import(script)) as {
  verdictOf: (text: string) => { found: boolean; line: string };
};

test('a registry that refuses to be asked is told aloud; only known weaknesses fail', () => {
  const refused = verdictOf('{"message":"405 Method Not Allowed","error":{"summary":""}}');
  assert.deepEqual(refused, {
    found: false,
    line: 'npm audit was refused (405 Method Not Allowed): the packages were NOT checked',
  });
  assert.match(verdictOf('').line, /NOT checked/);
  const clean = { metadata: { vulnerabilities: { total: 0 }, dependencies: { total: 412 } } };
  assert.deepEqual(verdictOf(JSON.stringify(clean)), {
    found: false,
    line: 'npm audit: nothing known against 412 packages',
  });
  const weak = {
    vulnerabilities: { 'left-pad': { severity: 'high' } },
    metadata: { vulnerabilities: { total: 1 } },
  };
  assert.deepEqual(verdictOf(JSON.stringify(weak)), {
    found: true,
    line: 'npm audit: 1 known weaknesses: left-pad (high)',
  });
});
