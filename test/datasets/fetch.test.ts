import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WiresiftError } from '../../src/base/index.ts';
import { type FetchOptions, type FetchProgress, fetchDataset } from '../../src/datasets/index.ts';

/** Scenario 1 has no known checksum, scenario 6 has. */
const FREE = 'capture20110810.binetflow';
const CHECKED = 'capture20110816.binetflow';
const BODY = 'StartTime,Dur\n'.repeat(30_000);

type Answer = (response: ServerResponse, path: string) => void;

/** A publisher of our own on this machine: options whose fetch goes there. */
async function publisher(t: TestContext, answer: Answer): Promise<FetchOptions> {
  const server = createServer((request, response) => answer(response, request.url ?? ''));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const into = join(mkdtempSync(join(tmpdir(), 'wiresift-')), 'new', 'folder');
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(join(into, '..', '..'), { recursive: true, force: true });
  });
  const { port } = server.address() as AddressInfo;
  const local: typeof fetch = (url, init) =>
    fetch(String(url).replace('https://mcfp.felk.cvut.cz', `http://127.0.0.1:${port}`), init);
  // The answer must look as if it came from the address that was asked for.
  const disguised: typeof fetch = async (url, init) =>
    Object.defineProperty(await local(url, init), 'url', {
      value: String(url),
      configurable: true,
    });
  return { name: 'ctu13', files: [FREE], into, fetch: disguised };
}

async function fails(options: FetchOptions, code: string, message: RegExp): Promise<void> {
  await assert.rejects(
    () => fetchDataset(options),
    (error: unknown) => {
      assert.ok(error instanceof WiresiftError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    },
  );
}

test('a file is fetched whole, with progress, and kept the next time', async (t) => {
  const asked: string[] = [];
  const options = await publisher(t, (response, path) => {
    asked.push(path);
    response.setHeader('content-length', BODY.length);
    response.end(BODY);
  });
  const seen: FetchProgress[] = [];
  const [file] = await fetchDataset({ ...options, onProgress: (step) => seen.push(step) });
  const path = join(options.into, FREE);
  assert.equal(readFileSync(path, 'utf8'), BODY);
  const sha256 = createHash('sha256').update(BODY).digest('hex');
  const expected = { name: FREE, path, bytes: BODY.length, sha256, checked: false };
  assert.deepEqual(file, { ...expected, fetched: true });
  assert.deepEqual(seen.at(-1), { file: FREE, done: BODY.length, total: BODY.length });
  assert.match(asked[0]!, /Botnet-42\/detailed-bidirectional-flow-labels\/capture20110810/);
  assert.deepEqual(await fetchDataset(options), [{ ...expected, fetched: false }]);
  assert.equal(asked.length, 1);
  assert.deepEqual(readdirSync(options.into), [FREE]);
});

const refusals: [name: string, answer: Answer, code: string, message: RegExp][] = [
  ['status 404', (response) => response.writeHead(404).end('gone'), 'DATASET_FETCH', /status 404/],
  [
    'a connection cut midway',
    (response) => {
      response.setHeader('content-length', BODY.length);
      response.write(BODY.slice(0, 70_000));
      setTimeout(() => response.destroy(), 30);
    },
    'DATASET_FETCH',
    /lost after \d+ bytes|cut off/,
  ],
  ['a refused connection', (response) => response.destroy(), 'DATASET_FETCH', /saw .+, expected/],
  [
    'silence',
    (response) => void response.write('a few bytes'),
    'DATASET_FETCH',
    /no byte for 0\.2 s, 11 before that/,
  ],
];

for (const [name, answer, code, message] of refusals) {
  test(`${name} says so and leaves nothing`, async (t) => {
    const options = await publisher(t, answer);
    await fails({ ...options, silence: 200 }, code, message);
    assert.deepEqual(readdirSync(options.into), []);
  });
}

test('a file with another checksum is not kept', async (t) => {
  const options = await publisher(t, (response) => response.end(BODY));
  await fails({ ...options, files: [CHECKED] }, 'DATASET_FETCH', /expected 76780048 bytes/);
  assert.deepEqual(readdirSync(options.into), []);
});

test('a file already there that is another one is not overwritten', async (t) => {
  const options = await publisher(t, (response) => response.end(BODY));
  await fetchDataset(options);
  writeFileSync(join(options.into, CHECKED), 'mine');
  await fails({ ...options, files: [CHECKED] }, 'DATASET_CHECKSUM', /Move it away/);
  assert.equal(readFileSync(join(options.into, CHECKED), 'utf8'), 'mine');
});

test('a stop by the user leaves nothing', async (t) => {
  const options = await publisher(t, (response) => void response.write('a few bytes'));
  const control = new AbortController();
  const onProgress = (): void => control.abort();
  await fails({ ...options, onProgress, signal: control.signal }, 'ABORTED', /stop/);
  assert.deepEqual(readdirSync(options.into), []);
});

test('an answer over a redirect without encryption is refused', async (t) => {
  const options = await publisher(t, (response) => response.end(BODY));
  const downgraded: typeof fetch = async (url, init) =>
    Object.defineProperty(await options.fetch!(url, init), 'url', { value: 'http://elsewhere/' });
  await fails({ ...options, fetch: downgraded }, 'DATASET_FETCH', /not encrypted/);
});

test('unknown data sets, files and files without an address are usage errors', async (t) => {
  const options = await publisher(t, (response) => response.end(BODY));
  await fails({ ...options, name: 'nope' }, 'DATASET_NAME', /nope/);
  await fails({ ...options, files: ['../x'] }, 'DATASET_NAME', /no file of it/);
  await fails({ ...options, name: 'kdd99', files: ['corrected.gz'] }, 'DATASET_NAME', /without a/);
  await fails(
    { ...options, name: 'zeek-labelled', files: [] },
    'DATASET_NAME',
    /no recorded address/,
  );
  assert.equal(existsSync(options.into), false);
});
