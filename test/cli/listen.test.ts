import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { listenAddress } from '../../src/cli/listen.ts';
import { startChild } from '../child.ts';
import { version5 } from '../datasets/netflow/version5.ts';
import { wiresift } from './run.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'wiresift-'));
after(() => rmSync(folder, { recursive: true }));

/** Starts `wiresift ARGS` on a free port and waits until it listens. */
async function listening(args: readonly string[]) {
  const child = startChild(['src/cli/main.ts', ...args], { cwd: root });
  const [, port] = await child.says(/listening on udp:\/\/127\.0\.0\.1:(\d+)\s/);
  return { child, port: Number(port) };
}

/** Sends datagrams one after the other from one socket, as an exporter does. */
async function send(port: number, datagrams: readonly Uint8Array[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const bytes of datagrams) {
    await new Promise<void>((resolve, reject) => {
      socket.send(bytes, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
    });
  }
  socket.close();
}

const web = (n: number) => ({
  from: [10, 0, 0, n],
  to: [192, 0, 2, 1],
  sourcePort: 4000 + n,
  port: 80,
  packets: 5,
  bytes: 700,
  flags: 27,
});
const answer = (n: number) => ({
  ...web(n),
  from: [192, 0, 2, 1],
  to: [10, 0, 0, n],
  sourcePort: 80,
  port: 4000 + n,
  bytes: 9000,
  started: 990,
});

test('flows over UDP are paired and written when Ctrl-C ends it', async () => {
  const out = join(folder, 'exported.binetflow');
  const run = await listening(['flows', 'udp://127.0.0.1:0', '-o', out]);
  await send(run.port, [
    version5([web(1), web(2)]),
    Uint8Array.from([1, 2, 3]),
    version5([answer(1), answer(2), web(3)]),
  ]);
  // Loopback datagrams are in the receiver's queue by now; it reads them before its timers.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { code, err: stderr } = await run.child.end('SIGINT');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /5 flow records in 3 messages of 1 exporters/);
  assert.match(stderr, /could not be read: 1/);
  const [header, ...rows] = readFileSync(out, 'utf8').trim().split('\n');
  assert.match(header!, /^StartTime,Dur,Proto/);
  assert.equal(rows.length, 3);
  const first = rows.find((row) => row.includes('10.0.0.1,4001'))!;
  assert.match(first, /,tcp,10\.0\.0\.1,4001,.*,192\.0\.2\.1,80,.*,10,9700,700,$/);
  assert.ok(!readdirSync(folder).some((name) => name.includes('.tmp-')));
});

test('detect over UDP ends by itself, names the scanner, and tells what it could not read', async () => {
  const scan = Array.from({ length: 60 }, (_, i) => ({
    from: [10, 0, 0, 66],
    to: [10, 2, 0, i + 1],
    sourcePort: 40_000 + i,
    port: 22,
    packets: 1,
    bytes: 40,
    flags: 2,
  }));
  const run = await listening(['detect', 'udp://127.0.0.1:0', '--for', '1.5', '--json']);
  await send(run.port, [
    version5(scan.slice(0, 30)),
    version5(scan.slice(30)),
    version5(scan).subarray(0, 100),
  ]);
  const { code, out: stdout, err: stderr } = await run.child.ended;
  assert.equal(code, 0, stderr);
  const alerts = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).wiresift);
  const found = alerts.find(({ kind }) => kind === 'horizontal-scan');
  assert.equal(found.host, '10.0.0.66');
  assert.equal(found.coverage.complete, false);
  assert.equal(found.coverage.unread_records, 1);
});

test('an address may be left out and is then the loopback, never the world', () => {
  assert.deepEqual(listenAddress('udp://:9995'), { address: '127.0.0.1', port: 9995 });
  assert.deepEqual(listenAddress('udp://'), { address: '127.0.0.1', port: 2055 });
  assert.deepEqual(listenAddress('udp://localhost'), { address: '127.0.0.1', port: 2055 });
  assert.deepEqual(listenAddress('udp://0.0.0.0:1'), { address: '0.0.0.0', port: 1 });
  assert.deepEqual(listenAddress('udp://[::1]'), { address: '::1', port: 2055 });
  assert.deepEqual(listenAddress('udp://[::]:4739'), { address: '::', port: 4739 });
});

test('what cannot be listened on is refused', () => {
  for (const text of ['host:1', '1.2.3.4:65536', '1.2.3.4:x', '::1', '[1.2.3.4]:5', '1.2.3:5']) {
    assert.throws(() => listenAddress(`udp://${text}`), /\[USAGE\]/, text);
  }
  assert.equal(wiresift(['flows', 'udp://:0', 'examples/office.pcap']).code, 2);
  assert.equal(wiresift(['flows', 'udp://:0', '--view', 'zeek']).code, 2);
  assert.equal(wiresift(['flows', 'udp://:0', '--for', '0']).code, 2);
  const run = wiresift(['flows', 'udp://203.0.113.1:0', '--for', '1']);
  assert.equal(run.code, 1);
  assert.match(run.stderr, /EADDRNOTAVAIL/);
});
