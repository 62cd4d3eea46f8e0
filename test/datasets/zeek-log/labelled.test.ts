import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { zeekLabelled } from '../../../src/datasets/index.ts';
import { zeekSchema } from '../../../src/flow/index.ts';
import { textAt, texts } from '../../../src/table/index.ts';
import { sharedMissing, sharedPath } from '../../shared-data.ts';
import { cellOf, classCounts, coded, fileOf, rowOf } from '../files.ts';

const HEAD =
  '#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n';

test('fields are found by name; escapes, markers and labels are read', async (t) => {
  const path = fileOf(
    t,
    'some.log',
    `${HEAD}#fields\tuid\tts\tid.orig_h\torig_bytes\tservice\thistory\tunknown\tlabel\tdetailedlabel
C1\t1.5\tfe80::1\t12\t(empty)\tShA\tz\tMalicious\tC&C
C2\t2\t10.0.0.1\t-\thttp\\x09x\t-\tz\tbenign\t-
#close\t2020
C3\t3\t10.0.0.1\t1\t-\t-\tz\tBackground\t(empty)
C4\t3\t10.0.0.1\t1\t-\t-\tz\tstrange\t-\n`,
  );
  const got = await zeekLabelled.read(path, { strict: true });
  assert.equal(got.table.schema, zeekSchema);
  assert.deepEqual(rowOf(got.table, 0), {
    ts: 1.5e6,
    uid: 'C1',
    'id.orig_h': 'fe80::1',
    orig_bytes: 12,
    history: 'ShA',
  });
  assert.equal(cellOf(got.table, 'service', 1), 'http\tx');
  assert.deepEqual([...got.labels], [1, 0, -1, -1]);
  assert.deepEqual(got.groupNames, ['fe80::1', '10.0.0.1']);
  assert.deepEqual(
    got.labelCounts.map(({ group, rows }) => [group, rows]),
    [
      ['benign', 1],
      ['malicious', 1],
      ['background', 1],
      ['other', 1],
    ],
  );
  const detail = await zeekLabelled.read(path, { target: 'detail' });
  assert.deepEqual(detail.classes, ['benign', 'C&C']);
  assert.deepEqual([...detail.labels], [1, 0, -1, -1]);
});

test('three spaces between the last fields are read as tabs', async (t) => {
  const path = fileOf(
    t,
    'x.log',
    `${HEAD}#fields\tuid\tid.orig_h\ttunnel_parents   label   detailed-label
C1\t10.0.0.1\t-   Malicious   PartOfAHorizontalPortScan
C2\t10.0.0.1\tC9   Benign   -
C3\t10.0.0.1\t-\tMalicious\tDDoS
C4\t10.0.0.1\t-   Benign
C5\t10.0.0.1\t(empty)   Benign   a  b
#close\t2019   benign   -\n`,
  );
  const got = await zeekLabelled.read(path);
  assert.deepEqual(classCounts(got.labels, got.classes), { malicious: 2, benign: 2 });
  assert.equal(got.problemCount, 1);
  assert.match(got.problems[0]!, /line 10: saw 4 cells, expected 5/);
  assert.equal(cellOf(got.table, 'tunnel_parents', 1), 'C9');
  assert.equal(cellOf(got.table, 'tunnel_parents', 0), undefined);
  assert.equal(cellOf(got.besides!, 'detailed_label', 3), 'a  b');
});

test('side logs beside the conn log, or in its folder, are joined by uid', async (t) => {
  const fields = '#fields\tts\tuid\tid.orig_h\tproto\tlabel\tdetailed-label\n';
  const rows = '1\tC1\t10.0.0.1\tudp\tMalicious\tC&C\n2\tC2\t10.0.0.2\ttcp\tBenign\t-\n';
  const conn = fileOf(t, 'conn.log.labeled', `${HEAD}${fields}${rows}`);
  const folder = dirname(conn);
  const side = (path: string, text: string) => {
    writeFileSync(join(folder, `${path}.log`), `${HEAD.replace('conn', path)}${text}`);
    return join(folder, `${path}.log`);
  };
  const dns = side(
    'dns',
    '#fields\tts\tuid\tquery\tqtype\n1\tC1\ta.example\t28\n1\tC1\tb.example\t1\n',
  );
  side('weird', '#fields\tts\tuid\tname\n2\tC2\tbad_TCP_checksum\n');
  side('files', '#fields\tts\tfuid\n2\tF1\n');
  writeFileSync(join(folder, 'notes.txt'), 'of no kind\n');
  const alone = await zeekLabelled.read(conn, { strict: true });
  assert.equal(cellOf(alone.table, 'dns_query', 0), undefined);
  const two = await zeekLabelled.read([dns, conn], { strict: true });
  assert.equal(cellOf(two.table, 'dns_query', 0), 'a.example');
  assert.equal(cellOf(two.table, 'weird_name', 1), undefined);
  assert.notEqual(two.hash, alone.hash);
  const all = await zeekLabelled.read(folder, { strict: true });
  assert.equal(all.table.rows, 2);
  assert.equal(cellOf(all.table, 'dns_qtype', 0), 28);
  assert.equal(cellOf(all.table, 'weird_name', 1), 'bad_TCP_checksum');
  assert.deepEqual([...all.labels], [...alone.labels]);
  assert.deepEqual(all.groupNames, ['10.0.0.1', '10.0.0.2']);
  assert.equal(all.files.length, 1);
});

