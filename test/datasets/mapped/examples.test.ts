import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mappedDataset, openDataset, readMapping } from '../../../src/datasets/index.ts';
import { cellOf, fileOf } from '../files.ts';

const folder = fileURLToPath(new URL('../../../examples/mappings/', import.meta.url));

test('every mapping among the examples is one', async () => {
  const names = readdirSync(folder);
  assert.ok(names.length > 1);
  for (const name of names) await openDataset(`${folder}${name}`);
});

test('the example with a view reads what it describes', async (t) => {
  const path = fileOf(
    t,
    'flows.txt',
    'first|duration_ms|proto|src|sport|dst|dport|packets|bytes|bytes_out|verdict|remark\n' +
      '1500000000000|1500|tcp|10.0.0.1|4000|192.0.2.1|25|7|900|-|bot|seen twice\n' +
      '1500000000500|-|udp|10.0.0.2|4001|192.0.2.2|53|2|200|90|unsure|\n',
  );
  const mapping = await readMapping(`${folder}netflow-argus.json`);
  const got = await mappedDataset(mapping).read(path, { strict: true });
  assert.deepEqual([...got.labels], [1, -1]);
  assert.equal(cellOf(got.table, 'Dur', 0), 1.5);
  assert.equal(cellOf(got.table, 'SrcBytes', 0), undefined);
  assert.equal(cellOf(got.table, 'StartTime', 1), 1500000000500e3);
  assert.equal(cellOf(got.table, 'State', 0), undefined);
});
