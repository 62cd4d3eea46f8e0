import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  type Dataset,
  mappedDataset,
  openDataset,
  parseMapping,
} from '../../../src/datasets/index.ts';
import { argusSchema } from '../../../src/flow/index.ts';
import { createTableWriter } from '../../../src/table/index.ts';
import { cellOf, coded, fileOf, rowOf } from '../files.ts';

const dataset = (json: object): Dataset =>
  mappedDataset(parseMapping(JSON.stringify(json), 'm.json'));

const CIC = {
  name: 'cic',
  delimiter: ';',
  columns: {
    'Flow Duration': { role: 'numeric', factor: 1e-6, unit: 's' },
    'Fwd IAT': 'numeric',
    'Fwd IAT.1': 'ignore',
    Protocol: 'categorical',
    'Source IP': 'identity',
    Sensor: 'group',
    Timestamp: { role: 'time', time: 'day-first' },
    Label: 'label',
  },
  targets: {
    label: { values: { BENIGN: 'benign', Background: null }, other: 'attack' },
    kind: {
      values: { BENIGN: 'benign', 'DoS*': 'dos', Background: 'background' },
      other: 'itself',
    },
  },
};
const CIC_TEXT = `\uFEFFFlow Duration;Fwd IAT;Fwd IAT; Protocol;Source IP;Sensor;Timestamp;Label\r
2500000;-3.5;1;6;10.0.0.1;a;14/02/2018 8:31;BENIGN\r
100;Infinity;1;17;10.0.0.2;"b;c";14/02/2018 08:31:01.5;DoS Hulk\r
;NaN;1;;10.0.0.2;a;14/02/2018 1:31:01 PM;Bot\r
7;1e3;1;6;10.0.0.3;a;31/02/2018 8:31;Background\r
`;

test('names, marks, factors, times, groups and targets go as the mapping says', async (t) => {
  const path = fileOf(t, 'cic.csv.gz', gzipSync(CIC_TEXT));
  const got = await dataset(CIC).read(path);
  assert.equal(got.problemCount, 1);
  assert.match(got.problems[0]!, /row 4.*Timestamp "31\/02\/2018 8:31"/);
  await assert.rejects(dataset(CIC).read(path, { strict: true }), coded('DATASET_ROW'));
  assert.deepEqual(rowOf(got.table, 0), {
    'Flow Duration': 2.5,
    'Fwd IAT': -3.5,
    Protocol: '6',
    'Source IP': '10.0.0.1',
    Sensor: 'a',
    Timestamp: Date.UTC(2018, 1, 14, 8, 31) * 1000,
    Label: 'BENIGN',
  });
  assert.equal(cellOf(got.table, 'Fwd IAT', 1), undefined);
  assert.equal(cellOf(got.table, 'Fwd IAT', 3), 1000);
  assert.equal(cellOf(got.table, 'Sensor', 1), 'b;c');
  assert.equal(cellOf(got.table, 'Flow Duration', 2), undefined);
  assert.equal(cellOf(got.table, 'Timestamp', 1), Date.UTC(2018, 1, 14, 8, 31, 1, 500) * 1000);
  assert.equal(cellOf(got.table, 'Timestamp', 2), Date.UTC(2018, 1, 14, 13, 31, 1) * 1000);
  assert.equal(cellOf(got.table, 'Timestamp', 3), undefined);
  assert.deepEqual(got.classes, ['benign', 'attack']);
  assert.deepEqual([...got.labels], [0, 1, 1, -1]);
  assert.deepEqual([...got.groups], [0, 1, 0, 0]);
  assert.deepEqual(got.groupNames, ['a', 'b;c']);
  const kind = await dataset(CIC).read(path, { target: 'kind' });
  assert.deepEqual(kind.classes, ['benign', 'dos', 'Bot']);
  assert.deepEqual([...kind.labels], [0, 1, 2, -1]);
  await assert.rejects(dataset(CIC).read(path, { target: 'what' }), coded('DATASET_TARGET'));
});

test('a file of a view yields the view schema, with what it lacks left empty', async (t) => {
  const json = {
    name: 'flows',
    view: 'argus',
    header: false,
    columns: {
      1: { as: 'StartTime', time: 'milliseconds' },
      2: { as: 'Dur', factor: 0.001 },
      3: { as: 'Proto' },
      4: { as: 'SrcAddr', role: 'group' },
      5: 'label',
    },
    targets: { label: { values: { 0: 'normal', 1: 'attack' } } },
  };
  const path = fileOf(t, 'a.tsv', '1500000000123\t250\ttcp\t10.0.0.1\t0\n5\t1\tudp\t::1\t1\n');
  const got = await dataset(json).read(path, { strict: true });
  assert.equal(got.table.schema, argusSchema);
  assert.deepEqual(rowOf(got.table, 0), {
    StartTime: 1500000000123e3,
    Dur: 0.25,
    Proto: 'tcp',
    SrcAddr: '10.0.0.1',
  });
  assert.deepEqual(got.classes, ['normal', 'attack']);
  assert.deepEqual(got.groupNames, ['10.0.0.1', '::1']);
  assert.equal(dataset(json).offline, false);
  assert.equal(dataset(CIC).offline, true);
});

