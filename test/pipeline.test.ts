import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createPcapWriter } from '../src/capture/index.ts';
import { readCtu13 } from '../src/datasets/index.ts';
import { ARGUS_HEADER, ArgusCsv, argusTable } from '../src/flow/index.ts';
import { detectCaptures, meterCaptures } from '../src/pipeline.ts';
import { columnIndex, type Table, textAt } from '../src/table/index.ts';

const example = (name: string): string =>
  fileURLToPath(new URL(`../examples/${name}`, import.meta.url));

/** A cell as text, so that cells of dictionaries in another order compare. */
function cellAt(table: Table, name: string, row: number): string {
  const column = table.columns[columnIndex(table.schema, name)]!;
  return column.kind === 'text' ? (textAt(column, row) ?? '') : String(column.values[row]);
}

test('what the model is served live equals what the reader makes of the same flows on paper', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-'));
  try {
    const tables: Table[] = [];
    const csv = new ArgusCsv();
    const text = [Buffer.from(ARGUS_HEADER)];
    await meterCaptures([example('attack.pcap')], {
      onBatch(batch) {
        tables.push(argusTable(batch));
        text.push(Buffer.from(csv.write(batch)));
      },
    });
    const path = join(folder, 'attack.binetflow');
    writeFileSync(path, Buffer.concat(text));
    const read = (await readCtu13(path)).table;
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    assert.ok(rows > 1000);
    assert.equal(read.rows, rows);
    let at = 0;
    for (const table of tables) {
      for (let row = 0; row < table.rows; row++, at++) {
        for (const { name } of table.schema.columns) {
          assert.equal(cellAt(table, name, row), cellAt(read, name, at), `${name} of row ${at}`);
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a rotated capture gives the flows of the whole one; an unrelated file starts anew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-'));
  try {
    const frames: { time: number; bytes: Uint8Array }[] = [];
    const { openCapture } = await import('../src/capture/index.ts');
    const source = await openCapture(example('office.pcap'));
    await source.read((frame) => {
      frames.push({ time: frame.time, bytes: frame.bytes.slice(frame.start, frame.end) });
    });
    const write = (name: string, part: typeof frames): string => {
      const path = join(folder, name);
      const writer = createPcapWriter({ path, linkType: 1 });
      for (const { time, bytes } of part) writer.write(bytes, time);
      writer.close();
      return path;
    };
    const half = frames.length >> 1;
    const whole = write('whole.pcap', frames);
    const first = write('first.pcap', frames.slice(0, half));
    const second = write('second.pcap', frames.slice(half));
    const flowsOf = async (paths: string[]): Promise<{ text: string; segments: number }> => {
      const csv = new ArgusCsv();
      let text = '';
      const segments = await meterCaptures(paths, {
        onBatch: (batch) => {
          text += Buffer.from(csv.write(batch)).toString();
        },
      });
      return { text, segments: segments.length };
    };
    const one = await flowsOf([whole]);
    assert.deepEqual(await flowsOf([first, second]), one);
    assert.equal((await flowsOf([whole, first])).segments, 2, 'time ran back: another stretch');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('without a model the detectors alone find the attacker and no benign host', async () => {
  const [office, attack] = await Promise.all(
    ['office.pcap', 'attack.pcap'].map((name) => detectCaptures([example(name)], {})),
  );
  assert.deepEqual(office![0]!.alerts, []);
  const hosts = new Set(attack![0]!.alerts.map((alert) => alert.host));
  assert.ok(hosts.has('192.168.10.66'));
  assert.ok([...attack![0]!.alerts].every((alert) => alert.agreement === 'no model'));
});

test('a signal stops reading, and what was read until then counts', async () => {
  const aborted = AbortSignal.abort();
  const segments = await meterCaptures([example('office.pcap')], {
    onBatch: () => {},
    signal: aborted,
  });
  assert.deepEqual(segments, []);
});

test('with workers too a signal stops reading, and what was read until then counts', async () => {
  const controller = new AbortController();
  let text = '';
  const segments = await meterCaptures([example('office.pcap')], {
    workers: 2,
    capture: { chunkBytes: 4096 },
    onText: (rows) => (text += Buffer.from(rows).toString('latin1')),
    onProgress: (_file, done) => done > 20_000 && controller.abort(),
    signal: controller.signal,
  });
  assert.equal(segments.length, 1);
  const { meter } = segments[0]!;
  assert.ok(meter!.packets > 0 && meter!.packets < 1000, `${meter!.packets} packets`);
  assert.equal(text.split('\n').length - 1, meter!.records);
});

test('an unreadable second file is told with workers too, after what came before', async () => {
  let rows = 0;
  const run = meterCaptures([example('office.pcap'), example('no-such-file.pcap')], {
    workers: 2,
    onText: (text) => (rows += Buffer.from(text).toString('latin1').split('\n').length - 1),
  });
  await assert.rejects(run, { code: 'CAPTURE_OPEN' });
  assert.ok(rows > 100);
});

test('worker threads give the rows, the order and the summaries of one thread', async () => {
  const paths = ['attack.pcap', 'office.pcap', 'attack.pcap'].map(example);
  const run = async (workers: number): Promise<unknown> => {
    const csv = new ArgusCsv();
    const out: unknown[] = [];
    const summaries = await meterCaptures(paths, {
      workers,
      onBatch: (batch) => out.push(Buffer.from(csv.write(batch)).toString('latin1')),
      onSegment: ({ first, last, anomalies, files }) =>
        out.push({ first, last, anomalies, files: files.map(({ name }) => name) }),
    });
    return [...out, summaries.map(({ meter }) => meter?.records)];
  };
  assert.deepEqual(await run(2), await run(1));
});
