import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { Frame } from '../../../src/capture/index.ts';
import { type AppFacts, createDecoder, Packet } from '../../../src/decode/index.ts';
import { ZeekTracker, ZeekTsv } from '../../../src/flow/index.ts';
import { ipPacket, Wire } from './build.ts';

const UDP = { protocol: 17, sourcePort: 40_000, destinationPort: 9999 };
const ANSWER = { protocol: 17, from: 2, to: 1, sourcePort: 9999, destinationPort: 40_000 };

test('UDP: SF, S0 and SHR by who sent', () => {
  const both = new Wire().send({ ...UDP, data: 'abc' }).send({ ...ANSWER, data: 'de' });
  const [row] = both.rows();
  assert.equal(`${row!.state} ${row!.history} ${row!.origBytes} ${row!.respBytes}`, 'SF Dd 3 2');
  assert.equal(`${row!.duration} ${row!.counts}`, '0.010000 1 31 1 30');
  assert.equal(new Wire().send({ ...UDP, data: 'abc' }).rows()[0]!.state, 'S0');
  const ports = { tcp: [], udp: [9999] };
  const [answer] = new Wire({ likelyServerPorts: ports }).send({ ...ANSWER, data: 'x' }).rows();
  assert.equal(`${answer!.state} ${answer!.history}`, 'SHR ^d');
  assert.equal(answer!.ends, '10.0.0.1:40000 10.0.0.2:9999');
});

test('UDP: a wrong checksum is a C and counts nothing else', () => {
  const [row] = new Wire().send({ ...UDP, data: 'abc', bad: true }).rows();
  assert.equal(`${row!.state} ${row!.history} ${row!.counts}`, 'OTH C 0 0 0 0');
});

test('UDP ends after a minute, DNS sooner', () => {
  const quiet = (after: number, port: number): number =>
    new Wire()
      .send({ ...UDP, destinationPort: port, data: 'abc' })
      .send({ ...UDP, destinationPort: port, data: 'abc', after })
      .rows().length;
  assert.equal(quiet(59, 9999), 1);
  assert.equal(quiet(61, 9999), 2);
  assert.equal(quiet(11, 53), 2);
  assert.equal(quiet(8, 53), 1);
});

test('ICMP: types are ports, and an answer belongs to its question', () => {
  const ping = new Wire()
    .send({ protocol: 1, type: 8, data: 'abcd' })
    .send({ protocol: 1, type: 0, from: 2, to: 1, data: 'abcd' });
  const [row, ...others] = ping.rows();
  assert.equal(others.length, 0);
  assert.equal(row!.ends, '10.0.0.1:8 10.0.0.2:0');
  assert.equal(`${row!.proto} ${row!.state} ${row!.history}`, 'icmp OTH -');
  assert.equal(`${row!.origBytes} ${row!.respBytes} ${row!.counts}`, '4 4 1 32 1 32');
  const unreachable = new Wire()
    .send({ protocol: 1, type: 3, code: 1 })
    .send({ protocol: 1, type: 3, code: 1, from: 2, to: 1 });
  assert.deepEqual(
    unreachable
      .rows()
      .map(({ ends }) => ends)
      .sort(),
    ['10.0.0.1:3 10.0.0.2:1', '10.0.0.2:3 10.0.0.1:1'],
  );
});

test('other IP protocols have neither ports nor payload', () => {
  const [row] = new Wire()
    .send({ protocol: 132, data: 'abcdefgh' })
    .send({ protocol: 132, from: 2, to: 1, data: 'abcdefgh' })
    .rows();
  assert.equal(`${row!.proto} ${row!.ends}`, 'unknown_transport 10.0.0.1:0 10.0.0.2:0');
  assert.equal(`${row!.counts} ${row!.origBytes}`, '1 28 1 28 0');
  assert.equal(new Wire().send({ protocol: 50, data: 'abcdefgh' }).rows().length, 0, 'ESP');
});

test('bad IP headers are left out and counted', () => {
  const wire = new Wire().send({ flags: 'S', badHeader: true });
  assert.equal(wire.rows().length, 0);
  assert.equal(wire.tracker.stats.badChecksums, 1);
});

