import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSE_REASONS } from '../../src/flow/index.ts';
import { A, arp, B, ether, ip, ipv4, metered, tcp, u16, udp } from './packets.ts';

// Expected rows are what Argus 3.0.8.2 (`argus -S 3600`, `ra -Z b`) printed of the same frames.

const forward = (time: number, flags: string, n: [number, number] = [1, 0], data: number[] = []) =>
  ip(time, ipv4(A, B, 6, tcp(1009, 80, flags, n, data)));
const back = (time: number, flags: string, n: [number, number] = [1, 0], data: number[] = []) =>
  ip(time, ipv4(B, A, 6, tcp(80, 1009, flags, n, data), { tos: 4 }));

test('a handshake, data and FINs are one record with the flags of both sides', () => {
  const { rows, reasons } = metered([
    forward(1000, 'S', [100, 0]),
    back(1001, 'SA', [300, 101]),
    forward(1002, 'A', [101, 301]),
    forward(1003, 'PA', [101, 301], [1, 2, 3]),
    back(1004, 'FA', [301, 104]),
  ]);
  assert.deepEqual(rows, [
    '00:16:40.000000,4.000000,tcp,10.0.0.1,1009,   ->,10.0.0.2,80,SPA_FSA,0,4,5,273,165',
  ]);
  assert.deepEqual(
    reasons.map((reason) => CLOSE_REASONS[reason]),
    ['end'],
  );
});

test('a SYN after the end begins a new record; the old one keeps the time of that SYN', () => {
  const { rows, reasons } = metered([
    forward(1000, 'S', [100, 0]),
    back(1001, 'SA', [300, 101]),
    forward(1002, 'A', [101, 301]),
    forward(1003, 'FA', [101, 301]),
    forward(1004, 'S', [900, 0]),
    back(1005, 'SA', [1000, 901]),
  ]);
  assert.deepEqual(rows, [
    '00:16:40.000000,4.000000,tcp,10.0.0.1,1009,   ->,10.0.0.2,80,FSA_SA,0,4,4,216,162',
    '00:16:44.000000,1.000000,tcp,10.0.0.1,1009,   ->,10.0.0.2,80,S_SA,0,4,2,108,54',
  ]);
  assert.equal(CLOSE_REASONS[reasons[0]!], 'restarted');
});

test('a restart from the other side keeps Argus’s exchanged addresses', () => {
  const { rows } = metered([
    forward(1000, 'R', [100, 0]),
    back(1001, 'S', [200, 0]),
    forward(1002, 'SA', [300, 201]),
  ]);
  assert.deepEqual(rows, [
    '00:16:41.000000,0.000000,tcp,10.0.0.1,1009,   ?>,10.0.0.2,80,R_,0,4,1,54,54',
    '00:16:41.000000,1.000000,tcp,10.0.0.1,1009,   ->,10.0.0.2,80,S_SA,4,0,2,108,54',
  ]);
});

test('a repeated SYN, or one with ECN flags, does not restart', () => {
  assert.equal(metered([forward(1000, 'S', [1, 0]), forward(1001, 'S', [2, 0])]).rows.length, 1);
  const { rows } = metered([
    forward(1000, 'S', [100, 0]),
    forward(1001, 'FA', [101, 0]),
    forward(1002, 'SEC', [200, 0]),
  ]);
  assert.deepEqual(rows, [
    '00:16:40.000000,2.000000,tcp,10.0.0.1,1009,   ->,10.0.0.2,80,FSAEC_,0,,3,162,162',
  ]);
});

test('without a SYN the direction is unknown, and the likely server is printed last', () => {
  const known = metered([forward(1000, 'A', [1, 5]), back(1001, 'A', [5, 2])]);
  assert.match(known.rows[0]!, /10\.0\.0\.1,1009, {2}<\?>,10\.0\.0\.2,80,A_A/);
  const turned = metered([back(1000, 'PA', [5, 2], [1]), forward(1001, 'A', [1, 5])]);
  assert.match(turned.rows[0]!, /10\.0\.0\.1,1009, {2}<\?>,10\.0\.0\.2,80,A_PA,0,4,2,109,54/);
  const answer = metered([forward(1000, 'SA', [100, 50]), back(1001, 'A', [50, 101])]);
  assert.match(answer.rows[0]!, /10\.0\.0\.2,80, {3}->,10\.0\.0\.1,1009,A_SA,4,0/);
});

