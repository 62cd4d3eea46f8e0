import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Ended, startChild } from '../child.ts';
import { inRoot, readRoot, serveVariables } from './serve-options.ts';

const run = (path: string, env: Record<string, string>, args: string[] = []): Promise<Ended> =>
  startChild([path, ...args], { env, limitMillis: 30_000 }).ended;

describe('start.mjs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-start-'));
  after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'dist/cli'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const tell = 'console.log(JSON.stringify([process.env.DATABASE_URL, process.argv.slice(2)]));';
  writeFileSync(join(folder, 'dist/cli/main.js'), tell);
  cpSync(inRoot('deploy/start.mjs'), join(folder, 'deploy/start.mjs'), { recursive: true });
  const start = join(folder, 'deploy/start.mjs');
  const secret = join(folder, 'secret');

  it('hands on arguments, and the text of a file as the variable', async () => {
    writeFileSync(secret, 'postgres://a:b c@d/e\n');
    const { out } = await run(start, { DATABASE_URL_FILE: secret }, ['serve', '--port=1']);
    assert.deepEqual(JSON.parse(out), ['postgres://a:b c@d/e', ['serve', '--port=1']]);
    const plain = await run(start, { DATABASE_URL: 'postgres://x/y' });
    assert.deepEqual(JSON.parse(plain.out), ['postgres://x/y', []]);
  });

  it('says what is wrong and never the secret', async () => {
    const both = await run(start, { DATABASE_URL: 'hidden', DATABASE_URL_FILE: secret });
    assert.equal(both.code, 2);
    assert.match(both.err, /both set/);
    assert.doesNotMatch(both.err, /hidden/);
    const absent = await run(start, { WIRESIFT_ADMIN_PASSWORD_FILE: join(folder, 'absent') });
    assert.equal(absent.code, 2);
    assert.match(absent.err, /WIRESIFT_ADMIN_PASSWORD_FILE: ENOENT/);
    writeFileSync(secret, '\n');
    const empty = await run(start, { DATABASE_URL_FILE: secret });
    assert.equal(empty.code, 2);
    assert.match(empty.err, /is empty/);
  });

  it('knows every secret of the service', () => {
    const list = /SECRETS = \[([^\]]*)\]/.exec(readRoot('deploy/start.mjs'))?.[1];
    const names = [...list!.matchAll(/'(\w+)'/g)].map(([, name]) => name!);
    const secrets = serveVariables().filter((name) => name !== 'XDG_DATA_HOME');
    assert.deepEqual(names.sort(), secrets.sort());
  });
});

describe('healthcheck.mjs', () => {
  const script = inRoot('deploy/healthcheck.mjs');

  async function ask(answer: RequestListener): Promise<Ended> {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      return await run(script, { WIRESIFT_HEALTH_URL: `http://127.0.0.1:${port}/healthz` });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it('is content with 200 and nothing else', async () => {
    assert.equal((await ask((_, reply) => reply.end('ok'))).code, 0);
    const busy = await ask((_, reply) => reply.writeHead(503).end());
    assert.equal(busy.code, 1);
    assert.match(busy.err, /503/);
    assert.equal((await ask((request) => request.socket.destroy())).code, 1);
  });

  it('does not wait for ever', async () => {
    const silent = await ask(() => {});
    assert.equal(silent.code, 1);
    assert.match(silent.err, /no answer within 4000 ms/);
  });
});