test('a datagram in fragments counts once, as a whole', () => {
  const whole = ipPacket({ ...UDP, data: 'x'.repeat(100) }).subarray(20);
  const wire = new Wire()
    .send({ protocol: 17, fragment: [64, false], data: whole.subarray(64) })
    .send({ protocol: 17, fragment: [0, true], data: whole.subarray(0, 64) });
  const [row, ...others] = wire.rows();
  assert.equal(others.length, 0);
  assert.equal(`${row!.origBytes} ${row!.counts} ${row!.history}`, '- 1 128 0 0 D');
  assert.equal(row!.ends, '10.0.0.1:40000 10.0.0.2:9999');
});

test('a tunnel is a connection, and what it carries names it', () => {
  const inner = ipPacket({ ...UDP, from: 7, to: 8, data: 'inside' });
  const geneve = Buffer.concat([Buffer.from('0000080000000100', 'hex'), inner]);
  const rows = new Wire()
    .send({ protocol: 17, sourcePort: 5555, destinationPort: 6081, data: geneve })
    .send({ protocol: 4, from: 3, to: 4, data: ipPacket({ ...UDP, from: 5, to: 6, data: 'y' }) })
    .rows();
  assert.deepEqual(rows.map(({ ends }) => ends).sort(), [
    '10.0.0.1:5555 10.0.0.2:6081',
    '10.0.0.5:40000 10.0.0.6:9999',
    '10.0.0.7:40000 10.0.0.8:9999',
  ]);
  const by = (host: string) => rows.find(({ ends }) => ends.startsWith(host))!;
  assert.equal(by('10.0.0.1:').service, 'geneve');
  assert.equal(by('10.0.0.7:').parents, by('10.0.0.1:').uid);
  assert.match(by('10.0.0.5:').parents, /^C[0-9A-Za-z]{10,18}$/);
});

