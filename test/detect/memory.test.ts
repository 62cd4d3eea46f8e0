import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDetection } from '../../src/detect/index.ts';
import { batchOf, EPOCH, many, SYN_ONLY } from './flows.ts';
import { namesOf } from './judged.ts';

const ROWS = 4096;
const MODEL = {
  name: '',
  hash: 'h',
  className: 'botnet',
  threshold: 0.5,
  falsePositiveRate: 0.01,
  falsePositiveRateUpper: 0.02,
};

test('a million spoofed sources grow nothing and hide nobody', () => {
  const detection = createDetection({ version: '0', models: [MODEL], minimumSeverity: 'low' });
  const batch = batchOf(
    many(ROWS, () => ({ from: '0.0.0.0', to: '10.0.0.80', at: 0, ...SYN_ONLY })),
  );
  const scan = batchOf(
    many(60, (i) => ({ from: '10.0.0.66', to: `10.3.0.${i}`, port: 22, at: i, ...SYN_ONLY })),
  );
  const scores = new Float32Array(ROWS).fill(0.9);
  const explain = () => [{ feature: 'State', value: 'S_', contribution: 1 }];
  let source = 1;
  let settled = 0;
  for (let round = 0; source <= 1_000_000; round++) {
    for (let i = 0; i < ROWS; i++, source++) {
      batch.addresses.set([1 + ((source >>> 16) % 200), source >>> 8, source, source * 7], i * 32);
      const at = (EPOCH + source / 20_000) * 1e6;
      batch.start[i] = at;
      batch.end[i] = at;
    }
    detection.addBatch(batch, [{ model: 0, scores, explain }]);
    if (round === 20)
      detection.addBatch(scan, [{ model: 0, scores: scores.subarray(0, 60), explain }]);
    if (round === 40) settled = process.memoryUsage().arrayBuffers;
  }
  const grown = process.memoryUsage().arrayBuffers - settled;
  assert.ok(grown < 8e6, `grew by ${grown} bytes`);
  const alerts = detection.finish();
  const names = namesOf(alerts);
  assert.ok(names.includes('flood 10.0.0.80'));
  assert.ok(names.includes('horizontal-scan 10.0.0.66'));
  assert.ok(
    names.every((name) => /10\.0\.0\.(80|66)$/.test(name)),
    names.join(),
  );
  const flood = alerts.find(({ kind }) => kind === 'flood')!;
  assert.equal(flood.role, 'victim');
  assert.equal(flood.communityIds.length, 10);
  const { evicted, flows } = detection.summary;
  assert.ok(flows > 1_000_000);
  for (const table of ['horizontal-scan', 'vertical-scan', 'beacon', 'hosts']) {
    assert.ok(evicted[table]! > 900_000, `${table} ${evicted[table]}`);
  }
  assert.equal(evicted['flood'], 0);
});

test('the store of evidence is bounded and gives up the smallest', () => {
  const flows = Array.from({ length: 30 }, (_, host) => host).flatMap((host) =>
    many(30 + host, (i) => ({ from: `10.0.0.${host}`, to: `10.3.0.${i}`, at: i, ...SYN_ONLY })),
  );
  const detection = createDetection({ version: '0', sizes: { evidence: 10 } });
  detection.addBatch(batchOf(flows));
  const alerts = detection.finish();
  assert.equal(alerts.length, 10);
  assert.equal(detection.summary.evidenceDropped, 20);
  assert.ok(namesOf(alerts).includes('horizontal-scan 10.0.0.29'));
});
