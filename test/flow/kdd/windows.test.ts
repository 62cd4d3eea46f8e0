import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KDD_FLAGS } from '../../../src/flow/kdd/flag.ts';
import { KDD_MODES, type KddMode } from '../../../src/flow/kdd/mode.ts';
import { KDD_SERVICES } from '../../../src/flow/kdd/services.ts';
import { KddWindows } from '../../../src/flow/kdd/windows.ts';
import { type Conn, naive } from './naive.ts';

/** All rows of the windows over `conns`. */
function rows(conns: readonly Conn[], mode: KddMode): number[][] {
  const windows = new KddWindows(mode);
  const keys = new Map<string, number>();
  const hosts = new Map<string, number>();
  const id = (map: Map<string, number>, text: string): number => {
    if (!map.has(text)) map.set(text, map.size + 1);
    return map.get(text)!;
  };
  return conns.map((conn) => {
    windows.add({
      time: Math.round(conn.time * 1e6),
      host0: 0,
      host1: 0,
      host2: 0xffff,
      host3: id(hosts, conn.host),
      service: KDD_SERVICES.indexOf(conn.service),
      serviceKey: id(keys, conn.key),
      flag: (KDD_FLAGS as readonly string[]).indexOf(conn.flag),
      originatorPort: conn.sourcePort,
    });
    return [...windows.values];
  });
}

const conn = (time: number, fields: Partial<Conn> = {}): Conn => {
  const service = fields.service ?? 'http';
  const plain = { host: 'a', flag: 'SF', sourcePort: 1024 + Math.round(time * 1000) };
  return { time, ...plain, service, key: service, ...fields };
};

test('row 1 of the training file: nine to one web server, eight of them within two seconds', () => {
  const conns = [conn(0), ...Array.from({ length: 8 }, (_, i) => conn(3 + i / 10))];
  const expected = [8, 8, 0, 0, 0, 0, 1, 0, 0, 9, 9, 1, 0, 0.11, 0, 0, 0, 0, 0];
  assert.deepEqual(rows(conns, 'data').at(-1), expected);
});

test('a neptune row: 123 to one host, 6 to this port, 9 ports in all', () => {
  // Twenty SYNs a port, as that attack sends them: 6 to this one, and 117 to eight others.
  const conns: Conn[] = [];
  const add = (port: string, times: number, from: number): void => {
    for (let i = 0; i < times; i++) {
      conns.push(conn(from + i / 1e4, { service: 'private', key: port, flag: 'S0' }));
    }
  };
  for (let port = 0; port < 6; port++) add(`long ago ${port}`, 20, port / 100);
  for (let port = 0; port < 7; port++) add(`port ${port}`, port === 0 ? 16 : 15, 10 + port / 100);
  add('port 7', 11, 10.2);
  add('port 8', 6, 10.3);
  const row = rows(conns, 'data').at(-1)!;
  assert.deepEqual(row.slice(0, 9), [123, 6, 1, 1, 0, 0, 0.05, 0.07, 0]);
  const [count, srvCount, same, diff] = row.slice(9, 13);
  assert.deepEqual([count, srvCount, same, diff], [243, 6, 0.02, 0.06]);
});

test('26 of 255 to this service is 0.10', () => {
  const conns = Array.from({ length: 400 }, (_, i) =>
    conn(i * 5, { service: 'private', key: i >= 374 ? 'x' : `p${i % 12}`, flag: 'S0' }),
  );
  const row = rows(conns, 'data').at(-1)!;
  assert.deepEqual(row.slice(9, 13), [255, 26, 0.1, 0.05]);
});

test('one of two web servers: two distinct hosts by two connections is 1.00', () => {
  // A row of the training file: 1,2,…,1.00,0.00,1.00.
  const row = rows([conn(0, { host: 'b' }), conn(1)], 'data')[1]!;
  assert.deepEqual(row.slice(0, 9), [1, 2, 0, 0, 0, 0, 1, 0, 1]);
});

test('guessed passwords, six rows of the training file', () => {
  // Lines 22751 to 22756: S3, then resets, two seconds at most to the one before and not always.
  const times = [0, 1, 2.5, 5, 6.5, 8];
  const conns = times.map((time, i) =>
    conn(time, { service: 'telnet', flag: i === 0 ? 'S3' : 'RSTO', sourcePort: 2000 + i }),
  );
  const expected = [
    [1, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0],
    [2, 2, 0.5, 0.5, 0.5, 0.5, 1, 0, 0, 2, 2, 1, 0, 0.5, 0, 0.5, 0.5, 0.5, 0.5],
    [2, 2, 0, 0, 1, 1, 1, 0, 0, 3, 3, 1, 0, 0.33, 0, 0.33, 0.33, 0.67, 0.67],
    [1, 1, 0, 0, 1, 1, 1, 0, 0, 4, 4, 1, 0, 0.25, 0, 0.25, 0.25, 0.75, 0.75],
    [2, 2, 0, 0, 1, 1, 1, 0, 0, 5, 5, 1, 0, 0.2, 0, 0.2, 0.2, 0.8, 0.8],
    [2, 2, 0, 0, 1, 1, 1, 0, 0, 6, 6, 1, 0, 0.17, 0, 0.17, 0.17, 0.83, 0.83],
  ];
  assert.deepEqual(rows(conns, 'data'), expected);
});

