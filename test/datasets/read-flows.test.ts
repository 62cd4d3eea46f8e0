import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { readCtu13, readFlows, recognise } from '../../src/datasets/index.ts';
import { schemaId, type Table } from '../../src/table/index.ts';
import { sharedMissing, sharedPath } from '../shared-data.ts';
import { coded, fileOf, rowOf } from './files.ts';
import { netflow5, netflow9, set, template } from './netflow/messages.ts';

const ARGUS =
  'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label\n' +
  '2011/08/16 10:01:46.972101,1.1,tcp,10.0.0.1,1,   ->,10.0.0.9,80,S_,0,,1,60,60,flow=x\n' +
  '2011/08/16 10:01:46.972101,0,man,0,0,,0,0,STA,,,1,60,60,\n' +
  '2011/08/16 10:01:46.972101,many,tcp,10.0.0.1,1,   ->,10.0.0.9,80,S_,0,,1,60,60,flow=x\n' +
  '2011/08/16 10:01:47.972101,1.1,tcp,10.0.0.2,1,   ->,10.0.0.9,80,S_,0,,1,60,60,flow=x\n';
const zeek = (path: string, fields: string, ...rows: string[]): string =>
  `#separator \\x09\n#empty_field\t(empty)\n#unset_field\t-\n#path\t${path}\n` +
  `#fields\t${fields.replaceAll(' ', '\t')}\n${rows.map((row) => `${row.replaceAll(' ', '\t')}\n`).join('')}`;
const CONN = zeek(
  'conn',
  'ts uid id.orig_h id.resp_h proto service',
  '1.5 C1 10.0.0.1 10.0.0.2 udp dns',
  '2 C2 10.0.0.1 10.0.0.3 tcp http',
  '3 C3 10.0.0.4 10.0.0.3 tcp -',
);
const DNS = zeek('dns', 'ts uid query qtype AA', '1 C1 one.example 1 T', '2 C1 two.example 28 F');
const KDD = `0,udp,private,SF,105,146${',0'.repeat(35)},normal.\n`;

