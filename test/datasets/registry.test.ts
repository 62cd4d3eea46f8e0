import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WiresiftError } from '../../src/base/index.ts';
import { datasets, findDataset, findDatasetCard, listDatasets } from '../../src/datasets/index.ts';
import { argusSchema } from '../../src/flow/index.ts';
import { schemaId } from '../../src/table/index.ts';

test('CTU-13 has thirteen files, scenario n under capture 41 + n', () => {
  const { files, schema } = findDataset('ctu13');
  assert.equal(schema, argusSchema);
  assert.equal(files.length, 13);
  assert.equal(
    files[5]!.url,
    'https://mcfp.felk.cvut.cz/publicDatasets/CTU-Malware-Capture-Botnet-47/' +
      'detailed-bidirectional-flow-labels/capture20110816.binetflow',
  );
  assert.match(files[12]!.url!, /Botnet-54\/.*\/capture20110815-3\.binetflow$/);
  assert.equal(new Set(files.map((file) => file.name)).size, 13);
});

test('the listing is plain data and says what is not known', () => {
  const list = listDatasets();
  assert.deepEqual(JSON.parse(JSON.stringify(list)), list);
  const names = list.map((entry) => entry.name);
  assert.deepEqual(names, ['ctu13', 'kdd99', 'nsl-kdd', 'ton-iot', 'zeek-labelled']);
  for (const entry of list) {
    assert.ok(entry.licence && entry.citation && entry.publisher, entry.name);
    const readable = datasets.find((dataset) => dataset.name === entry.name);
    const reads = readable && `yields ${schemaId(readable.schema)}`;
    assert.equal(entry.reader, reads ?? 'none in this version');
    for (const file of entry.files) {
      assert.match(file.checksum, file.sha256 === null ? /^not known/ : /^sha256 [0-9a-f]{64}$/);
      assert.equal(file.command === null, file.url === null);
    }
  }
  assert.equal(list[0]!.files.filter((file) => file.sha256 !== null).length, 1);
});

test('a name that cannot be read is a usage error that names those that can', () => {
  const usage = (error: unknown) =>
    error instanceof WiresiftError &&
    error.code === 'DATASET_NAME' &&
    error.exitCode === 2 &&
    /ctu13/.test(error.message);
  assert.throws(() => findDataset('nope'), usage);
  assert.throws(() => findDataset('iot-23'), usage);
  assert.throws(() => findDatasetCard('__proto__'), usage);
  assert.equal(findDatasetCard('kdd99').name, 'kdd99');
});