test('bad rows are counted with their place, or refused when strict', async (t) => {
  const path = fileOf(t, 'cic.csv', CIC_TEXT.replace('100;Inf', '1oo;Inf').replace('7;1e3;', '7;'));
  const got = await dataset(CIC).read(path);
  assert.equal(got.table.rows, 2);
  assert.equal(got.problemCount, 2, got.problems.join());
  assert.match(got.problems[0]!, /line 3: saw Flow Duration "1oo", expected a number/);
  await assert.rejects(dataset(CIC).read(path, { strict: true }), coded('DATASET_ROW'));
});

test('where file and mapping differ, the message says which column and what to do', async (t) => {
  const path = fileOf(t, 'cic.csv', CIC_TEXT);
  const less = { ...CIC, columns: { ...CIC.columns, Extra: 'numeric' } };
  await assert.rejects(dataset(less).read(path), /"Extra".*Check the names/s);
  const { 'Fwd IAT.1': _, ...columns } = CIC.columns;
  await assert.rejects(dataset({ ...CIC, columns }).read(path), /Fwd IAT\.1.*"others": "ignore"/s);
  const easy = { ...CIC, columns, others: 'ignore' };
  assert.equal((await dataset(easy).read(path)).table.rows, 4);
  const unknown = { ...CIC, targets: { label: { values: { BENIGN: 'benign' } } } };
  await assert.rejects(dataset(unknown).read(path), /the label "DoS Hulk".*"other"/s);
  const unclear = { ...CIC, targets: { label: { other: 'itself' } } };
  assert.deepEqual((await dataset(unclear).read(path)).classes.length, 4);
  const words = fileOf(t, 'b.csv', CIC_TEXT.replaceAll('BENIGN', 'good'));
  await assert.rejects(dataset(unclear).read(words), /"harmless"/);
  const told = { ...CIC, targets: { label: { other: 'itself', harmless: 'good' } } };
  assert.equal((await dataset(told).read(words)).classes[0], 'good');
});

test('Parquet gives the same table as the text it was made of', async (t) => {
  const columns = {
    n: 'numeric',
    w: 'categorical',
    t: { role: 'time', time: 'calendar' },
    y: 'label',
  };
  const mapping = {
    name: 'p',
    columns,
    targets: { label: { values: { ok: 'normal' }, other: 'bad' } },
  };
  const text = fileOf(
    t,
    'p.csv',
    'n,w,t,y\n1.5,tcp,2020-01-02 03:04:05.25,ok\n,udp,,no\n-2,,2020-01-02 03:04:06,ok\n4,tcp,,\n',
  );
  const csv = await dataset(mapping).read(text, { strict: true });
  const path = join(text, '..', 'p.parquet');
  const writer = createTableWriter({ schema: csv.table.schema, path, format: 'parquet' });
  await writer.append(csv.table);
  await writer.close();
  const got = await dataset(mapping).read([path, path], { strict: true });
  assert.equal(got.table.rows, 8);
  for (let row = 0; row < 4; row++) {
    assert.deepEqual(rowOf(got.table, row), rowOf(csv.table, row));
    assert.deepEqual(rowOf(got.table, row + 4), rowOf(csv.table, row));
  }
  assert.deepEqual([...got.labels], [...csv.labels, ...csv.labels]);
  assert.deepEqual(
    got.files.map(({ firstRow, rows, hash }) => [firstRow, rows, hash.length]),
    [
      [0, 4, 64],
      [4, 4, 64],
    ],
  );
  const wrong = { ...mapping, columns: { ...columns, w: 'numeric' } };
  const bad = await dataset(wrong).read(path);
  assert.equal(bad.table.rows, 1);
  assert.equal(bad.problemCount, 3);
  assert.match(bad.problems[0]!, /row 1: saw w tcp/);
  await assert.rejects(dataset(wrong).read(path, { strict: true }), coded('DATASET_ROW'));
  await assert.rejects(dataset(mapping).read([path, text]), /one kind/);
});

test('a path that ends in .json opens a mapping, any other word a data set', async (t) => {
  const path = fileOf(t, 'cic.json', JSON.stringify(CIC));
  assert.equal((await openDataset(path)).name, 'cic');
  assert.equal((await openDataset('nsl-kdd')).name, 'nsl-kdd');
  await assert.rejects(openDataset(`${path}.json`), coded('DATASET_OPEN'));
  await assert.rejects(openDataset('cic'), coded('DATASET_NAME'));
});
