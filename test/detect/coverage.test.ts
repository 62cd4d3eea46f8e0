import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertRows, createDetection, eveRecord } from '../../src/detect/index.ts';
import { batchOf, many, SYN_ONLY } from './flows.ts';

const scan = many(60, (i) => ({ from: '10.0.0.66', to: `10.2.0.${i + 1}`, at: i, ...SYN_ONLY }));

test('losses told before the end add up in every alert, in EVE and in the row', () => {
  const detection = createDetection({ version: '0' });
  detection.addBatch(batchOf(scan));
  detection.noteLoss({ evictedFlows: 7, evictedOneWay: 5 });
  detection.noteLoss({ evictedFlows: 3, unreadRecords: 2 });
  detection.noteLoss({ evictedConnections: 11, unreadConnections: 4, displacedRows: 1 });
  detection.noteLoss({ evictedConnections: 1 });
  const [alert] = detection.finish();
  assert.deepEqual(alert!.coverage, {
    complete: false,
    evictedFlows: 10,
    evictedOneWay: 5,
    evictedConnections: 12,
    unreadConnections: 4,
    displacedRows: 1,
    unreadRecords: 2,
    countersEvicted: {},
    lateFlows: 0,
    evidenceDropped: 0,
  });
  const { coverage } = eveRecord(alert!).wiresift as { coverage: Record<string, unknown> };
  assert.equal(coverage.evicted_flows, 10);
  assert.equal(coverage.evicted_connections, 12);
  assert.equal(coverage.unread_connections, 4);
  assert.equal(coverage.displaced_rows, 1);
  assert.equal(coverage.unread_records, 2);
  assert.equal(
    alertRows([alert!])[0]!.coverage,
    'flows evicted 10 (one-way 5), connections evicted 12, connections with payload not read 4, ' +
      'kdd rows displaced 1, records not read 2',
  );
});

test('connections lost alone make the coverage incomplete', () => {
  for (const losses of [
    { evictedConnections: 1 },
    { unreadConnections: 1 },
    { displacedRows: 1 },
  ]) {
    const detection = createDetection({ version: '0' });
    detection.addBatch(batchOf(scan));
    detection.noteLoss(losses);
    assert.equal(detection.finish()[0]!.coverage.complete, false);
  }
});

test('counters that had to leave are told by table', () => {
  const detection = createDetection({
    version: '0',
    sizes: { horizontal: 8 },
  });
  detection.addBatch(
    batchOf(
      many(400, (i) => ({ from: `10.9.${i >> 7}.${i & 127}`, to: '10.0.0.1', at: 0, ...SYN_ONLY })),
    ),
  );
  detection.addBatch(batchOf(scan, 1000));
  const [alert] = detection.finish();
  const { complete, countersEvicted } = alert!.coverage;
  assert.equal(complete, false);
  assert.ok(Object.values(countersEvicted).every((count) => count > 0));
  const lost = Object.entries(detection.summary.evicted).filter(([, count]) => count > 0);
  assert.deepEqual(Object.entries(countersEvicted), lost);
  assert.ok(lost.length > 0);
  assert.match(alertRows([alert!])[0]!.coverage, / counters evicted \d+/);
});

test('nothing lost is complete, and says nothing', () => {
  const detection = createDetection({ version: '0' });
  detection.addBatch(batchOf(scan));
  const [alert] = detection.finish();
  assert.equal(alert!.coverage.complete, true);
  assert.equal(alertRows([alert!])[0]!.coverage, '');
});
