import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Wire } from './build.ts';

const NO_PORTS = { likelyServerPorts: { tcp: [], udp: [] } };

/** The only row of a dialogue. */
function only(wire: Wire): ReturnType<Wire['rows']>[number] {
  const rows = wire.rows();
  assert.equal(rows.length, 1, JSON.stringify(rows));
  return rows[0]!;
}

/** State and history of a dialogue that is one connection. */
function outcome(wire: Wire): string {
  const { state, history } = only(wire);
  return `${state} ${history}`;
}

/** Closes an open connection of which the client sent 0 and the server 0 bytes. */
function close(wire: Wire): Wire {
  return wire
    .send({ flags: 'FA', sequence: 1, acknowledgement: 1001 })
    .reply({ flags: 'FA', sequence: 1001, acknowledgement: 2 })
    .send({ flags: 'A', sequence: 2, acknowledgement: 1002 });
}

test('SF: opened and closed; the last ACK does not prolong the duration', () => {
  const row = only(close(new Wire().handshake()));
  assert.equal(`${row.state} ${row.history}`, 'SF ShAFf');
  assert.equal(row.duration, '0.040000');
  assert.equal(row.counts, '4 160 2 80');
  assert.equal(`${row.origBytes} ${row.respBytes}`, '0 0');
});

test('SF with data both ways counts payload by sequence numbers', () => {
  const wire = new Wire()
    .handshake()
    .send({ sequence: 1, acknowledgement: 1001, data: 'hello' })
    .reply({ sequence: 1001, acknowledgement: 6, data: 'good day' })
    .send({ flags: 'FA', sequence: 6, acknowledgement: 1009 })
    .reply({ flags: 'FA', sequence: 1009, acknowledgement: 7 });
  const row = only(wire);
  assert.equal(`${row.state} ${row.history}`, 'SF ShADdFf');
  assert.equal(`${row.origBytes} ${row.respBytes} ${row.missed}`, '5 8 0');
});

test('S0: SYNs without an answer; one packet has neither duration nor bytes', () => {
  const row = only(new Wire().send({ flags: 'S' }));
  assert.equal(`${row.state} ${row.history} ${row.duration} ${row.origBytes}`, 'S0 S - -');
  assert.equal(outcome(new Wire().send({ flags: 'S' }).send({ flags: 'S' })), 'S0 S');
});

test('S1: opened and left', () => {
  assert.equal(outcome(new Wire().handshake()), 'S1 ShA');
});

test('S2 and S3: one side closed', () => {
  const wire = new Wire().handshake().send({ flags: 'FA', sequence: 1, acknowledgement: 1001 });
  assert.equal(outcome(wire), 'S2 ShAF');
  const other = new Wire().handshake().reply({ flags: 'FA', sequence: 1001, acknowledgement: 1 });
  assert.equal(outcome(other), 'S3 ShAf');
});

test('REJ: a SYN answered by a reset', () => {
  const wire = new Wire().send({ flags: 'S' }).reply({ flags: 'RA', acknowledgement: 1 });
  assert.equal(outcome(wire), 'REJ Sr');
});

test('RSTO and RSTR: reset by either side', () => {
  const wire = new Wire().handshake().send({ flags: 'R', sequence: 1 });
  assert.equal(outcome(wire), 'RSTO ShAR');
  assert.equal(outcome(new Wire().handshake().reply({ flags: 'R', sequence: 1001 })), 'RSTR ShAr');
});

test('RSTOS0: a SYN taken back before the answer', () => {
  const wire = new Wire().send({ flags: 'S' }).send({ flags: 'R', sequence: 1 });
  assert.equal(outcome(wire), 'RSTOS0 SR');
});

test('RSTRH: an answer, then a reset, without the SYN', () => {
  const wire = new Wire({ likelyServerPorts: { tcp: [9999], udp: [] } })
    .reply({ flags: 'SA', sequence: 1000, acknowledgement: 1 })
    .reply({ flags: 'R', sequence: 1001 });
  assert.equal(outcome(wire), 'RSTRH ^hr');
});

test('SH and SHR: half of a dialogue, with its end', () => {
  const wire = new Wire().send({ flags: 'S' }).send({ flags: 'F', sequence: 1 });
  assert.equal(outcome(wire), 'SH SF');
  const other = new Wire({ likelyServerPorts: { tcp: [9999], udp: [] } })
    .reply({ flags: 'SA', sequence: 1000, acknowledgement: 1 })
    .reply({ flags: 'FA', sequence: 1001, acknowledgement: 1 });
  assert.equal(outcome(other), 'SHR ^hf');
});