test('a flow longer than the status interval leaves a record each time', () => {
  const packet = (time: number) => ip(time, ipv4(A, B, 17, udp(1111, 2222, [1])));
  const reply = ip(2000, ipv4(B, A, 17, udp(2222, 1111, [1])));
  const frames = [packet(1000), packet(1100), reply, ...[4599, 4601, 4602, 8300].map(packet)];
  const { rows, reasons } = metered(frames);
  assert.deepEqual(rows, [
    '00:16:40.000000,3599.000000,udp,10.0.0.1,1111,  <->,10.0.0.2,2222,CON,0,0,4,172,129',
    '01:16:41.000000,1.000000,udp,10.0.0.1,1111,   ->,10.0.0.2,2222,REQ,0,0,2,86,86',
    '02:18:20.000000,0.000000,udp,10.0.0.1,1111,   ->,10.0.0.2,2222,REQ,0,0,1,43,43',
  ]);
  assert.deepEqual(
    reasons.map((reason) => CLOSE_REASONS[reason]),
    ['status', 'idle', 'end'],
  );
});

test('after its status record a silent flow is forgotten at its timeout', () => {
  const one = (time: number) => ip(time, ipv4(A, B, 17, udp(1, 2, [1])));
  const other = (time: number) => ip(time, ipv4('1.1.1.1', '2.2.2.2', 17, udp(9, 9)));
  const short = metered([one(0x10000), other(0x10000 + 11), one(0x10000 + 25)], {
    statusInterval: 10,
  });
  assert.match(short.rows.at(-1)!, /REQ/, 'back within 30 s: the same flow goes on');
  const long = metered(
    [one(0x10000), other(0x10000 + 11), other(0x10000 + 42), one(0x10000 + 43)],
    {
      statusInterval: 10,
    },
  );
  assert.equal(
    long.rows.filter((row) => row.includes('10.0.0.1,1,') && row.includes('INT')).length,
    2,
  );
});

test('UDP to port 53 is one flow a query identifier', () => {
  const query = (time: number, id: number) => ip(time, ipv4(A, B, 17, udp(4000, 53, u16(id))));
  const { rows } = metered([query(1000, 1), query(1001, 2), query(1002, 1)]);
  assert.equal(rows.length, 2);
});

test('echoes pair by identifier and sequence; a lone reply is turned round', () => {
  const echo = (type: number, id: number, sequence: number) => [
    type,
    0,
    0,
    0,
    ...u16(id),
    ...u16(sequence),
    1,
    2,
    3,
  ];
  const { rows } = metered([
    ip(1000, ipv4(A, B, 1, echo(8, 77, 1))),
    ip(1000.5, ipv4(B, A, 1, echo(0, 77, 1))),
    ip(1001, ipv4(A, B, 1, echo(8, 77, 2))),
    ip(1010, ipv4(B, A, 1, echo(0, 99, 1))),
  ]);
  assert.deepEqual(rows.sort(), [
    '00:16:40.000000,0.500000,icmp,10.0.0.1,0x0008,  <->,10.0.0.2,0x4d00,ECO,0,0,2,90,45',
    '00:16:41.000000,0.000000,icmp,10.0.0.1,0x0008,   ->,10.0.0.2,0x4d00,ECO,0,,1,45,45',
    '00:16:50.000000,0.000000,icmp,10.0.0.1,0x0000,  <-,10.0.0.2,0x6300,ECR,,0,1,45,0',
  ]);
});

test('an ICMP error has its own record and prolongs the flow that it is about', () => {
  const quoted = ipv4(A, B, 17, udp(1234, 5678, [1, 2, 3, 4]));
  const error = ipv4(B, A, 1, [3, 3, 0, 0, 0, 0, 0, 0, ...quoted]);
  const { rows } = metered([ip(1000, quoted), ip(1001, error)]);
  assert.deepEqual(rows, [
    '00:16:40.000000,1.000000,udp,10.0.0.1,1234,   ->,10.0.0.2,5678,INT,0,,1,46,46',
    '00:16:41.000000,0.000000,icmp,10.0.0.2,0x0303,   ->,10.0.0.1,0x2e16,URP,0,,1,74,74',
  ]);
});

test('ARP: the asker is the source, whoever was seen first', () => {
  const asked = metered([arp(1000, 1, A, B), arp(1001, 2, B, A)]);
  assert.deepEqual(asked.rows, [
    '00:16:40.000000,1.000000,arp,10.0.0.1,,  who,10.0.0.2,,CON,,,2,84,42',
  ]);
  const answered = metered([arp(1000, 2, B, A)]);
  assert.deepEqual(answered.rows, [
    '00:16:40.000000,0.000000,arp,10.0.0.1,,  who,10.0.0.2,,RSP,,,1,42,0',
  ]);
});

