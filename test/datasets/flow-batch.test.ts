import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argusFlags, argusIcmp, argusPackets } from '../../src/datasets/flow-batch-argus.ts';
import { zeekFlags } from '../../src/datasets/flow-batch-zeek.ts';
import { readFlows, tableToFlowBatch } from '../../src/datasets/index.ts';
import { RecordRows } from '../../src/datasets/record-rows.ts';
import { argusSchema, argusTable, kddSchema, zeekSchema } from '../../src/flow/index.ts';
import { type Schema, type Table, texts } from '../../src/table/index.ts';
import { sharedMissing, sharedPath } from '../shared-data.ts';
import { coded, rowOf } from './files.ts';

function tableOf(schema: Schema, ...rows: Record<string, string | number>[]): Table {
  const builder = new RecordRows(schema);
  for (const row of rows) builder.push(schema.columns.map(({ name }) => row[name]));
  return builder.take();
}

const ARGUS = {
  StartTime: 5e6,
  Dur: 1.5,
  Proto: 'tcp',
  SrcAddr: '10.0.0.1',
  Sport: '40000',
  Dir: '->',
  DstAddr: '10.0.0.2',
  Dport: '80',
  State: 'FSPA_FSA',
  sTos: 8,
  dTos: 0,
  TotPkts: 10,
  TotBytes: 1000,
  SrcBytes: 250,
};

test('an argus row becomes the record that prints it again', () => {
  const udp = { ...ARGUS, Proto: 'udp', Dir: '<->', State: 'CON' };
  const ping = {
    ...ARGUS,
    Proto: 'icmp',
    Sport: '0x0008',
    Dport: '0x0000',
    State: 'ECO',
    Dir: '<->',
  };
  const alone = { ...ARGUS, State: 'S_', TotBytes: 250, dTos: Number.NaN };
  const middle = { ...ARGUS, State: 'PA_PA', Dir: '<?>' };
  const v6 = { ...ARGUS, SrcAddr: 'fe80::1', DstAddr: 'fe80::2' };
  const table = tableOf(argusSchema, ARGUS, udp, ping, alone, middle, v6);
  const again = argusTable(tableToFlowBatch(table));
  assert.equal(again.rows, 6);
  for (let row = 0; row < 6; row++) assert.deepEqual(rowOf(again, row), rowOf(table, row));
});

test('rows without IP addresses or a time are left out; ids tell which', () => {
  const arp = { ...ARGUS, Proto: 'arp', Dir: 'who' };
  const mac = { ...ARGUS, Proto: 'llc', SrcAddr: '00:11:22:33:44:55' };
  const { StartTime: _, ...timeless } = ARGUS;
  const batch = tableToFlowBatch(tableOf(argusSchema, arp, ARGUS, mac, timeless, ARGUS));
  assert.equal(batch.length, 2);
  assert.deepEqual([...batch.id.subarray(0, 2)], [2, 5]);
  assert.equal(tableToFlowBatch(tableOf(argusSchema, ARGUS), 9).id[0], 9);
  assert.throws(() => tableToFlowBatch(tableOf(kddSchema)), coded('TABLE_SCHEMA'));
});

test('packets are shared out by bytes, one at least for a side that sent', () => {
  const share = (packets: number, own: number, other: number) =>
    argusPackets({ packets, own, other }, '->');
  assert.deepEqual(share(10, 250, 750), { own: 3, other: 7 });
  assert.deepEqual(share(2, 1, 1e6), { own: 1, other: 1 });
  assert.deepEqual(share(4, 100, 0), { own: 4, other: 0 });
  assert.deepEqual(argusPackets({ packets: 4, own: 0, other: 9 }, '<-'), { own: 0, other: 4 });
  assert.deepEqual(argusFlags('FSRPAUEC_'), { own: 255, other: 0 });
  assert.deepEqual(argusFlags('CON'), { own: 0, other: 0 });
  assert.deepEqual(argusIcmp('0x0303', ''), [3, 3]);
  assert.deepEqual(argusIcmp('135', '0'), [135, 0]);
});

test('a zeek row gives flags by its history, else by its state', () => {
  const row = {
    ts: 7e6,
    'id.orig_h': '10.0.0.1',
    'id.orig_p': 40_000,
    'id.resp_h': '10.0.0.2',
    'id.resp_p': 80,
    proto: 'tcp',
    duration: 0.25,
    conn_state: 'REJ',
    history: 'Sr',
    orig_pkts: 1,
    resp_pkts: 1,
    orig_ip_bytes: 60,
    resp_ip_bytes: 40,
  };
  const ping = {
    ...row,
    'id.orig_h': 'fe80::1',
    'id.resp_h': 'fe80::2',
    proto: 'icmp',
    'id.orig_p': 128,
    'id.resp_p': 129,
  };
  const batch = tableToFlowBatch(tableOf(zeekSchema, row, { ...row, history: '' }, ping));
  assert.equal(batch.length, 3);
  assert.deepEqual([batch.start[0], batch.end[0]], [7e6, 7.25e6]);
  assert.deepEqual([batch.originatorFlags[0], batch.responderFlags[0]], [2, 4]);
  assert.deepEqual([batch.originatorFlags[1], batch.responderFlags[1]], [2, 20]);
  assert.equal(batch.directionCertain[0], 1);
  assert.deepEqual([...batch.addresses.subarray(0, 4)], [10, 0, 0, 1]);
  assert.deepEqual([...batch.addresses.subarray(16, 20)], [10, 0, 0, 2]);
  assert.deepEqual([batch.protocol[2], batch.icmpType[2], batch.icmpCode[2]], [58, 128, 129]);
  assert.deepEqual(zeekFlags('^hADf', 'OTH'), { own: 24, other: 19 });
  assert.deepEqual(zeekFlags('', 'OTH'), { own: 0, other: 0 });
});

test('published flows keep ports, sums and certainty', { skip: sharedMissing }, async () => {
  const argus = sharedPath('data', 'ctu13', 'stratosphere', 'slips-test1.binetflow.gz');
  const logs = sharedPath('data', 'zeek-labelled', 'iot23-34-1.conn.log.labeled.gz');
  let rows = 0;
  for await (const table of readFlows([argus, logs])) {
    const batch = tableToFlowBatch(table);
    const zeek = table.schema === zeekSchema;
    const source = texts(table, zeek ? 'id.orig_h' : 'SrcAddr');
    for (let i = 0; i < batch.length; i++) {
      const row = batch.id[i]! - 1;
      const word = source.dictionary[source.codes[row]!]!;
      if (batch.addressLength[i] === 4) {
        assert.equal([...batch.addresses.subarray(32 * i, 32 * i + 4)].join('.'), word);
      }
      const packets = batch.originatorPackets[i]! + batch.responderPackets[i]!;
      if (!zeek) assert.equal(packets, rowOf(table, row)['TotPkts']);
      assert.ok(batch.end[i]! >= batch.start[i]!);
    }
    rows += batch.length;
  }
  assert.ok(rows > 28_000);
});