test('the payload names the service', () => {
  const wire = new Wire()
    .handshake()
    .send({ sequence: 1, acknowledgement: 1001, data: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' })
    .reply({ sequence: 1001, acknowledgement: 27, data: 'HTTP/1.1 200 OK\r\n\r\n' });
  assert.equal(wire.rows()[0]!.service, 'http');
  const blind = new Wire({ analyse: false })
    .handshake()
    .send({ sequence: 1, acknowledgement: 1001, data: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' });
  assert.equal(blind.rows()[0]!.service, '-');
});

test('a stream is read in order whatever the order of its segments', () => {
  const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  const wire = new Wire()
    .handshake()
    .send({ sequence: 11, acknowledgement: 1001, data: request.slice(10) })
    .send({ sequence: 1, acknowledgement: 1001, data: request.slice(0, 10) })
    .reply({ sequence: 1001, acknowledgement: 27, data: 'HTTP/1.1 200 OK\r\n\r\n' });
  assert.equal(wire.rows()[0]!.service, 'http');
});

test('the table never holds more than maxFlows; open connections outlast attempts', () => {
  const wire = new Wire({ maxFlows: 50 }).handshake();
  for (let i = 0; i < 2000; i++) {
    wire.send({ flags: 'S', from: 10 + (i % 200), sourcePort: 1000 + i, after: 0.0001 });
  }
  const { stats } = wire.tracker;
  assert.equal(stats.peakConnections, 50);
  assert.ok(stats.evicted > 1900);
  const rows = wire.rows();
  assert.equal(rows.length, 2001, 'every connection leaves a row');
  assert.equal(rows.filter(({ state }) => state === 'S1').length, 1);
  assert.equal(rows.findIndex(({ state }) => state === 'S1') > 1900, true);
});

test('a download longer than the prefix is counted, and the next request is read', () => {
  let facts: AppFacts | undefined;
  const tracker = new ZeekTracker({ streamBytes: 2048 }, (batch) => {
    facts = batch.facts[0];
  });
  const wire = new Wire({}, tracker);
  wire
    .handshake()
    .send({ flags: 'A', sequence: 1, acknowledgement: 1001, data: 'GET / HTTP/1.1\r\n\r\n' });
  const body = 'y'.repeat(1000);
  const parts = ['HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n', ...Array(20).fill(body)];
  let sequence = 1001;
  for (const data of parts) {
    wire.reply({ flags: 'A', sequence, acknowledgement: 19, data });
    sequence += data.length;
  }
  wire.send({
    flags: 'A',
    sequence: 19,
    acknowledgement: sequence,
    data: 'GET /b HTTP/1.1\r\n\r\n',
  });
  wire.reply({ flags: 'A', sequence, acknowledgement: 38, data: 'HTTP/1.1 204 No\r\n\r\n' });
  tracker.finish();
  assert.equal(facts?.http?.responseBodyLength, 20_000);
  assert.deepEqual([facts?.http?.requests, facts?.http?.replies], [2, 2]);
});

test('only so many connections are read at once', () => {
  const wire = new Wire({ maxStreams: 3 });
  // Nothing is kept of what is of no protocol, so only text that may become one counts.
  for (let i = 0; i < 10; i++) {
    wire.send({ sourcePort: 1000 + i, flags: 'S', sequence: 0 });
    wire.send({ sourcePort: 1000 + i, flags: 'PA', sequence: 1, data: 'GET' });
  }
  wire.rows();
  assert.equal(wire.tracker.stats.unread, 7);
});

test('rows come of packets and seed alone; the seed decides the uids', () => {
  const run = (seed: number): string[] => {
    const wire = new Wire({ seed }).handshake().send({ ...UDP, data: 'x' });
    wire.rows();
    return wire.text();
  };
  assert.deepEqual(run(1), run(1));
  const uid = (line: string): string => line.split('\t')[1]!;
  assert.notDeepEqual(run(1).map(uid), run(2).map(uid));
  assert.deepEqual(
    run(1).map((line) => line.replace(uid(line), '')),
    run(2).map((line) => line.replace(uid(line), '')),
  );
});

test('time may stand still, run backwards or jump', () => {
  const wire = new Wire();
  for (const after of [0, -3600, 1e6, -1e6, 0, 4e8]) wire.send({ ...UDP, data: 'x', after });
  const rows = wire.rows();
  assert.ok(rows.length >= 2);
  assert.ok(rows.every(({ duration }) => duration === '-' || Number(duration) > 0));
});

test('no bytes whatever make it throw, and each packet is counted at most once', () => {
  const random = new Random(77);
  const seeds = [
    ipPacket({ flags: 'S' }),
    ipPacket({ ...UDP, data: 'abcdefgh' }),
    ipPacket({ protocol: 1, type: 3, data: 'abcdefgh' }),
    ipPacket({ protocol: 17, fragment: [8, true], data: 'abcdefgh' }),
    ipPacket({ protocol: 4, data: ipPacket({ flags: 'PA', data: 'GET / HTTP/1.1\r\n' }) }),
  ];
  let rows = 0;
  let packets = 0;
  const tsv = new ZeekTsv();
  const tracker = new ZeekTracker({ ignoreChecksums: true, maxFlows: 200 }, (batch) => {
    for (const line of tsv.write(batch).split('\n').filter(Boolean)) {
      const cells = line.split('\t');
      assert.equal(cells.length, 22);
      for (const cell of cells) assert.doesNotMatch(cell, /^(NaN|undefined|-?Infinity|)$/);
      rows++;
      packets += Number(cells[16]) + Number(cells[18]);
    }
  });
  const decoder = createDecoder();
  const packet = new Packet();
  const frame = new Frame();
  frame.linkType = 101;
  for (let i = 0; i < 30_000; i++) {
    const bytes = seeds[random.int(seeds.length)]!.slice();
    for (let n = random.int(6); n > 0; n--) bytes[random.int(bytes.length)] = random.int(256);
    frame.bytes = bytes;
    frame.end = random.int(8) === 0 ? random.int(bytes.length + 1) : bytes.length;
    frame.originalLength = bytes.length;
    frame.time += random.int(2_000_000) - 10_000;
    decoder.decode(frame, packet);
    tracker.add(packet);
  }
  tracker.finish();
  assert.equal(rows, tracker.stats.connections);
  assert.ok(packets > 10_000 && packets <= 60_000, String(packets));
});
