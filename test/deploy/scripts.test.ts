import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { type Ended, startChild } from '../child.ts';
import { inRoot } from './serve-options.ts';

const run = (path: string, env: Record<string, string>, args: string[] = []): Promise<Ended> =>
  startChild([path, ...args], { env, limitMillis: 30_000 }).ended;

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