test('a log without labels takes the one given for its file', async (t) => {
  const path = fileOf(t, 'mine.log', `${HEAD}#fields\tuid\tid.orig_h\nC1\t10.0.0.1\n`);
  assert.deepEqual([...(await zeekLabelled.read(path)).labels], [-1]);
  const got = await zeekLabelled.read(path, { fileLabel: () => 'Malicious' });
  assert.deepEqual([...got.labels], [1]);
  assert.deepEqual(got.labelCounts, [{ group: 'malicious', class: 'malicious', rows: 1 }]);
  assert.equal(textAt(got.rawLabel, 0), undefined);
});

test('what is no Zeek log is refused', async (t) => {
  for (const text of ['', 'a\tb\n', '#fields\n', `${HEAD}row\n`, '#separator ab\n#fields\ta\n']) {
    await assert.rejects(zeekLabelled.read(fileOf(t, 'x', text)), coded('DATASET_FORMAT'), text);
  }
});

const KNOWN = {
  'iot23-34-1': { rows: 23_145, classes: { malicious: 21_222, benign: 1923 } },
  'iot23-honeypot-4-1': { rows: 452, classes: { benign: 452 } },
  'stf-001': { rows: 992, classes: {} },
  'stf-003': { rows: 361, classes: { malicious: 361 } },
  'stf-005': { rows: 992, classes: { malicious: 992 } },
  'stf-006': { rows: 18, classes: { malicious: 18 } },
  'stf-008': { rows: 5663, classes: { malicious: 4201, benign: 1402 } },
};

test('every published log reads whole, cell for cell', { skip: sharedMissing }, async () => {
  const names = readdirSync(sharedPath('data', 'zeek-labelled'));
  assert.equal(names.length, Object.keys(KNOWN).length);
  for (const [name, { rows, classes }] of Object.entries(KNOWN)) {
    const path = sharedPath('data', 'zeek-labelled', `${name}.conn.log.labeled.gz`);
    const got = await zeekLabelled.read(path, { strict: true });
    assert.equal(got.table.rows, rows, name);
    const counts = classCounts(got.labels, got.classes);
    for (const [word, count] of Object.entries(classes)) assert.equal(counts[word], count, name);
    const lines = gunzipSync(readFileSync(path)).toString().trim().split('\n');
    const head = lines.find((line) => line.startsWith('#fields'))!;
    const fields = head.split(/\t| {3}/).slice(1);
    const cells = lines
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.split(/\t| {3}/));
    const known = fields.flatMap((field, i) => {
      const column = zeekSchema.columns.find((spec) => spec.name === field);
      return column ? [{ i, ...column }] : [];
    });
    assert.equal(known.length, 21);
    for (const [row, line] of cells.entries()) {
      for (const { i, name: column, type } of known) {
        const word = line[i]!;
        const empty = word === '-' || word === '(empty)';
        const number = type === 'time' ? Math.round(Number(word) * 1e6) : Number(word);
        const expected = empty ? undefined : type === 'text' ? word : number;
        if (cellOf(got.table, column, row) !== expected) {
          assert.equal(cellOf(got.table, column, row), expected, `${name} ${row} ${column}`);
        }
      }
      const label = line[fields.indexOf('label')];
      assert.equal(textAt(texts(got.table, 'uid'), row), line[1]);
      assert.equal(textAt(got.rawLabel, row), fields.includes('label') ? label : undefined);
    }
  }
});