test('OTH: begun in the middle', () => {
  const wire = new Wire(NO_PORTS)
    .send({ sequence: 500, acknowledgement: 900, data: 'abc' })
    .reply({ sequence: 900, acknowledgement: 503 });
  const row = only(wire);
  assert.equal(`${row.state} ${row.history} ${row.origBytes}`, 'OTH Da 3');
});

test('a first packet from a server port turns the roles', () => {
  const wire = new Wire({ likelyServerPorts: { tcp: [9999], udp: [] } })
    .reply({ sequence: 900, acknowledgement: 500, data: 'abc' })
    .send({ sequence: 500, acknowledgement: 903 });
  const row = only(wire);
  assert.equal(row.ends, '10.0.0.1:40000 10.0.0.2:9999');
  assert.equal(row.history, '^dA');
  assert.equal(row.counts, '1 40 1 43');
});

test('a SYN-ACK without its SYN turns the roles once the other side goes on', () => {
  const wire = new Wire(NO_PORTS)
    .reply({ flags: 'SA', sequence: 1000, acknowledgement: 1 })
    .send({ flags: 'A', sequence: 1, acknowledgement: 1001 });
  const row = only(wire);
  assert.equal(`${row.ends} ${row.history}`, '10.0.0.1:40000 10.0.0.2:9999 ^hA');
  const scan = new Wire(NO_PORTS)
    .reply({ flags: 'SA', sequence: 1000, acknowledgement: 1 })
    .send({ flags: 'R', sequence: 1 });
  assert.equal(only(scan).history, 'Hr');
});

test('a SYN-ACK that overtakes its SYN turns the roles', () => {
  const wire = new Wire(NO_PORTS)
    .reply({ flags: 'SA', sequence: 1000, acknowledgement: 1 })
    .send({ flags: 'S', sequence: 0 });
  const row = only(wire);
  assert.equal(`${row.state} ${row.ends}`, 'S1 10.0.0.1:40000 10.0.0.2:9999');
  assert.equal(row.history, 'Hs^');
});

test('I, Q: flags that contradict each other', () => {
  assert.equal(outcome(new Wire().send({ flags: 'SF' })), 'SH Q');
  const wire = new Wire().handshake().send({ flags: 'FR', sequence: 1 });
  assert.match(outcome(wire), / ShAI$/);
});

test('S, F and R come again when their sequence number differs', () => {
  const wire = new Wire().handshake();
  for (const sequence of [1001, 1001, 1005]) wire.reply({ flags: 'R', sequence });
  assert.equal(only(wire).history, 'ShArr');
});

test('T, W and C come at 1, 10 and 100', () => {
  const wire = new Wire().handshake().send({ sequence: 1, acknowledgement: 1001, data: 'x' });
  for (let i = 0; i < 9; i++) wire.send({ sequence: 1, acknowledgement: 1001, data: 'x' });
  assert.equal(only(wire).history, 'ShADT');
  const ten = new Wire().handshake().send({ sequence: 1, acknowledgement: 1001, data: 'x' });
  for (let i = 0; i < 10; i++) ten.send({ sequence: 1, acknowledgement: 1001, data: 'x' });
  assert.equal(only(ten).history, 'ShADTT');
  const zero = new Wire().handshake().send({ sequence: 1, acknowledgement: 1001, window: 0 });
  assert.equal(only(zero).history, 'ShAW');
  const bad = new Wire().handshake();
  for (let i = 0; i < 10; i++) bad.reply({ sequence: 1001, data: 'x', bad: true });
  const row = only(bad);
  assert.equal(`${row.history} ${row.counts}`, 'ShAcc 2 80 1 40');
});

test('an exact repeat is no retransmission to Bro 2.6', () => {
  const wire = new Wire({ countRepeats: false })
    .handshake()
    .send({ sequence: 1, acknowledgement: 1001, data: 'x' })
    .send({ sequence: 1, acknowledgement: 1001, data: 'x' });
  assert.equal(only(wire).history, 'ShAD');
});

test('-C counts packets with bad checksums', () => {
  const wire = new Wire({ ignoreChecksums: true }).handshake();
  wire.reply({ sequence: 1001, acknowledgement: 1, data: 'x', bad: true });
  assert.equal(only(wire).history, 'ShAd');
});

test('G: bytes that were acknowledged but never seen', () => {
  const wire = new Wire()
    .handshake()
    .send({ sequence: 1, acknowledgement: 1001, data: 'abcd' })
    .send({ sequence: 105, acknowledgement: 1001, data: 'wxyz' })
    .reply({ sequence: 1001, acknowledgement: 109 });
  const row = only(wire);
  assert.equal(`${row.history} ${row.missed} ${row.origBytes}`, 'ShADaG 100 108');
});