test('stolen software, four rows of the training file: the two seconds are between starts', () => {
  // Lines 77145 to 77148: transfers of 0, 0, 9 and 10 s, one after the other.
  const conns = [0, 0.5, 1, 10.2].map((time) =>
    conn(time, { service: 'ftp_data', sourcePort: 20 }),
  );
  const counts = rows(conns, 'data').map((row) => [row[0], row[1], row[9], row[10], row[13]]);
  const expected = [
    [1, 1, 1, 1, 1],
    [2, 2, 2, 2, 1],
    [3, 3, 3, 3, 1],
    [1, 1, 4, 4, 1],
  ];
  assert.deepEqual(counts, expected);
});

test('the windows hold 511 and 255 connections in all, not of each host', () => {
  const conns = Array.from({ length: 3000 }, (_, i) =>
    conn(i / 1e5, { host: i % 3 === 0 ? 'a' : 'b', key: i % 2 === 0 ? 'x' : 'y' }),
  );
  for (const row of rows(conns, 'data').slice(-300)) {
    assert.ok(row[0]! + row[1]! - Math.round(row[6]! * row[0]!) <= 511);
    assert.ok(row[9]! + row[10]! - Math.round(row[11]! * row[9]!) <= 255);
  }
  const flood = Array.from({ length: 2000 }, (_, i) => conn(i / 1e5, { service: 'ecr_i' }));
  const row = rows(flood, 'data').at(-1)!;
  assert.deepEqual(row.slice(0, 2), [511, 511]);
  assert.deepEqual(row.slice(9, 11), [255, 255]);
});

test('ai-ids looks before it counts, and clears away one connection late', () => {
  const conns = [conn(0), conn(1), conn(10), conn(10.5), conn(11)];
  const counts = rows(conns, 'ai-ids').map((row) => row[0]);
  assert.deepEqual(counts, [0, 1, 2, 1, 2]);
  const row = rows([conn(0, { sourcePort: 7 }), conn(1, { sourcePort: 7 })], 'ai-ids')[1]!;
  assert.equal(row[13], 0.5);
});

test('gure counts in whole seconds, 2 back, and never calls other the same service', () => {
  const counts = rows([conn(0.9), conn(1), conn(2.1), conn(3.2)], 'gure').map((row) => row[0]);
  assert.deepEqual(counts, [0, 1, 2, 2]);
  const other = { service: 'other', key: '9999' };
  const row = rows([conn(0, other), conn(1, other)], 'gure')[1]!;
  assert.deepEqual(row.slice(0, 9), [1, 1, 0, 0, 0, 0, 0, 0, 0]);
  const mixed = [conn(0, { key: '8080' }), conn(0), conn(0, { service: 'smtp', key: '25' })];
  assert.equal(rows([...mixed, conn(1)], 'gure')[3]![6], 0.666667);
});

test('a connection that comes late counts as of the latest time', () => {
  const windows = new KddWindows('data');
  const event = {
    time: 5e6,
    host0: 0,
    host1: 0,
    host2: 0,
    host3: 1,
    service: 0,
    serviceKey: 1,
    flag: 0,
    originatorPort: 1,
  };
  windows.add(event);
  windows.add({ ...event, time: 1e6 });
  assert.equal(windows.values[0], 2);
  assert.equal(windows.late, 1);
});

const flags = KDD_FLAGS.slice(0, 11);
const arbitrary = fc.record({
  gap: fc.constantFrom(0, 0.001, 0.3, 1, 2, 2.000001, 7),
  host: fc.constantFrom('a', 'b', 'c', 'd'),
  service: fc.constantFrom('http', 'smtp', 'other', 'private'),
  port: fc.integer({ min: 1, max: 3 }),
  flag: fc.constantFrom(...flags),
  sourcePort: fc.integer({ min: 1, max: 4 }),
});

for (const mode of KDD_MODES) {
  test(`${mode}: one pass gives what rescanning gives`, () => {
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 400, size: 'max' }), (list) => {
        let time = 0;
        const conns = list.map((one): Conn => {
          time = Math.round((time + one.gap) * 1e6) / 1e6;
          const key = mode === 'ai-ids' ? one.service : `${one.service} ${one.port}`;
          return { ...one, time, key };
        });
        rows(conns, mode).forEach((row, at) => {
          assert.deepEqual(row, naive(conns, at, mode), `row ${at} of ${conns.length}`);
        });
      }),
      { numRuns: 25, seed: 7 },
    );
  });
}

test('memory is bounded by the windows, whatever comes', () => {
  const windows = new KddWindows('data');
  const event = {
    time: 0,
    host0: 0,
    host1: 0,
    host2: 0,
    host3: 0,
    service: 0,
    serviceKey: 0,
    flag: 1,
    originatorPort: 0,
  };
  for (let i = 0; i < 20_000; i++) {
    event.host3 = i;
    event.serviceKey = i;
    windows.add(event);
  }
  assert.ok(windows.capacity <= 512 + 256, `${windows.capacity} slots`);
  assert.equal(windows.values[0], 1);
  assert.equal(windows.early, 20_000 - 511);
});
