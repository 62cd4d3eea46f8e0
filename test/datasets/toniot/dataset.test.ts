import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { identicalGroups, tonIot } from '../../../src/datasets/index.ts';
import { TON_IOT_NAMES, zeekSchema } from '../../../src/flow/index.ts';
import { numbers, textAt, texts } from '../../../src/table/index.ts';
import { sharedMissing, sharedPath } from '../../shared-data.ts';
import { cellOf, classCounts, coded, fileOf, rowOf } from '../files.ts';

const HEADER =
  'ts,src_ip,src_port,dst_ip,dst_port,proto,service,duration,src_bytes,dst_bytes,conn_state,' +
  'src_ip_bytes,dns_query,dns_qclass,dns_qtype,dns_rcode,dns_AA,http_trans_depth,' +
  'http_request_body_len,http_response_body_len,http_status_code,http_user_agent,http_referrer,label,type';

test('names map onto the zeek view, filled zeros become empty again', async (t) => {
  const path = fileOf(
    t,
    'Network_dataset_1.csv',
    `\uFEFF${HEADER}\r
1556000000,10.0.0.1,5,10.0.0.2,80,tcp,http,2.5,10,0,SF,60,-,0,0,0,-,1,0,0,200,"Mozilla (a, ""b"")",r,1,xss\r
1556000001,10.0.0.3,5,10.0.0.2,53,udp,-,0,0,0,S0,60,-,0,0,0,-,-,0,0,0,-,-,0,normal\r
1556000002.25,10.0.0.3,5,10.0.0.2,53,udp,dns,-,-,-,S0,60,(empty),0,0,0,F,-,-,-,-,-,-,0,what\r\n`,
  );
  const got = await tonIot.read(path, { strict: true, target: 'type' });
  assert.deepEqual(rowOf(got.table, 0), {
    ts: 1556000000e6,
    'id.orig_h': '10.0.0.1',
    'id.orig_p': 5,
    'id.resp_h': '10.0.0.2',
    'id.resp_p': 80,
    proto: 'tcp',
    service: 'http',
    duration: 2.5,
    orig_bytes: 10,
    resp_bytes: 0,
    conn_state: 'SF',
    orig_ip_bytes: 60,
    http_trans_depth: 1,
    http_request_body_len: 0,
    http_response_body_len: 0,
    http_status_code: 200,
    http_user_agent: 'Mozilla (a, "b")',
  });
  assert.equal(cellOf(got.table, 'duration', 1), undefined);
  assert.equal(cellOf(got.table, 'dns_rcode', 1), undefined);
  assert.equal(cellOf(got.table, 'dns_rcode', 2), 0);
  assert.equal(cellOf(got.table, 'dns_query', 2), undefined);
  assert.equal(cellOf(got.table, 'ts', 2), 1556000002.25e6);
  assert.deepEqual(
    [...got.labels].map((i) => got.classes[i]),
    ['xss', 'normal', undefined],
  );
  assert.deepEqual(got.groupNames, ['10.0.0.1', '10.0.0.3']);
});

test('another header is refused, an unknown target too', async (t) => {
  const path = fileOf(t, 'x.csv', 'src_ip,dst_ip\n1,2\n');
  await assert.rejects(tonIot.read(path), coded('DATASET_FORMAT'));
  await assert.rejects(tonIot.read(path, { target: 'category' }), coded('DATASET_TARGET'));
});

const PATH = sharedPath('data', 'ton_iot', 'train_test_network.csv.gz');
const ATTACKS = 'backdoor ddos dos injection password ransomware scanning xss'.split(' ');

test('the release of 211,043 rows has the published classes', { skip: sharedMissing }, async () => {
  const got = await tonIot.read(PATH, { strict: true, target: 'type' });
  assert.equal(got.table.rows, 211_043);
  assert.deepEqual(classCounts(got.labels, got.classes), {
    normal: 50_000,
    mitm: 1043,
    ...Object.fromEntries(ATTACKS.map((name) => [name, 20_000])),
  });
  const flag = texts(got.besides!, 'label');
  for (const [row, label] of got.labels.entries()) {
    assert.equal(textAt(flag, row), label === 0 ? '0' : '1');
  }
  // Published in the errata: distinct rows without addresses and ports.
  const features = zeekSchema.columns.flatMap(({ name, role }) =>
    role === 'identity' || role === 'time' ? [] : [name],
  );
  assert.equal(identicalGroups(got.table, features).groupNames.length, 93_726);
  assert.ok(numbers(got.table, 'ts').every(Number.isNaN));
});

