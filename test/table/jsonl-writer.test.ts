import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTableWriter, isoTime } from '../../src/table/index.ts';
import { type SampleRow, sampleSchema, sampleTable } from './sample.ts';

async function jsonl(rows: readonly SampleRow[]): Promise<string> {
  let text = '';
  const sink = { write: (data: string) => void (text += data) };
  const writer = createTableWriter({ format: 'jsonl', schema: sampleSchema, sink });
  await writer.append(sampleTable(rows));
  await writer.close();
  return text;
}

test('one object a line, keys in order, null for an empty cell', async () => {
  const text = await jsonl([
    [0, 1.5, 'a"b'],
    [undefined, undefined, undefined],
    [1, Number.POSITIVE_INFINITY, ''],
  ]);
  assert.equal(
    text,
    '{"When":"1970-01-01T00:00:00.000000Z","size, \\"big\\"":1.5,"Word":"a\\"b"}\n' +
      '{"When":null,"size, \\"big\\"":null,"Word":null}\n' +
      '{"When":"1970-01-01T00:00:00.000001Z","size, \\"big\\"":null,"Word":""}\n',
  );
});

test('whatever the words, JSON.parse gets them back', async () => {
  const row = fc.tuple(fc.nat(), fc.integer(), fc.string({ unit: 'binary' }));
  await fc.assert(
    fc.asyncProperty(fc.array(row), async (rows) => {
      const lines = (await jsonl(rows)).split('\n');
      assert.equal(lines.pop(), '');
      const read = lines.map((line) => Object.values(JSON.parse(line) as object));
      assert.deepEqual(
        read,
        rows.map(([micros, value, word]) => [isoTime(micros), value, word]),
      );
    }),
  );
});
