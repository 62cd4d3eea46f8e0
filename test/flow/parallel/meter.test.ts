import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Frame, openCapture } from '../../../src/capture/index.ts';
import { createDecoder } from '../../../src/decode/index.ts';
import {
  ArgusCsv,
  type FlowBatch,
  Meter,
  MeterBurst,
  type MeterOptions,
  ParallelMeter,
} from '../../../src/flow/index.ts';
import { sharedMissing, sharedPath } from '../../shared-data.ts';

const EXAMPLES = ['attack.pcap', 'office.pcap'].map((name) =>
  fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url)),
);

/** What becomes of the rows: their number, and a hash of their text, reasons and numbers. */
class Rows {
  readonly #hash = createHash('sha256');
  readonly #csv = new ArgusCsv();
  count = 0;

  readonly take = (batch: FlowBatch): void => {
    this.#hash.update(this.#csv.write(batch)).update(batch.closeReason.subarray(0, batch.length));
    for (let row = 0; row < batch.length; row++) assert.equal(batch.id[row], ++this.count);
  };

  digest(): string {
    return this.#hash.digest('hex');
  }
}

async function alone(paths: readonly string[], options: MeterOptions): Promise<unknown> {
  const rows = new Rows();
  const meter = new Meter(options, rows.take);
  const decoder = createDecoder();
  const burst = new MeterBurst(meter, decoder);
  for (const path of paths) {
    const source = await openCapture(path);
    await source.read(
      (frame) => burst.add(frame),
      undefined,
      async () => burst.flush(),
    );
  }
  meter.finish();
  const { packets, anomalies, linkTypes } = decoder;
  const { flows, records } = meter.stats;
  return [rows.count, rows.digest(), flows, records, packets, [...anomalies], new Map(linkTypes)];
}

async function shared(
  paths: readonly string[],
  options: MeterOptions,
  workers: number,
): Promise<unknown> {
  const rows = new Rows();
  const meter = new ParallelMeter(workers, options, { onBatch: rows.take });
  for (const path of paths) {
    const source = await openCapture(path);
    await source.read(
      (frame) => meter.add(frame),
      undefined,
      async () => {
        meter.flush();
        await meter.ready();
      },
    );
  }
  const { packets, anomalies, linkTypes, meter: stats } = await meter.finish();
  const { flows, records } = stats;
  return [rows.count, rows.digest(), flows, records, packets, [...anomalies], new Map(linkTypes)];
}

test('any number of workers gives the rows of one meter, in its order', async () => {
  const options = { statusInterval: 30, batchRows: 64 };
  const expected = await alone(EXAMPLES, options);
  for (const workers of [1, 2, 3]) {
    assert.deepEqual(await shared(EXAMPLES, options, workers), expected, `${workers} workers`);
  }
});

test('the same over real captures of every kind in one row', { skip: sharedMissing }, async () => {
  const root = sharedPath('data', 'pcap');
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(pcap|pcapng|cap)$/.test(name))
    .sort()
    .map((name) => `${root}/${name}`)
    .filter((path) => statSync(path).size < 400_000);
  assert.ok(paths.length > 100);
  for (const options of [{}, { statusInterval: 20 }]) {
    assert.deepEqual(await shared(paths, options, 2), await alone(paths, options));
  }
});

test('a share of the flows each: together no more than were allowed', async () => {
  const rows = new Rows();
  const meter = new ParallelMeter(2, { maxFlows: 20 }, { onBatch: rows.take });
  const source = await openCapture(EXAMPLES[0]!);
  await source.read(
    (frame) => meter.add(frame),
    undefined,
    async () => {
      meter.flush();
      await meter.ready();
    },
  );
  const { meter: stats } = await meter.finish();
  assert.ok(stats.evicted > 0);
  assert.ok(stats.peakFlows <= 20);
  assert.equal(stats.records, rows.count);
});

/** The text of all records, by one meter and by several workers. */
async function texts(paths: readonly string[], options: MeterOptions): Promise<[string, string]> {
  const csv = new ArgusCsv();
  const lines: string[] = [];
  const meter = new Meter(options, (batch) =>
    lines.push(Buffer.from(csv.write(batch)).toString('latin1')),
  );
  const burst = new MeterBurst(meter, createDecoder());
  const read = async (add: (frame: Frame) => void, after: () => Promise<void>): Promise<void> => {
    for (const path of paths) await (await openCapture(path)).read(add, undefined, after);
  };
  await read(
    (frame) => burst.add(frame),
    async () => burst.flush(),
  );
  meter.finish();
  const others: string[] = [];
  const parallel = new ParallelMeter(3, options, {
    onText: (text) => others.push(Buffer.from(text).toString('latin1')),
  });
  await read(
    (frame) => parallel.add(frame),
    async () => {
      parallel.flush();
      await parallel.ready();
    },
  );
  await parallel.finish();
  return [others.join(''), lines.join('')];
}

test('text that workers write is that of one meter, byte for byte', async () => {
  for (const options of [{}, { statusInterval: 5, batchRows: 16 }]) {
    const [found, expected] = await texts(EXAMPLES, options);
    assert.ok(expected.length > 100_000);
    assert.equal(found, expected);
  }
});

test('a compressed and a damaged capture come out as from one meter', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-workers-'));
  try {
    const whole = readFileSync(EXAMPLES[0]!);
    const zipped = join(folder, 'zipped.pcap.gz');
    const broken = join(folder, 'broken.pcap');
    writeFileSync(zipped, gzipSync(whole));
    writeFileSync(broken, whole.subarray(0, whole.length - 7));
    const [plain] = await texts([EXAMPLES[0]!], {});
    assert.deepEqual(await texts([zipped], {}), [plain, plain]);
    const [found, expected] = await texts([broken], {});
    assert.equal(found, expected);
    assert.notEqual(found, plain);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('fragments and tunnels of real captures, as text', { skip: sharedMissing }, async () => {
  const root = sharedPath('data', 'pcap');
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(frag|teredo|gre|vlan|icmp|6in4).*\.(pcap|pcapng|cap)$/i.test(name))
    .sort()
    .map((name) => `${root}/${name}`)
    .filter((path) => statSync(path).size < 2_000_000);
  assert.ok(paths.length > 5);
  const [found, expected] = await texts(paths, { statusInterval: 20 });
  assert.equal(found, expected);
});

test('what the output throws ends the work, and is what finish throws', async () => {
  const meter = new ParallelMeter(
    2,
    { batchRows: 16 },
    {
      onText() {
        throw new Error('the disk is full');
      },
    },
  );
  const feed = async (): Promise<void> => {
    const source = await openCapture(EXAMPLES[0]!);
    await source.read(
      (frame) => meter.add(frame),
      undefined,
      async () => {
        meter.flush();
        await meter.ready();
      },
    );
  };
  await assert.rejects(
    async () => {
      await feed().catch(() => undefined);
      await meter.finish();
    },
    { message: 'the disk is full' },
  );
});
