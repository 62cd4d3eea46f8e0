import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KddConnections } from '../../../src/flow/kdd/connections.ts';
import { KddFeatures } from '../../../src/flow/kdd/features.ts';
import { kddTable } from '../../../src/flow/views/kdd.ts';
import { KddCsv } from '../../../src/flow/views/kdd-csv.ts';
import { kddSchema } from '../../../src/flow/views/kdd-schema.ts';
import { CONN_STATES } from '../../../src/flow/zeek/tcp-state.ts';
import { numbers, type Table, textAt, texts } from '../../../src/table/index.ts';

/** Nine connections to one web server, as the first row of the training file has them. */
function nine(): KddConnections {
  const connections = new KddConnections(9);
  connections.length = 9;
  for (let i = 0; i < 9; i++) {
    connections.start[i] = i === 0 ? 0 : 3e6 + i * 1e5;
    connections.end[i] = connections.start[i]! + 5e5;
    connections.protocol[i] = 6;
    connections.state[i] = CONN_STATES.indexOf('SF');
    connections.originatorPort[i] = 1024 + i;
    connections.responderPort[i] = 80;
    connections.addressLength[i] = 4;
    connections.addresses.set([10, 0, 0, 1], i * 32);
    connections.addresses.set([10, 0, 0, 2], i * 32 + 16);
    connections.originatorBytes[i] = 181;
    connections.responderBytes[i] = 5450;
    connections.content[i * 13 + 2] = 1;
  }
  return connections;
}

const ROW_1 =
  '0,tcp,http,SF,181,5450,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,8,8,0.00,0.00,0.00,0.00,1.00,0.00,0.00,' +
  '9,9,1.00,0.00,0.11,0.00,0.00,0.00,0.00,0.00';

test('the first row of the training file, character by character', () => {
  const lines: string[] = [];
  const csv = new KddCsv();
  const features = new KddFeatures({}, (rows) => {
    const labels = Array.from({ length: rows.length }, () => 'normal');
    lines.push(...csv.write(rows, labels).split('\n'));
  });
  features.add(nine());
  features.finish();
  assert.equal(lines[8], `${ROW_1},normal.`);
  assert.equal(lines.length, 10);
});

test('no label, no 42nd field; gure has six decimals', () => {
  let plain = '';
  let six = '';
  const features = new KddFeatures({}, (rows) => {
    plain += new KddCsv().write(rows);
    six += new KddCsv('gure').write(rows);
  });
  features.add(nine());
  features.finish();
  assert.equal(plain.split('\n')[8], ROW_1);
  assert.equal(six.split('\n')[8]!.split(',')[35], '0.110000');
  assert.equal(six.split('\n')[8]!.split(',').length, 41);
});

test('the table has the 41 columns of the schema, by type', () => {
  const tables: Table[] = [];
  const features = new KddFeatures({ batch: 4 }, (rows) => tables.push(kddTable(rows)));
  features.add(nine());
  features.finish();
  assert.deepEqual(
    tables.map((table) => table.rows),
    [4, 4, 1],
  );
  for (const table of tables) {
    assert.equal(table.schema, kddSchema);
    assert.equal(table.columns.length, 41);
    kddSchema.columns.forEach(({ name, type }) => {
      if (type === 'text') assert.equal(texts(table, name).codes.length, table.rows);
      else assert.equal(numbers(table, name).length, table.rows);
    });
  }
  const last = tables[2]!;
  assert.equal(textAt(texts(last, 'service'), 0), 'http');
  assert.equal(textAt(texts(last, 'flag'), 0), 'SF');
  assert.equal(numbers(last, 'dst_host_same_src_port_rate')[0], 0.11);
  assert.equal(numbers(last, 'dst_bytes')[0], 5450);
  assert.equal(numbers(last, 'logged_in')[0], 1);
});

test('an IPv4 host and its IPv6 form are one host, and other protocols make no row', () => {
  const connections = nine();
  connections.addressLength[8] = 16;
  connections.addresses.fill(0, 8 * 32 + 16, 9 * 32);
  connections.addresses.set([255, 255, 10, 0, 0, 2], 8 * 32 + 26);
  connections.protocol[0] = 132;
  const counts: number[] = [];
  const features = new KddFeatures({}, (rows) => {
    const table = kddTable(rows);
    counts.push(...numbers(table, 'dst_host_count'));
  });
  features.add(connections);
  features.finish();
  assert.deepEqual(counts, [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(features.stats.unread, 1);
  assert.equal(features.stats.connections, 9);
});
