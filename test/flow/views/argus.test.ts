import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argusTime } from '../../../src/base/index.ts';
import { ARGUS_HEADER, ArgusCsv, argusSchema, argusTable, Meter } from '../../../src/flow/index.ts';
import { etherTypeName, PROTOCOL_NAMES } from '../../../src/flow/views/argus-names.ts';
import { sourceIsServer } from '../../../src/flow/views/argus-services.ts';
import { numbers, type Table, textAt } from '../../../src/table/index.ts';
import { A, arp, B, decodeFrames, ether, ip, ipv4, tcp, udp } from '../packets.ts';

const FRAMES = [
  ip(1_313_490_106.972101, ipv4(A, B, 6, tcp(5, 80, 'S', [1, 0]), { tos: 8 })),
  ip(1_313_490_106.980226, ipv4(B, A, 6, tcp(80, 5, 'SA', [9, 2]))),
  ip(1_313_490_110, ipv4(B, A, 6, tcp(80, 40_000, 'PA', [9, 2], [1, 2]))),
  ip(1_313_490_111, ipv4(A, B, 17, udp(7, 9, new Array(900).fill(0)))),
  ip(1_313_490_112, ipv4(A, B, 1, [0, 0, 0, 0, 1, 2, 0, 1])),
  ip(1_313_490_112, ipv4(A, B, 50, [1, 2, 3, 4, 0, 0, 0, 1])),
  arp(1_313_490_113, 1, A, B),
  { time: 1_313_490_114, bytes: ether(7, 3, 0x1234, new Array(46).fill(0)) },
  { time: 1_313_490_115, bytes: ether(7, 3, 40, [0x42, 0x43, 3, ...new Array(40).fill(0)]) },
];

function views(): { table: Table; csv: string } {
  let table: Table | undefined;
  let csv = '';
  const meter = new Meter({}, (batch) => {
    table = argusTable(batch);
    csv += Buffer.from(new ArgusCsv().write(batch)).toString();
  });
  decodeFrames(FRAMES, (packet) => meter.add(packet));
  meter.finish();
  return { table: table!, csv };
}

test('table and CSV hold the same cells', () => {
  const { table, csv } = views();
  assert.equal(table.schema, argusSchema);
  assert.equal(ARGUS_HEADER.trimEnd(), [...argusSchema.columns.map((c) => c.name), 'Label'].join());
  const lines = csv.trimEnd().split('\n');
  assert.equal(lines.length, table.rows);
  lines.forEach((line, row) => {
    const cells = table.columns.map((column, at) => {
      if (column.kind === 'text') return textAt(column, row) ?? '';
      const value = column.values[row]!;
      if (Number.isNaN(value)) return '';
      if (at === 0) return argusTime(value);
      return at === 1 ? value.toFixed(6) : String(value);
    });
    // The table drops Dir's padding, as the reader of published files does.
    const trimmed = line.split(',').map((cell) => cell.trim());
    assert.equal(trimmed.join(), `${cells.join()},`);
  });
});

test('rows read as ra prints them', () => {
  const { csv } = views();
  const rows = csv.split('\n');
  assert.equal(
    rows[0],
    '2011/08/16 10:21:46.972101,0.008125,tcp,10.0.0.1,5,   ->,10.0.0.2,80,S_SA,8,0,2,108,54,',
  );
  assert.match(rows[1]!, /tcp,10\.0\.0\.1,40000, {2}<\?,10\.0\.0\.2,80,_PA,,0,1,56,0,$/);
  assert.match(rows[3]!, /icmp,10\.0\.0\.2,0x0000, {2}<-,10\.0\.0\.1,0x0201,ECR,,0,1,42,0,$/);
  assert.match(rows[4]!, /esp,10\.0\.0\.1,, {3}->,10\.0\.0\.2,0x20200304,INT/);
  assert.match(rows[6]!, /,4660,02:00:00:00:00:03,0, {3}->,02:00:00:00:00:07,0,INT,,,1,60,60,$/);
  assert.match(rows[7]!, /,llc,02:00:00:00:00:03,66, {3}->,02:00:00:00:00:07,67,INT/);
});

test('durations are 32-bit floats, halves rounded to even as C does', () => {
  const durations = [0.0078125, 0.0234375, 3550.182373, 3599.925537, 1e-6];
  for (const seconds of durations) {
    let row = '';
    const meter = new Meter({}, (batch) => {
      row = Buffer.from(new ArgusCsv().write(batch)).toString();
    });
    const frame = (time: number) => ip(time, ipv4(A, B, 17, udp(1, 2)));
    decodeFrames([frame(5000), frame(5000 + seconds)], (packet) => meter.add(packet));
    meter.finish();
    const micros = Math.round((5000 + seconds) * 1e6) - 5000e6;
    assert.equal(Number(row.split(',')[1]), Number(Math.fround(micros / 1e6).toFixed(6)));
  }
});

test('a record without a time past the first second of 1970 has Argus’s nonsense date', () => {
  let row = '';
  const meter = new Meter({}, (batch) => {
    row = Buffer.from(new ArgusCsv().write(batch)).toString();
    assert.equal(numbers(argusTable(batch), 'Dur')[0], 0);
  });
  decodeFrames([ip(0.5, ipv4(A, B, 17, udp(1, 2)))], (packet) => meter.add(packet));
  meter.finish();
  assert.match(row, /^1961\/06\/30 02:35:43\.000000,0\.000000,udp/);
});

test('protocols and EtherTypes have Argus’s names', () => {
  assert.equal(PROTOCOL_NAMES.length, 256);
  const some = [0, 1, 4, 6, 17, 41, 47, 64, 84, 89, 96, 99, 132, 134, 135, 253, 255];
  assert.deepEqual(
    some.map((number) => PROTOCOL_NAMES[number]),
    'ip icmp ipnip tcp udp ipv6 gre sat-expak ttp ospf aes-sp3-d pri-enc sctp rsvp unas ib unas'.split(
      ' ',
    ),
  );
  const types = [0, 0x0802, 0x0900, 0x0a00, 0x8035, 0x88cc, 0x8863, 0x9000, 0x8903, 0xffff];
  assert.deepEqual(types.map(etherTypeName), [
    'llc',
    'nbs',
    'ubdeb',
    'pup.3',
    'rarp',
    'lldp',
    'pppoe',
    'loop',
    '35075',
    '*',
  ]);
});

test('without a SYN the better known port is the server’s', () => {
  assert.equal(sourceIsServer(80, 40_000), true);
  assert.equal(sourceIsServer(40_000, 80), false);
  assert.equal(sourceIsServer(8080, 40_000), true);
  assert.equal(sourceIsServer(1024, 40_000), false);
  assert.equal(sourceIsServer(8080, 2000), false);
  assert.equal(sourceIsServer(60_179, 1024), true);
  assert.equal(sourceIsServer(22, 5), false);
  assert.equal(sourceIsServer(0, 443), true);
});
