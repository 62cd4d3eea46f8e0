import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startChild } from '../child.ts';
import { wiresift } from './run.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs the service until `ready` has looked at what it says, then ends it as Ctrl-C does. */
async function serving(
  args: readonly string[],
  ready: (said: string) => Promise<boolean>,
): Promise<{ code: number | null; said: string }> {
  const child = startChild(['src/cli/main.ts', 'serve', '--port', '0', ...args], {
    cwd: root,
    limitMillis: 60_000,
  });
  let looking = Promise.resolve(false);
  child.process.stderr!.on('data', () => {
    looking = looking.then(async (done) => {
      if (done || !(await ready(child.err))) return done;
      child.process.kill('SIGINT');
      return true;
    });
  });
  const { code, err: said } = await child.ended;
  return { code, said };
}

test('serve analyses the captures it is given, tells address and sign-in, and ends by Ctrl-C', async () => {
  const { code, said } = await serving(
    ['--temporary', '--log-level', 'silent', 'examples/attack.pcap'],
    async (text) => text.includes('alerts in'),
  );
  assert.equal(code, 0, said);
  assert.match(said, /^wiresift: http:\/\/127\.0\.0\.1:\d+ /m);
  assert.match(said, /changed at the first sign-in: [a-z2-9-]{19}$/m);
  assert.match(said, /attack\.pcap: 7 alerts in 19868 packets/);
  assert.doesNotMatch(said, /fault|Error/);
});

const openssl = spawnSync('openssl', ['version'], { timeout: 10_000 }).status === 0;
const without = openssl ? false : 'openssl, which makes the certificate, is not installed';

test('serve speaks TLS with given files, and its cookie then never leaves it', {
  skip: without,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-tls-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const words = ['req', '-x509', ...curve, '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  const files = ['-keyout', key, '-out', cert];
  const made = spawnSync('openssl', [...words, ...files], { timeout: 30_000 });
  assert.equal(made.status, 0);
  let headers: Record<string, unknown> = {};
  const { code } = await serving(
    ['--temporary', '--log-level', 'silent', '--tls-key', key, '--tls-cert', cert],
    async (text) => {
      const address = /https:\/\/[\d.]+:\d+/.exec(text)?.[0];
      const password = /first sign-in: (\S+)$/m.exec(text)?.[1];
      if (!address || !password) return false;
      const body = JSON.stringify({ name: 'admin', password });
      headers = await new Promise((resolve, reject) => {
        const call = request(
          `${address}/api/session`,
          {
            method: 'POST',
            rejectUnauthorized: false,
            headers: { 'content-type': 'application/json' },
          },
          (response) => resolve(response.resume().headers),
        );
        call.on('error', reject).end(body);
      });
      return true;
    },
  );
  assert.equal(code, 0);
  const cookie = String(headers['set-cookie']);
  assert.match(cookie, /^__Host-wiresift=/);
  assert.match(cookie, /Secure/);
  assert.match(String(headers['strict-transport-security']), /max-age/);
});

test('serve refuses options that make no sense', () => {
  for (const [args, words] of [
    [['--tls-key', 'x.pem'], /both or neither/],
    [['--tls-key', 'no.pem', '--tls-cert', 'no.pem'], /PEM file/],
    [['--port', '70000'], /number from 0 to 65535/],
    [['--console', '/tmp'], /index\.html/],
    [['nothing.pcap'], /nothing\.pcap/],
  ] as const) {
    const { code, stderr } = wiresift(['serve', '--temporary', ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, words);
  }
});
