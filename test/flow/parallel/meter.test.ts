import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openCapture } from '../../../src/capture/index.ts';
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