test('fragments count into the flow of their first fragment, in any order', () => {
  const data = udp(7, 9, new Array(40).fill(1));
  const part = (time: number, from: number, to: number, more: boolean) =>
    ip(
      time,
      ipv4(A, B, 17, data.slice(from, to), { id: 5, offset: (more ? 0x2000 : 0) | (from / 8) }),
    );
  const parts = [part(1000, 0, 24, true), part(1001, 24, 40, true), part(1002, 40, 48, false)];
  const row = 'udp,10.0.0.1,7,   ->,10.0.0.2,9,INT,0,,3,150,150';
  assert.equal(metered(parts).rows[0]!.slice(25), row);
  const reversed = [part(1000, 40, 48, false), part(1001, 24, 40, true), part(1002, 0, 24, true)];
  assert.equal(metered(reversed).rows[0]!.slice(25), row);
  const orphan = metered([parts[1]!]);
  assert.match(orphan.rows[0]!, /udp,10\.0\.0\.1,0, {3}->,10\.0\.0\.2,0,INT/);
});

test('frames that are not IP are flows between MAC addresses, the lower one first', () => {
  const frame = (time: number, from: number, to: number) => ({
    time,
    bytes: ether(from, to, 0x88cc, new Array(46).fill(0)),
  });
  const { rows } = metered([frame(1000, 9, 3), frame(1001, 9, 3)]);
  assert.deepEqual(rows, [
    '00:16:40.000000,1.000000,lldp,02:00:00:00:00:03,0,   ->,02:00:00:00:00:09,0,INT,,,2,120,120',
  ]);
});

test('GRE is opened, IP in IP is not', () => {
  const inner = ipv4('1.1.1.1', '1.1.1.2', 17, udp(7, 8, [1]));
  const gre = metered([ip(1000, ipv4(A, B, 47, [0, 0, 8, 0, ...inner]))]);
  assert.match(gre.rows[0]!, /udp,1\.1\.1\.1,7, {3}->,1\.1\.1\.2,8,INT,0,,1,67,67/);
  const tunnel = metered([ip(1000, ipv4(A, B, 4, inner))]);
  assert.match(tunnel.rows[0]!, /ipnip,10\.0\.0\.1,, {3}->,10\.0\.0\.2,,INT/);
});

test('a full table evicts one-way flows first, and counts them', () => {
  const talk = [ip(1000, ipv4(A, B, 17, udp(1, 2))), ip(1000.1, ipv4(B, A, 17, udp(2, 1)))];
  const flood = Array.from({ length: 50 }, (_, i) =>
    ip(1010 + 2 * i, ipv4(`10.9.${i}.1`, B, 6, tcp(5, 80, 'S'))),
  );
  const { rows, meter, reasons } = metered([...talk, ...flood], { maxFlows: 8 });
  assert.equal(meter.stats.evicted, 43);
  assert.equal(meter.stats.evictedOneWay, 43);
  assert.equal(meter.stats.peakFlows, 8);
  assert.equal(rows.length, 51, 'no flow is lost, each has its record');
  assert.match(rows[43]!, /10\.0\.0\.1,1, {2}<->/, 'the conversation stayed to the end');
  assert.equal(reasons.filter((reason) => CLOSE_REASONS[reason] === 'evicted').length, 43);
});

test('a first fragment with a full table goes without its train', () => {
  const first = (id: number) =>
    ip(1000 + id, ipv4(A, B, 17, udp(7, 9, new Array(16).fill(1)), { id, offset: 0x2000 }));
  const frames = Array.from({ length: 500 }, (_, i) => first(i + 1));
  for (const maxFlows of [1, 2, 3, 500]) {
    const { meter, rows } = metered(frames, { maxFlows });
    assert.ok(meter.stats.peakFlows <= maxFlows);
    const packets = rows.reduce((sum, row) => sum + Number(row.split(',')[11]), 0);
    assert.equal(packets, 500);
  }
});

test('batches hold at most the rows asked for, numbered in order of leaving', () => {
  const frames = Array.from({ length: 10 }, (_, i) => ip(1000, ipv4(A, B, 17, udp(100 + i, 7))));
  const { rows } = metered(frames, { batchRows: 3 });
  assert.equal(new Set(rows).size, 10);
});
