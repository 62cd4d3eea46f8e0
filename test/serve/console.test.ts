import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runningService } from './running.ts';

test('every address of the console is its one page; what the service lacks is not', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-console-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>');
  const nobody = (await runningService(t, { console: folder })).stranger();
  for (const path of ['/', '/alerts', '/hosts/192.0.2.1']) {
    const { status, text } = await nobody.call('GET', path);
    assert.equal(status, 200, path);
    assert.match(text, /<title>page/, path);
  }
  for (const path of ['/api/nothing', '/assets/gone.js']) {
    const { status, body } = await nobody.call<{ error?: unknown }>('GET', path);
    assert.notEqual(status, 200, path);
    assert.ok(body.error, path);
  }
});

test('without a console the service says so', async (t) => {
  const nobody = (await runningService(t)).stranger();
  assert.match((await nobody.call('GET', '/')).text, /not built/);
  assert.equal((await nobody.call('GET', '/alerts')).status, 404);
});
