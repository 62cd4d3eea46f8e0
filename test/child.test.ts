import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (script: string, options = {}) => startChild(['-e', script], options);

test('an end that came before anybody asked is told all the same', async () => {
  const child = run('console.log(7)');
  await sleep(300);
  assert.deepEqual(await child.ended, { code: 0, signal: null, out: '7\n', err: '' });
  assert.equal((await child.end()).code, 0);
  await assert.rejects(child.says(/never/), /ended before it said/);
});

test('a process that was killed from outside has ended', async () => {
  const child = run('setInterval(() => {}, 1000); console.log("up")');
  await child.says(/up/);
  child.process.kill('SIGKILL');
  await sleep(300);
  assert.ok(child.over);
  assert.equal((await child.end('SIGTERM')).signal, 'SIGKILL');
});

test('each wait has its limit', async () => {
  const deaf = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")';
  const child = run(deaf);
  await child.says(/up/);
  await assert.rejects(child.says(/never/, 50), /did not say \/never\/ within 50 ms/);
  await assert.rejects(child.end('SIGTERM', 50), /did not end within 50 ms of SIGTERM/);
  await assert.rejects(run(deaf, { limitMillis: 50 }).ended, /did not end within 50 ms/);
  await assert.rejects(run('', { command: join(root, 'nothing') }).ended, /ENOENT/);
});

test('a process that leaves its pipe to another is not waited for', async () => {
  const heir = 'setTimeout(() => {}, 60000)';
  const script = `
    const { spawn } = require('node:child_process');
    const heir = spawn(process.execPath, ['-e', ${JSON.stringify(heir)}], { stdio: 'inherit' });
    console.log(heir.pid);
    process.exit(0);`;
  const child = run(script);
  const { code, out } = await child.ended;
  process.kill(Number(out), 'SIGKILL');
  assert.equal(code, 0);
});

test('every process that tests and measurements start has a limit', () => {
  const call = /\b(spawn|fork|exec|execFile|spawnSync|execFileSync|execSync)\(/g;
  // The one that is made safe here, and the one that has a watch of its own.
  const own = ['test/child.ts', 'test/child.test.ts', 'test/fuzz/watched.ts'];
  for (const folder of ['test', 'bench', 'conformance']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const path = `${folder}/${name.replaceAll('\\', '/')}`;
      if (!path.endsWith('.ts') || own.includes(path)) continue;
      const text = readFileSync(join(root, path), 'utf8');
      if (!/from 'node:child_process'/.test(text)) continue;
      for (const match of text.matchAll(call)) {
        if (text[match.index - 1] === '.') continue;
        const until = text.slice(match.index, match.index + 500).split(';\n')[0]!;
        assert.match(until, /timeout/i, `${path}: ${match[0]}) has no limit; see startChild()`);
      }
    }
  }
});
