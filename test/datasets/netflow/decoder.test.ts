import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NetflowDecoder } from '../../../src/datasets/index.ts';
import { argusTable } from '../../../src/flow/index.ts';
import { rowOf } from '../files.ts';
import {
  BOOT_SECONDS,
  big,
  type Flow5,
  ipfix,
  netflow5,
  netflow9,
  set,
  template,
} from './messages.ts';

type Row = Record<string, string | number>;

function decode(messages: readonly Uint8Array[], pair = true) {
  const rows: Row[] = [];
  const problems: string[] = [];
  const decoder = new NetflowDecoder({
    pair,
    batchRows: 2,
    onBatch(batch) {
      const table = argusTable(batch);
      for (let row = 0; row < table.rows; row++) rows.push(rowOf(table, row));
    },
    onProblem: (saw) => problems.push(saw),
  });
  for (const bytes of messages) {
    for (let at = 0; at < bytes.length; ) {
      const next = decoder.message(bytes, at, bytes.length, 5e6);
      assert.ok(next > at && next <= bytes.length);
      at = next;
    }
  }
  decoder.flush();
  return { rows, problems, stats: decoder.stats };
}

const CLIENT = [10, 0, 0, 1];
const SERVER = [10, 0, 0, 2];
const REQUEST: Flow5 = {
  from: CLIENT,
  to: SERVER,
  ports: [40_000, 443],
  packets: 6,
  bytes: 600,
  times: [1000, 3000],
  protocol: 6,
  flags: 0x1b,
};
const ANSWER: Flow5 = {
  ...REQUEST,
  from: SERVER,
  to: CLIENT,
  ports: [443, 40_000],
  packets: 5,
  bytes: 5000,
  times: [1001, 3500],
  flags: 0x1b,
};

test('NetFlow 5: both directions become one flow, whichever comes first', () => {
  for (const flows of [
    [REQUEST, ANSWER],
    [ANSWER, REQUEST],
  ]) {
    const { rows, stats } = decode([netflow5(flows)]);
    assert.deepEqual(rows, [
      {
        StartTime: (BOOT_SECONDS + 1) * 1e6,
        Dur: 2.5,
        Proto: 'tcp',
        SrcAddr: '10.0.0.1',
        Sport: '40000',
        Dir: '->',
        DstAddr: '10.0.0.2',
        Dport: '443',
        State: 'FSPA_FSPA',
        sTos: 8,
        dTos: 8,
        TotPkts: 11,
        TotBytes: 5600,
        SrcBytes: 600,
      },
    ]);
    assert.equal(stats.records, 2);
  }
  const apart = decode([netflow5([REQUEST, ANSWER])], false);
  assert.equal(apart.rows.length, 2);
});

test('NetFlow 5: a lone SYN is certain, a lone answer is turned round', () => {
  const [syn] = decode([netflow5([{ ...REQUEST, flags: 2, packets: 1, bytes: 60 }])]).rows;
  assert.deepEqual([syn!['Dir'], syn!['State'], syn!['SrcAddr']], ['->', 'S_', '10.0.0.1']);
  const [answer] = decode([netflow5([ANSWER])]).rows;
  assert.deepEqual([answer!['Dir'], answer!['SrcAddr']], ['<?', '10.0.0.1']);
});

test('a header that promises more than there is keeps the whole records', () => {
  const { rows, problems, stats } = decode([netflow5([REQUEST], 3)]);
  assert.equal(rows.length, 1);
  assert.deepEqual(problems, ['1 whole records']);
  assert.equal(stats.bad, 1);
});

const UDP = [17];
const FIELDS = [
  [8, 4],
  [12, 4],
  [7, 2],
  [11, 2],
  [4, 1],
  [1, 4],
  [2, 4],
  [22, 4],
  [21, 4],
];
const record = (port: number): number[] => [
  ...CLIENT,
  ...SERVER,
  ...big(port, 2),
  ...big(53, 2),
  ...UDP,
  ...big(70, 4),
  ...big(1, 4),
  ...big(2000, 4),
  ...big(2500, 4),
];

test('NetFlow 9: templates are kept by domain, also between messages of one file', () => {
  const told = netflow9(set(0, template(256, FIELDS)));
  const data = netflow9(set(256, [...record(1111), ...record(2222)]));
  const file = Uint8Array.from([...told, ...data, ...data]);
  const { rows, stats } = decode([file]);
  assert.equal(stats.messages, 3);
  assert.equal(rows.length, 4);
  assert.deepEqual([rows[0]!['Sport'], rows[0]!['State'], rows[0]!['Dur']], ['1111', 'INT', 0.5]);
  assert.equal(rows[0]!['StartTime'], (BOOT_SECONDS + 2) * 1e6);
  const elsewhere = decode([told, netflow9(set(256, record(1)), 2)]);
  assert.equal(elsewhere.stats.withoutTemplate, 1);
  assert.equal(elsewhere.rows.length, 0);
});

