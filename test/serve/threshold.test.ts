import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { resolveThresholds } from '../../src/detect/index.ts';
import { loadModel, type ModelFile } from '../../src/models/index.ts';
import { alertsAt, countedFrom, rateBound, shareReached } from '../../src/serve/model-traffic.ts';
import type {
  AlertPage,
  AuditPage,
  ModelDetail,
  ModelList,
  ModelRow,
} from '../../src/serve/wire.ts';
import { type Caller, runningService } from './running.ts';
import { ANALYSING, settled, upload } from './uploading.ts';

const capture = readFileSync(new URL('../../examples/attack.pcap', import.meta.url));
const botnet = loadModel(
  readFileSync(new URL('../../models/ctu13-botnet.safetensors', import.meta.url)),
  'ctu13-botnet',
);
const limits = resolveThresholds();

test('the bound is the file’s own from its threshold on, and its curve’s below', () => {
  const own = botnet.metrics['falsePositiveRateUpper'] as number;
  assert.equal(rateBound(botnet, botnet.threshold.value, undefined), own);
  assert.equal(rateBound(botnet, 1, 0.5), own);
  const below = rateBound(botnet, 0.01, undefined)!;
  assert.ok(below > own && below < 0.1, `${below}`);
  assert.equal(rateBound(botnet, 0, undefined), 1);
  // The kept flows do not speak where the curve does.
  assert.equal(rateBound(botnet, 0.01, 0.9), below);
});

test('without a curve the kept flows speak, and without them nothing does', () => {
  const { curves: _, ...old } = botnet;
  assert.equal(rateBound(old, 0.3, undefined), null);
  assert.equal(rateBound(old, 0.3, 0.2), 0.2);
  const own = rateBound(old, 1, undefined);
  assert.equal(rateBound(old, 0.3, 0), own);
  const foreign: ModelFile = { ...botnet, facts: { ...botnet.facts, foreign: { upper: 0.4 } } };
  assert.equal(rateBound(foreign, 1, undefined), 0.4);
  assert.equal(rateBound(foreign, 0.3, undefined), null);
  assert.equal(rateBound(foreign, 0.3, 0.5), 0.5);
  assert.equal(shareReached(10, 999), undefined);
  assert.equal(shareReached(250, 1000), 0.25);
});

test('a model that abstains counts from where it is sure, until its threshold is moved', () => {
  const { value } = botnet.threshold;
  assert.equal(countedFrom(botnet, value), value);
  const abstention = { from: 0.5, to: 0.9, class: 0, method: 'fixed', detail: null };
  const unsure: ModelFile = { ...botnet, threshold: { ...botnet.threshold, abstention } };
  assert.deepEqual([countedFrom(unsure, value), countedFrom(unsure, 0.8)], [0.9, 0.8]);
});

test('hosts are accused for more flows than chance explains, and never for few', () => {
  const host = (scored: number, above: number) => ({ ofOrigin: 10, scored, reached: [above] });
  const hosts = [host(100, 60), host(100, 4), host(4, 4), host(10_000, 12)];
  const scores = { flows: 0, thresholds: [0.5], reached: [], origins: 1, hosts };
  assert.equal(alertsAt(scores, 0, 0.001, limits), 1);
  assert.equal(alertsAt(scores, 0, 1e-9, limits), 2);
  assert.equal(alertsAt(scores, 0, 1, limits), 0);
  assert.equal(alertsAt(scores, 0, 0.001, { ...limits, modelFlowsFloor: 100 }), 0);
});

async function get<Body>(caller: Caller, url: string): Promise<Body> {
  const { status, body, text } = await caller.call<Body>('GET', url);
  assert.equal(status, 200, text);
  return body;
}

test('what the slider counts is what the next analysis raises, once it is saved', async (t) => {
  const { as } = await runningService(t, ANALYSING);
  const admin = await as('administrator');
  const raised = async (): Promise<number> =>
    (await get<AlertPage>(admin, '/api/alerts?filter=kind:eq:model')).rows.length;
  const detail = async (): Promise<ModelDetail> => {
    const { models } = await get<ModelList>(admin, '/api/models');
    const { id } = models.find(({ name }) => name === 'ctu13-botnet')!;
    return get(admin, `/api/models/${id}`);
  };
  let { file } = await upload(admin, 'attack.pcap', capture);
  await settled(admin, file.id);
  const first = await detail();
  for (const threshold of [0.99, 0.8, 0.05]) {
    const told = first.traffic.points.find((point) => point.threshold === threshold)!;
    const { id, version } = (await detail()).model;
    const before = await raised();
    const body = { version, threshold };
    const saved = await admin.call<ModelRow>('POST', `/api/models/${id}/threshold`, body);
    assert.equal(saved.status, 200, saved.text);
    assert.equal(await raised(), before, 'alerts that stand stay');
    const gone = await admin.call('DELETE', `/api/files/${file.id}`);
    assert.ok(gone.status < 300, gone.text);
    ({ file } = await upload(admin, 'attack.pcap', capture));
    await settled(admin, file.id);
    assert.equal(await raised(), told.alerts, `at ${threshold}`);
    const audit = await get<AuditPage>(admin, '/api/audit?limit=200');
    const line = audit.rows.find(
      ({ objectId, details }) =>
        objectId === id && JSON.stringify(details).includes(`${threshold}`),
    );
    assert.ok(line, JSON.stringify(audit.rows.slice(0, 5)));
  }
});
