import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDetection, FlowScorer, ScorerSet } from '../../src/detect/index.ts';
import { trainModel } from '../../src/evaluate/index.ts';
import { argusTable } from '../../src/flow/index.ts';
import { detectCaptures } from '../../src/pipeline.ts';
import { takeRows } from '../../src/table/index.ts';
import { madeFlows } from '../evaluate/flows.ts';
import { batchOf, many, SYN_ONLY } from './flows.ts';

const data = madeFlows(1200);
const { file } = await trainModel({
  data,
  modelKind: 'host-gru',
  parameters: {
    epochs: 2,
    window: 4,
    network:
      '{"layers":[{"layer":"dense","units":6,"activation":"relu"},{"layer":"gru","units":6}]}',
  },
  seed: 3,
  judge: { replicates: 10 },
});
const { table } = data;
const part = (from: number, to: number) =>
  takeRows(
    table,
    Int32Array.from({ length: to - from }, (_, i) => from + i),
  );

test('a scorer remembers hosts from batch to batch, until it is told to start anew', () => {
  const scorer = new FlowScorer(file, 'aa');
  const first = scorer.scoreTable(part(0, 40));
  assert.equal(first.forgotten, 0);
  const second = scorer.scoreTable(part(40, 80)).scores;
  const fresh = new FlowScorer(file, 'aa');
  const alone = fresh.scoreTable(part(40, 80)).scores;
  assert.notDeepEqual(second, alone);
  scorer.restart();
  assert.deepEqual(scorer.scoreTable(part(40, 80)).scores, alone);
  const set = new ScorerSet([scorer]);
  set.restart();
  assert.deepEqual(set.score(part(40, 80))[0]!.scores, alone);
});

test('a row is explained with the flows before it, by columns of the view', () => {
  const scorer = new FlowScorer(file, 'aa');
  scorer.scoreTable(part(0, 40));
  const { explain } = scorer.scoreTable(part(40, 80));
  const reasons = explain(39);
  const names = table.schema.columns.map(({ name }) => name);
  assert.ok(reasons.length > 3);
  for (const { feature, contribution } of reasons) {
    assert.ok(Number.isFinite(contribution) && contribution !== 0);
    assert.ok(names.includes(feature) || feature.includes('Per') || feature.includes('Bytes'));
  }
  assert.ok(!reasons.some(({ feature }) => feature === 'SrcAddr' || feature === 'StartTime'));
});

test('hosts that were forgotten stand in the account of what was lost', () => {
  const scan = batchOf(
    many(60, (i) => ({ from: '10.0.0.66', to: `10.2.0.${i + 1}`, at: i, ...SYN_ONLY })),
  );
  const scorer = new FlowScorer(file, 'aa');
  const detection = createDetection({ version: '0', models: [scorer.facts] });
  const scored = { model: 0, ...scorer.scoreTable(argusTable(scan)), forgotten: 7 };
  detection.addBatch(scan, [scored]);
  const [alert] = detection.finish();
  assert.equal(detection.summary.evicted['histories'], 7);
  assert.deepEqual(alert!.coverage.countersEvicted, { histories: 7 });
});

test('captures are judged by such a model as by any other, each on its own', async () => {
  const models = [{ file, hash: 'aa', name: 'sequence' }];
  const capture = 'examples/attack.pcap';
  const once = await detectCaptures([capture], { models });
  const [segment] = once;
  assert.ok(segment!.detection.models[0]!.scored > 100);
  assert.equal(segment!.detection.evicted['histories'], 0);
  const twice = await detectCaptures([capture], { models });
  assert.deepEqual(twice[0]!.detection.models, segment!.detection.models);
});