test('every cell is the one in the file', { skip: sharedMissing }, async () => {
  const { table } = await tonIot.read(PATH);
  const lines = gunzipSync(readFileSync(PATH)).toString().slice(1).split('\r\n');
  const names = lines[0]!.split(',').map((name) => TON_IOT_NAMES.get(name) ?? name);
  const columns = zeekSchema.columns.flatMap(({ name, type }, i) => {
    const cell = names.indexOf(name);
    return cell < 0 ? [] : [{ name, type, cell, column: table.columns[i]! }];
  });
  assert.equal(columns.length, 42);
  const at = (name: string): number => names.indexOf(name);
  const [duration, aa, depth] = [at('duration'), at('dns_AA'), at('http_trans_depth')];
  for (let row = 0; row < table.rows; row++) {
    const cells = lines[row + 1]!.split(',');
    for (const { name, cell, column } of columns) {
      const word = cells[cell]!;
      if (column.kind === 'text') {
        const expected = word === '-' || word === '(empty)' ? undefined : word;
        if (textAt(column, row) !== expected) assert.equal(textAt(column, row), expected, name);
        continue;
      }
      const filled =
        (/^(duration|orig_bytes|resp_bytes)$/.test(name) && cells[duration] === '0') ||
        (name.startsWith('dns_') && cells[aa] === '-') ||
        (name.startsWith('http_') && cells[depth] === '-');
      const expected = filled || word === '-' ? Number.NaN : Number(word);
      if (!Object.is(column.values[row], expected)) {
        assert.equal(column.values[row], expected, `${name}, row ${row}`);
      }
    }
  }
});

/** The three header lines that the publisher has used; the first has a byte-order mark. */
const CONN =
  'src_ip,src_port,dst_ip,dst_port,proto,service,duration,src_bytes,dst_bytes,conn_state,' +
  'missed_bytes,src_pkts,src_ip_bytes,dst_pkts,dst_ip_bytes,';
const DNS = 'dns_query,dns_qclass,dns_qtype,dns_rcode,dns_AA,dns_RD,dns_RA,dns_rejected,';
const SSL = 'ssl_version,ssl_cipher,ssl_resumed,ssl_established,ssl_subject,ssl_issuer,';
const HTTP_END =
  'http_version,http_request_body_len,http_response_body_len,http_status_code,http_user_agent,' +
  'http_orig_mime_types,http_resp_mime_types,weird_name,weird_addl,weird_notice,label,type';
const HTTP = 'http_trans_depth,http_method,http_uri,';
const LAYOUTS = [
  { name: 'train_test_network.csv', cells: 44, header: `${CONN}${DNS}${SSL}${HTTP}${HTTP_END}` },
  { name: 'Train_Test_Network.csv', cells: 45, header: `ts,${CONN}${DNS}${SSL}${HTTP}${HTTP_END}` },
  {
    name: 'Network_dataset_23.csv',
    cells: 46,
    header: `ts,${CONN}${DNS}${SSL}${HTTP}http_referrer,${HTTP_END}`,
  },
];

for (const { name, cells, header } of LAYOUTS) {
  test(`the layout of ${cells} columns, as in ${name}, is read whole`, async (t) => {
    const names = header.split(',');
    assert.equal(names.length, cells);
    const value = (row: Record<string, string>) => names.map((each) => row[each] ?? '-').join(',');
    const base = {
      ts: '1556485532',
      src_ip: '192.168.1.193',
      src_port: '57139',
      dst_ip: '192.168.1.33',
      dst_port: '8080',
      proto: 'tcp',
      duration: '0.000082',
      src_bytes: '0',
      dst_bytes: '0',
      conn_state: 'REJ',
      missed_bytes: '0',
      src_pkts: '1',
      src_ip_bytes: '48',
      dst_pkts: '1',
      dst_ip_bytes: '40',
      dns_qclass: '0',
      dns_qtype: '0',
      dns_rcode: '0',
      http_request_body_len: '0',
      http_response_body_len: '0',
      http_status_code: '0',
      label: '1',
      type: 'backdoor',
    };
    const web = {
      ...base,
      service: 'http',
      http_trans_depth: '1',
      http_method: 'GET',
      http_uri: '/a',
      http_referrer: 'http://x/',
      http_version: '1.1',
      http_status_code: '404',
      weird_name: 'bad_TCP_checksum',
      weird_addl: '-',
      weird_notice: 'F',
      label: '0',
      type: 'normal',
    };
    // Some rows of the processed files hold an address where the payload bytes belong.
    const odd = { ...base, src_bytes: '0.0.0.0' };
    const text = `${[header, value(base), value(web), value(odd)].join('\r\n')}\r\n`;
    const got = await tonIot.read(fileOf(t, name, cells === 44 ? `\uFEFF${text}` : text));
    assert.equal(got.table.rows, 2);
    assert.equal(got.problemCount, 1);
    assert.match(got.problems[0]!, /line 4: saw orig_bytes "0\.0\.0\.0"/);
    assert.equal(cellOf(got.table, 'ts', 0), cells === 44 ? undefined : 1556485532e6);
    assert.equal(cellOf(got.table, 'orig_ip_bytes', 0), 48);
    assert.equal(cellOf(got.table, 'dns_qtype', 0), undefined);
    assert.equal(cellOf(got.table, 'http_status_code', 1), 404);
    assert.equal(cellOf(got.table, 'http_version', 1), '1.1');
    assert.equal(cellOf(got.table, 'weird_notice', 1), 'F');
    assert.deepEqual(
      [...got.labels].map((i) => got.classes[i]),
      ['attack', 'normal'],
    );
  });
}