test('IPFIX: both directions in one record, variable lengths, YAF flags, IPv6', () => {
  const address = (last: number): number[] => [0x20, 1, 0x0d, 0xb8, ...big(0, 11), last];
  const fields = [
    [27, 16],
    [28, 16],
    [7, 2],
    [11, 2],
    [4, 1],
    [82, 0xffff],
    [85, 8],
    [86, 8],
    [85, 8, 29_305],
    [86, 8, 29_305],
    [14, 1, 6871],
    [15, 1, 6871],
    [14 | 0x4000, 1, 6871],
    [152, 8],
    [161, 4],
  ];
  const row = [
    ...address(1),
    ...address(2),
    ...big(5000, 2),
    ...big(80, 2),
    6,
    ...[255, 0, 3, 97, 98, 99],
    ...big(900, 8),
    ...big(9, 8),
    ...big(800, 8),
    ...big(8, 8),
    ...[2, 0x18, 0x12],
    ...big(BOOT_SECONDS * 1000 + 7, 8),
    ...big(1500, 4),
  ];
  const { rows, stats } = decode([
    ipfix([...set(2, template(300, fields)), ...set(300, [...row, ...row])]),
  ]);
  assert.equal(stats.bad, 0);
  assert.equal(rows.length, 2);
  assert.deepEqual(rows[0], {
    StartTime: BOOT_SECONDS * 1e6 + 7000,
    Dur: 1.5,
    Proto: 'tcp',
    SrcAddr: '2001:db8::1',
    Sport: '5000',
    Dir: '->',
    DstAddr: '2001:db8::2',
    Dport: '80',
    State: 'SPA_SA',
    TotPkts: 17,
    TotBytes: 1700,
    SrcBytes: 900,
  });
});

test('IPFIX: the start of the exporter comes in an options record; NTP times are read', () => {
  const options = [...big(400, 2), ...big(2, 2), ...big(1, 2), ...big(149, 2), ...big(4, 2)];
  const boot = set(3, [...options, ...big(160, 2), ...big(8, 2)]);
  const told = set(400, [...big(1, 4), ...big(BOOT_SECONDS * 1000, 8)]);
  const uptime = [...set(2, template(256, FIELDS)), ...set(256, record(9))];
  const { rows } = decode([ipfix([...boot, ...told]), ipfix(uptime)]);
  assert.equal(rows[0]!['StartTime'], (BOOT_SECONDS + 2) * 1e6);
  const ntp = [...FIELDS.slice(0, 7), [154, 8], [155, 8]];
  const time = (seconds: number): number[] => [
    ...big(seconds + 2_208_988_800, 4),
    ...big(2 ** 31, 4),
  ];
  const row = [...record(9).slice(0, 21), ...time(1000), ...time(1001)];
  const got = decode([ipfix([...set(2, template(256, ntp)), ...set(256, row)])]).rows[0]!;
  assert.deepEqual([got['StartTime'], got['Dur']], [1000.5e6, 1]);
});

test('a template can be withdrawn, and a record past its set is one problem', () => {
  const told = ipfix(set(2, template(256, FIELDS)));
  const gone = ipfix(set(2, [...big(256, 2), ...big(0, 2)]));
  const data = ipfix(set(256, record(1)));
  const { rows, stats } = decode([told, data, gone, data]);
  assert.equal(rows.length, 1);
  assert.equal(stats.withoutTemplate, 1);
  const wide = ipfix(set(2, template(257, [...FIELDS, [82, 0xffff]])));
  const cut = ipfix(set(257, [...record(1), 200]));
  assert.deepEqual(decode([wide, cut]).problems, ['a record of template 257 past its set']);
});

test('hostile messages are counted, never thrown at, and never stand still', () => {
  const parts = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom(
        netflow5([REQUEST]),
        netflow9(set(0, template(256, FIELDS))),
        netflow9(set(256, record(1))),
        ipfix([...set(2, template(256, FIELDS)), ...set(256, record(2))]),
        ipfix(set(2, template(256, [[1, 0]]))),
        ipfix(set(2, big(0x01000fff, 4))),
      ),
    ),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(parts, fc.nat(300), fc.nat(255), (list, at, value) => {
      const bytes = Uint8Array.from(list.flatMap((part) => [...part]));
      if (at < bytes.length) bytes[at] = value;
      const { stats } = decode([bytes]);
      assert.ok(stats.records <= bytes.length);
    }),
    { numRuns: 500 },
  );
});