test('a hole that is filled late is no gap', () => {
  const wire = new Wire()
    .handshake()
    .send({ sequence: 5, acknowledgement: 1001, data: 'efgh' })
    .send({ sequence: 1, acknowledgement: 1001, data: 'abcd' })
    .reply({ sequence: 1001, acknowledgement: 9 });
  const row = only(wire);
  assert.equal(`${row.history} ${row.missed} ${row.origBytes}`, 'ShADTa 0 8');
});

test('sequence numbers wrap', () => {
  const first = 0xfffffff0;
  const wire = new Wire()
    .send({ flags: 'S', sequence: first })
    .reply({ flags: 'SA', sequence: 1000, acknowledgement: first + 1 })
    .send({ sequence: first + 1, acknowledgement: 1001, data: 'a'.repeat(100) })
    .reply({ sequence: 1001, acknowledgement: (first + 101) >>> 0 })
    .send({ flags: 'FA', sequence: (first + 101) >>> 0, acknowledgement: 1001 });
  const row = only(wire);
  assert.equal(`${row.history} ${row.origBytes} ${row.missed}`, 'ShDaF 100 0');
});

test('more than 4 GiB are counted by their wraps', () => {
  const wire = new Wire()
    .handshake()
    .send({ sequence: 1, acknowledgement: 1001, data: 'x' })
    .reply({ sequence: 1001, acknowledgement: 2 });
  let sequence = 1;
  for (let i = 0; i < 5; i++) {
    sequence += 0x40000000;
    wire.send({ sequence: sequence >>> 0, acknowledgement: 1001, data: 'x' });
    wire.reply({ sequence: 1001, acknowledgement: (sequence + 1) >>> 0 });
  }
  const row = only(wire);
  assert.equal(row.origBytes, String(5 * 0x40000000 + 1));
  // Past 2 GiB and before the first wrap Zeek takes numbers for older than the start: no gaps there.
  assert.ok(Number(row.missed) >= 0x40000000 - 1);
});

test('a SYN with another number is another connection, and so is any SYN after an end', () => {
  const wire = new Wire().send({ flags: 'S', sequence: 5 }).send({ flags: 'S', sequence: 9 });
  assert.deepEqual(
    wire.rows().map((row) => row.history),
    ['S', 'S'],
  );
  const again = new Wire().send({ flags: 'S' }).reply({ flags: 'RA', acknowledgement: 1 });
  again.send({ flags: 'S' });
  assert.deepEqual(
    again.rows().map((row) => row.state),
    ['REJ', 'S0'],
  );
});

test('half-open attempts and ended connections are forgotten after five seconds', () => {
  const wire = new Wire().send({ flags: 'S' }).send({ flags: 'S', after: 5.1 });
  assert.equal(wire.rows().length, 2);
  const soon = new Wire().send({ flags: 'S' }).send({ flags: 'S', after: 4.9 });
  assert.equal(soon.rows().length, 1);
  const ended = close(new Wire().handshake());
  ended.send({ flags: 'A', sequence: 2, acknowledgement: 1002, after: 5.1 });
  assert.deepEqual(
    ended.rows().map((row) => row.state),
    ['SF', 'OTH'],
  );
});

test('an open connection lasts through five minutes of silence, an unopened one through one', () => {
  const more = { sequence: 1, acknowledgement: 1001, data: 'x' };
  assert.equal(
    new Wire()
      .handshake()
      .send({ ...more, after: 299 })
      .rows().length,
    1,
  );
  assert.equal(
    new Wire()
      .handshake()
      .send({ ...more, after: 301 })
      .rows().length,
    2,
  );
  const short = new Wire({ tcpInactivity: 10 }).handshake().send({ ...more, after: 11 });
  assert.equal(short.rows().length, 2);
});

test('a wrong header length makes a connection of which nothing is counted', () => {
  const wire = new Wire();
  const bytes = new Uint8Array(40);
  bytes.set([0x45, 0, 0, 40, 0, 7, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], 0);
  bytes.set([0x9c, 0x40, 0x27, 0x0f], 20);
  bytes[32] = 0x20;
  const ignoring = new Wire({ ignoreChecksums: true }).raw(bytes);
  assert.equal(only(ignoring).counts, '0 0 0 0');
  assert.equal(wire.raw(bytes).rows().length, 0, 'its IP checksum is wrong');
});