function folder(t: TestContext, files: Readonly<Record<string, string | Uint8Array>>): string {
  const path = mkdtempSync(join(tmpdir(), 'wiresift-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  mkdirSync(join(path, 'deeper'));
  return path;
}

async function read(paths: string | readonly string[], options = {}) {
  const flows = readFlows(paths, options);
  const tables: Table[] = [];
  for await (const table of flows) tables.push(table);
  const rows = tables.flatMap((table) =>
    Array.from({ length: table.rows }, (_, row) => rowOf(table, row)),
  );
  return { flows, tables, rows };
}

test('files are told by their content, captures and others are not', () => {
  const names = (content: string | Uint8Array) => recognise(Buffer.from(content))?.name;
  assert.equal(names(ARGUS), 'argus-text');
  assert.equal(names(CONN), 'zeek-tsv');
  assert.equal(names('{"ts":1.5,"uid":"C1","conn_state":"SF"}\n'), 'zeek-json');
  assert.equal(names('{"timestamp":"x","event_type":"alert"}\n'), 'eve');
  assert.equal(names('\uFEFFsrc_ip,dst_ip,proto,conn_state,src_ip_bytes\n'), 'ton-iot');
  assert.equal(names(KDD), 'kdd');
  assert.equal(names(netflow5([], 1)), 'netflow');
  assert.equal(names(netflow9(set(0, template(256, [[8, 4]])))), 'netflow');
  assert.equal(names(Uint8Array.of(0x0c, 0xa5, 2, 0)), 'nfdump');
  const others = [
    '',
    '\n',
    '{}',
    '{"a":1}',
    'a,b,c\n',
    Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1, 2, 0),
  ];
  for (const other of others) assert.equal(names(other), undefined, String(other));
});

test('Argus text: bad rows are counted, management rows skipped, gzip or not', async (t) => {
  for (const content of [ARGUS, gzipSync(ARGUS)]) {
    const { flows, rows, tables } = await read(fileOf(t, 'x', content));
    assert.equal(schemaId(tables[0]!.schema), 'argus@1');
    assert.deepEqual(
      rows.map((row) => [row['SrcAddr'], row['Dir'], row['Dur']]),
      [
        ['10.0.0.1', '->', Math.fround(1.1)],
        ['10.0.0.2', '->', Math.fround(1.1)],
      ],
    );
    assert.equal(flows.problemCount, 1);
    assert.match(flows.problems[0]!, /line 4: saw Dur "many"/);
    assert.equal(flows.skipped, 1);
  }
  await assert.rejects(read(fileOf(t, 'x', ARGUS), { strict: true }), coded('DATASET_ROW'));
});

test("a folder of Zeek logs is joined by uid, a connection's first entry counts", async (t) => {
  const ssl = '{"_path":"ssl","ts":1,"uid":"C3","version":"TLSv12","established":true}\n';
  const dir = folder(t, {
    'conn.log': CONN,
    'dns.log.gz': gzipSync(DNS),
    'ssl.log': ssl,
    'http.log': zeek('http', 'ts uid status_code method', '2 C2 404 GET'),
    'http.2.log': zeek('http', 'ts uid status_code method', '2 C9 200 GET', '2 C3 302 PUT'),
    'weird.log': zeek('weird', 'ts uid name notice', '2 - odd F', '3 C3 bad_thing F'),
    'loaded_scripts.log': zeek('loaded_scripts', 'name', 'x'),
    'notes.txt': 'nothing',
  });
  const { rows, flows } = await read(dir);
  assert.equal(flows.problemCount, 0);
  const [first, second, third] = rows;
  assert.deepEqual(
    [first!['dns_query'], first!['dns_qtype'], first!['dns_AA'], first!['http_method']],
    ['one.example', 1, 'T', undefined],
  );
  assert.deepEqual([second!['http_status_code'], second!['http_method']], [404, 'GET']);
  assert.deepEqual(
    [third!['ssl_version'], third!['ssl_established'], third!['weird_name'], third!['http_method']],
    ['TLSv12', 'T', 'bad_thing', 'PUT'],
  );
  const named = await read([join(dir, 'dns.log.gz'), join(dir, 'conn.log')]);
  assert.equal(named.rows[0]!['dns_query'], 'one.example');
  assert.equal(named.rows[2]!['ssl_version'], undefined);
});

test('a side log alone, an unknown file and a file that is not there are said', async (t) => {
  await assert.rejects(read(fileOf(t, 'dns.log', DNS)), coded('FLOWS_FORMAT'));
  await assert.rejects(read(fileOf(t, 'x', 'hello\n')), coded('FLOWS_FORMAT'));
  await assert.rejects(read(folder(t, { 'dns.log': DNS })), coded('FLOWS_FORMAT'));
  await assert.rejects(read(folder(t, {})), coded('FLOWS_FORMAT'));
  await assert.rejects(read('/nowhere/conn.log'), coded('DATASET_OPEN'));
});

test('Zeek in JSON: flat and nested, both kinds of times, sets and flags', async (t) => {
  const lines = [
    '{"_path":"conn","ts":1.000001,"uid":"C1","id.orig_h":"10.0.0.1","id.orig_p":5,"local_orig":true,"tunnel_parents":["a","b"]}',
    '{"_path":"dns","ts":2,"uid":"C1"}',
    '{"ts":"2020-01-02T03:04:05.250000Z","uid":"C2","id":{"orig_h":"10.0.0.2"},"conn_state":"SF"}',
    '{"ts":2,"uid":"C3","conn_state":"SF","orig_bytes":-4}',
    'not json',
    '{"ts":2,"uid":"C4","conn_state":"S0","__proto__":{"service":"dns"}}',
  ];
  const { rows, flows } = await read(fileOf(t, 'conn.log', `${lines.join('\r\n')}`));
  assert.deepEqual(rows, [
    {
      ts: 1_000_001,
      uid: 'C1',
      'id.orig_h': '10.0.0.1',
      'id.orig_p': 5,
      local_orig: 'T',
      tunnel_parents: 'a,b',
    },
    {
      ts: Date.UTC(2020, 0, 2, 3, 4, 5, 250) * 1000,
      uid: 'C2',
      'id.orig_h': '10.0.0.2',
      conn_state: 'SF',
    },
    { ts: 2e6, uid: 'C4', conn_state: 'S0' },
  ]);
  assert.equal(flows.skipped, 1);
  assert.equal(flows.problemCount, 2);
  assert.match(flows.problems[0]!, /line 4: saw orig_bytes -4/);
});

test('batches hold no more rows than asked for, and all of them', async (t) => {
  const many = CONN + '4\tC4\t10.0.0.1\t10.0.0.2\ttcp\t-\n'.repeat(5000);
  const { tables, rows } = await read(fileOf(t, 'x', many), { batchRows: 100 });
  assert.ok(tables.every((table) => table.rows <= 100));
  assert.equal(rows.length, 5003);
});

test('eve.json, KDD and NetFlow files come in their views', async (t) => {
  const eve =
    '{"event_type":"alert"}\n{"event_type":"flow","src_ip":"10.0.0.1","dest_ip":"10.0.0.2","proto":"UDP","flow":{"start":"2019-05-28T23:32:29.025256+0200"}}\n';
  const got = await read(fileOf(t, 'eve.json', eve));
  assert.deepEqual([got.rows.length, got.flows.skipped, got.rows[0]!['proto']], [1, 1, 'udp']);
  const kdd = await read(fileOf(t, 'x', KDD.repeat(3)));
  assert.equal(schemaId(kdd.tables[0]!.schema), 'kdd@1');
  assert.equal(kdd.rows.length, 3);
  const flow = {
    from: [10, 0, 0, 1],
    to: [10, 0, 0, 2],
    ports: [1, 2] as const,
    packets: 1,
    bytes: 60,
    times: [1, 2] as const,
    protocol: 17,
    flags: 0,
  };
  // More than one message may be long, so that messages are cut between pieces.
  const messages = Buffer.concat(
    Array.from({ length: 3000 }, (_, i) => netflow5([{ ...flow, ports: [i + 1, 53] }])),
  );
  const netflow = await read(fileOf(t, 'x', messages));
  assert.equal(netflow.rows.length, 3000);
  assert.equal(netflow.flows.problemCount, 0);
});

test('standard input is read too, gzipped or not', () => {
  const program = fileURLToPath(new URL('../../src/datasets/index.ts', import.meta.url));
  const script = `import { readFlows } from ${JSON.stringify(program)};
    let rows = 0;
    for await (const table of readFlows('-')) rows += table.rows;
    console.log(rows);`;
  for (const input of [Buffer.from(CONN), gzipSync(CONN)]) {
    const args = ['--input-type=module', '-e', script];
    const { stdout, stderr } = spawnSync(process.execPath, args, { input, timeout: 60_000 });
    assert.equal(stdout.toString().trim(), '3', stderr.toString());
  }
});

test('Argus files read as the data set reader reads them', { skip: sharedMissing }, async () => {
  const path = sharedPath('data', 'ctu13', 'stratosphere', 'slips-test1.binetflow.gz');
  const { rows } = await read(path, { batchRows: 1000 });
  const { table } = await readCtu13(path);
  assert.equal(rows.length, table.rows);
  for (const [row, cells] of rows.entries()) assert.deepEqual(cells, rowOf(table, row));
});
