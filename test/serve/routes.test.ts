import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openCaptureBytes } from '../../src/capture/index.ts';
import type {
  AlertDetail,
  AlertPage,
  AlertRow,
  AlertUsual,
  AuditPage,
  FlowPage,
  FlowViews,
  Histogram,
  HostDetail,
  HostPage,
  Hunt,
  HuntPage,
  ModelDetail,
  ModelList,
  ModelRow,
  Overview,
  SettingList,
  SuppressionChanged,
} from '../../src/serve/wire.ts';
import { type Caller, runningService } from './running.ts';
import { ANALYSING, settled, upload } from './uploading.ts';

const capture = readFileSync(new URL('../../examples/attack.pcap', import.meta.url));

async function get<Body>(caller: Caller, url: string): Promise<Body> {
  const { status, body, text } = await caller.call<Body>('GET', url);
  assert.equal(status, 200, `${url}: ${text}`);
  return body;
}

async function ask<Body>(
  caller: Caller,
  method: string,
  url: string,
  body: unknown,
): Promise<Body> {
  const answer = await caller.call<Body>(method, url, body);
  assert.equal(answer.status, 200, `${url}: ${answer.text}`);
  return answer.body;
}

async function framesOf(bytes: Buffer): Promise<number> {
  let frames = 0;
  const source = await openCaptureBytes(bytes);
  await source.read(() => {
    frames++;
  });
  assert.deepEqual({ ...source.anomalies }, {});
  return frames;
}

test('what an analyst does with a capture, from the list to the packets', async (t) => {
  const { as, service, store } = await runningService(t, ANALYSING);
  const analyst = await as('analyst');
  const { file } = await upload(analyst, 'attack.pcap', capture);
  await settled(analyst, file.id);

  await t.test('alerts: filters, order, pages, counts', async () => {
    const high = await get<AlertPage>(analyst, '/api/alerts?filter=severity:eq:high&total=true');
    assert.ok(high.total! > 0 && high.rows.every(({ severity }) => severity === 'high'));
    const first = await get<AlertPage>(analyst, '/api/alerts?limit=3&sort=score&order=up');
    const rest = await get<AlertPage>(
      analyst,
      `/api/alerts?limit=10&sort=score&order=up&cursor=${encodeURIComponent(first.next!)}`,
    );
    const scores = [...first.rows, ...rest.rows].map(({ score }) => score);
    assert.equal(scores.length, 7);
    assert.deepEqual(
      scores,
      [...scores].sort((a, b) => a - b),
    );
    const found = await get<AlertPage>(analyst, '/api/alerts?q=vertical');
    assert.equal(found.rows.length, 1);
    for (const wrong of [
      'filter=nope:eq:1',
      'sort=note',
      'filter=severity',
      'limit=0',
      'x=1',
      'cursor=zz',
    ]) {
      assert.equal((await analyst.call('GET', `/api/alerts?${wrong}`)).status, 400, wrong);
    }
  });

  const { rows } = await get<AlertPage>(analyst, '/api/alerts');
  const scan = rows.find(({ title }) => title === 'Vertical scan')!;

  await t.test('an alert with its flows, their CSV, their packets, and what is usual', async () => {
    const detail = await get<AlertDetail>(analyst, `/api/alerts/${scan.id}`);
    assert.match(detail.sentence, /vertical scan, 300 flows/);
    assert.match(detail.replay, /^wiresift detect \.\/attack\.pcap --model ctu13-botnet/);
    assert.ok(detail.evidence.length > 0);
    const flows = await get<FlowPage>(analyst, `/api/alerts/${scan.id}/flows?limit=1000`);
    assert.equal(flows.rows.length, scan.flows);
    const source = flows.columns.indexOf('SrcAddr');
    assert.ok(flows.rows.every(({ cells }) => cells[source] === scan.host));
    const csv = await analyst.call<string>('GET', `/api/alerts/${scan.id}/flows.csv`);
    assert.equal(csv.headers['content-type'], 'text/csv; charset=utf-8');
    assert.equal(csv.text.trim().split('\n').length, scan.flows + 1);
    const slice = await service.app.inject({
      url: `/api/alerts/${scan.id}/pcap`,
      headers: { cookie: analyst.cookie },
    });
    assert.equal(slice.statusCode, 200);
    const packets = flows.columns.indexOf('TotPkts');
    const wanted = flows.rows.reduce((sum, { cells }) => sum + Number(cells[packets]), 0);
    assert.equal(await framesOf(slice.rawPayload), wanted);
    const usual = await get<AlertUsual>(analyst, `/api/alerts/${scan.id}/usual`);
    assert.ok(Array.isArray(usual.usual));
    const scored = await get<AlertPage>(analyst, '/api/alerts?filter=kind:eq:model');
    const told = await get<AlertUsual>(analyst, `/api/alerts/${scored.rows[0]!.id}/usual`);
    const bytes = told.usual.find(({ feature }) => feature === 'TotBytes')!;
    assert.deepEqual([bytes.scale, bytes.unit], ['log', 'B']);
    const { below, same, above } = bytes.place!;
    assert.equal(below + same + above, bytes.rows);
    assert.equal(
      bytes.bars!.reduce((sum, { count }) => sum + count, 0),
      bytes.rows,
    );
    assert.equal(bytes.quantiles!.length, 5);
  });

  await t.test('every alert has flows, and its slice holds packets', async () => {
    for (const { id, flows } of rows) {
      const page = await get<FlowPage>(analyst, `/api/alerts/${id}/flows?limit=1000`);
      assert.ok(
        page.rows.length >= Math.min(1000, flows * 0.5),
        `${id}: ${page.rows.length} of ${flows}`,
      );
    }
  });

  await t.test('resolve, undo, many at once, and a change from an old version', async () => {
    const targets = rows.slice(0, 3).map(({ id, version }) => ({ id, version }));
    const judgement = { state: 'resolved', verdict: 'false positive', note: 'a test' };
    const judged = await ask<{ action: string; alerts: AlertRow[] }>(
      analyst,
      'POST',
      '/api/alerts/judge',
      { targets, judgement },
    );
    assert.ok(judged.alerts.every(({ state }) => state === 'resolved'));
    const stale = await analyst.call('POST', '/api/alerts/judge', { targets, judgement });
    assert.equal(stale.status, 409);
    const undone = await ask<{ alerts: AlertRow[] }>(analyst, 'POST', '/api/alerts/undo', {
      action: judged.action,
    });
    assert.ok(undone.alerts.every(({ state }) => state === 'open'));
    const again = await analyst.call('POST', '/api/alerts/undo', { action: judged.action });
    assert.equal(again.status, 409);
    const history = await get<{ changes: { byName: string }[] }>(
      analyst,
      `/api/alerts/${targets[0]!.id}/history`,
    );
    assert.deepEqual(
      history.changes.map(({ byName }) => byName),
      ['analyst', 'analyst'],
    );
  });

  await t.test('all that match at once, as long as they are as many as was said', async () => {
    const filter = ['state:eq:open', 'source:eq:detector'];
    const path = '/api/alerts/judge-matching';
    const asked = `filter=${filter.join('&filter=')}`;
    const { total } = await get<{ total: number }>(
      analyst,
      `/api/alerts?limit=1&total=true&${asked}`,
    );
    const judgement = { state: 'resolved', verdict: 'benign true positive' };
    const other = await analyst.call('POST', path, { filter, count: total + 1, judgement });
    assert.equal(other.status, 409);
    const viewer = await as('viewer');
    const refused = await viewer.call('POST', path, { filter, count: total, judgement });
    assert.equal(refused.status, 403);
    const done = await ask<{ action: string; count: number }>(analyst, 'POST', path, {
      filter,
      count: total,
      judgement,
    });
    assert.equal(done.count, total);
    const groups = (more: string): Promise<{ groups: { count: number; worst: string }[] }> =>
      get(viewer, `/api/alerts/groups?by=host&${more}`);
    assert.deepEqual((await groups(asked)).groups, []);
    await ask(analyst, 'POST', '/api/alerts/undo', { action: done.action });
    const { groups: back } = await groups(asked);
    assert.equal(
      back.reduce((sum, { count }) => sum + count, 0),
      total,
    );
    const bad = await analyst.call('POST', path, { filter: ['nothing:eq:1'], count: 1, judgement });
    assert.equal(bad.status, 400);
  });

  await t.test('labels need two people to count', async () => {
    const label = await ask<{ id: string; reviewed: boolean }>(
      analyst,
      'POST',
      `/api/alerts/${scan.id}/labels`,
      { label: 'scan' },
    );
    assert.equal((await analyst.call('POST', `/api/labels/${label.id}/review`)).status, 400);
    const admin = await as('administrator');
    const agreed = await ask<{ reviewed: boolean }>(
      admin,
      'POST',
      `/api/labels/${label.id}/review`,
      undefined,
    );
    assert.equal(agreed.reviewed, true);
  });

  await t.test('a suppression hides, and its end shows again', async () => {
    const rule = {
      effect: 'hide',
      host: '192.168.10.0/24',
      kind: 'vertical-scan',
      model: null,
      until: null,
      reason: 'our own',
    };
    const made = await ask<SuppressionChanged>(analyst, 'POST', '/api/suppressions', rule);
    assert.equal(made.alerts, 1);
    const left = await get<AlertPage>(analyst, '/api/alerts?total=true');
    assert.equal(left.total, 6);
    const hidden = await get<AlertPage>(analyst, '/api/alerts?filter=suppressedBy:some');
    assert.equal(hidden.rows[0]!.id, scan.id);
    const { id, version } = made.suppression;
    assert.equal(
      (await analyst.call('DELETE', `/api/suppressions/${id}?version=${version}`)).status,
      204,
    );
    assert.equal((await get<AlertPage>(analyst, '/api/alerts?total=true')).total, 7);
    for (const wrong of [
      { ...rule, host: null, kind: null },
      { ...rule, host: '10.0.0.0/99' },
    ]) {
      assert.equal((await analyst.call('POST', '/api/suppressions', wrong)).status, 400);
    }
  });

  await t.test('hosts with their history', async () => {
    const { rows: hosts } = await get<HostPage>(analyst, '/api/hosts?limit=5');
    assert.ok(hosts[0]!.openAlerts > 0);
    const detail = await get<HostDetail>(analyst, `/api/hosts/${scan.host}`);
    assert.equal(detail.traffic[0]!.originName, 'attack.pcap');
    assert.ok(detail.alerts.length >= 4 && detail.host.flows > 2000);
    const { version } = detail.host;
    const named = await ask<{ name: string }>(analyst, 'PATCH', `/api/hosts/${scan.host}`, {
      version,
      name: 'lab',
    });
    assert.equal(named.name, 'lab');
  });

  await t.test('flows: pages, counts, pictures, values, downloads, hunts', async () => {
    const { views } = await get<FlowViews>(analyst, '/api/flows/views');
    assert.ok(
      views.find(({ name }) => name === 'argus')!.columns.some(({ name }) => name === 'score'),
    );
    const query = {
      view: 'argus',
      host: scan.host,
      where: [{ field: 'Proto', is: 'equal', value: 'tcp' }],
      columns: ['SrcAddr', 'Dport'],
      limit: 10,
    };
    const page = await ask<FlowPage>(analyst, 'POST', '/api/flows/query', query);
    assert.deepEqual([page.columns, page.rows.length], [['SrcAddr', 'Dport'], 10]);
    const { count } = await ask<{ count: number }>(analyst, 'POST', '/api/flows/count', {
      view: 'argus',
    });
    assert.equal(count, 3596);
    const picture = await ask<Histogram>(analyst, 'POST', '/api/flows/histogram', {
      filter: { view: 'argus' },
      column: 'TotBytes',
      bars: 10,
    });
    assert.equal(
      picture.bars!.reduce((sum, bar) => sum + bar.count, 0),
      3596,
    );
    const values = await ask<{ values: { value: string }[] }>(
      analyst,
      'POST',
      '/api/flows/distinct',
      { filter: { view: 'argus' }, column: 'Proto', prefix: 't' },
    );
    assert.deepEqual(
      values.values.map(({ value }) => value),
      ['tcp'],
    );
    const csv = await analyst.call(
      'GET',
      `/api/flows.csv?query=${encodeURIComponent(JSON.stringify(query))}`,
    );
    assert.equal(csv.text.trim().split('\n').length, 11);
    assert.equal(
      (await analyst.call('GET', '/api/flows.csv?query=%7B%22view%22:%22nope%22%7D')).status,
      400,
    );
    assert.equal(
      (await analyst.call('POST', '/api/flows/query', { view: 'argus; drop table' })).status,
      400,
    );
    const hunt = await ask<Hunt>(analyst, 'POST', '/api/hunts', {
      name: 'scans',
      query,
      shared: false,
    });
    const admin = await as('administrator');
    assert.equal((await get<HuntPage>(admin, '/api/hunts')).rows.length, 0);
    assert.deepEqual(
      (await get<HuntPage>(analyst, '/api/hunts')).rows.map(({ id }) => id),
      [hunt.id],
    );
    const shared = await ask<Hunt>(analyst, 'PATCH', `/api/hunts/${hunt.id}`, {
      version: hunt.version,
      shared: true,
    });
    assert.equal((await get<HuntPage>(admin, '/api/hunts')).rows[0]!.byName, 'analyst');
    assert.equal(
      (await analyst.call('DELETE', `/api/hunts/${hunt.id}?version=${shared.version}`)).status,
      204,
    );
  });

  await t.test(
    'models: card, traffic by threshold, a threshold that holds from now on',
    async () => {
      const { models } = await get<ModelList>(analyst, '/api/models');
      const model = models.find(({ name }) => name === 'ctu13-botnet')!;
      const detail = await get<ModelDetail>(analyst, `/api/models/${model.id}`);
      assert.match(detail.card, /^#/);
      const curve = detail.curves.at(-1)!;
      assert.ok(curve.points.length > 20 && curve.error! < 1e-3);
      assert.ok(
        curve.points.every((point, i, all) => i === 0 || point.recall! <= all[i - 1]!.recall!),
      );
      const rows = curve.reliability.reduce((sum, bin) => sum + bin.rows, 0);
      assert.equal(rows, curve.positives! + curve.negatives!);
      assert.deepEqual([detail.calibration, detail.prevalences], [null, [0.01, 0.001, 0.0001]]);
      assert.match(detail.part, /^test part/);
      assert.equal(detail.traffic.flows, 3596);
      const { points } = detail.traffic;
      assert.ok(points.every((point, i) => i === 0 || point.flows <= points[i - 1]!.flows));
      // What the slider counts at the threshold in force is what was raised.
      const standing = points.find(({ threshold }) => threshold === model.threshold)!;
      const raised = await get<AlertPage>(analyst, '/api/alerts?filter=kind:eq:model');
      assert.ok(raised.rows.length > 0);
      assert.equal(standing.alerts, raised.rows.length);
      // Where every flow counts, none is unlikely.
      assert.deepEqual([points[0]!.threshold, points[0]!.alerts], [0, 0]);
      const admin = await as('administrator');
      const lower = await ask<ModelRow>(admin, 'POST', `/api/models/${model.id}/threshold`, {
        version: model.version,
        threshold: 0.05,
      });
      assert.equal(lower.threshold, 0.05);
      assert.ok(lower.falsePositiveRateUpper > model.falsePositiveRateUpper);
      const tried = points.find(({ threshold }) => threshold === 0.05)!;
      assert.equal(lower.falsePositiveRateUpper, tried.rate);
      const all = await admin.call('POST', `/api/models/${model.id}/threshold`, {
        version: lower.version,
        threshold: 0,
      });
      assert.equal(all.status, 409, all.text);
      const back = await ask<ModelRow>(admin, 'POST', `/api/models/${model.id}/threshold`, {
        version: lower.version,
        threshold: null,
      });
      assert.deepEqual(
        [back.threshold, back.falsePositiveRateUpper],
        [model.threshold, model.falsePositiveRateUpper],
      );
    },
  );

  await t.test('settings, people, the audit log', async () => {
    const admin = await as('administrator');
    const change = { name: 'detection.internal', version: 0, value: ['10.0.0.0/8'] };
    const { settings } = await ask<SettingList>(admin, 'PUT', '/api/settings', change);
    assert.deepEqual(settings.find(({ name }) => name === change.name)!.value, ['10.0.0.0/8']);
    assert.equal((await admin.call('PUT', '/api/settings', change)).status, 409);
    for (const wrong of [
      { name: '__proto__', version: 0, value: 1 },
      { name: 'detection.internal', version: 1, value: ['nonsense'] },
      { name: 'detection.thresholds', version: 0, value: { constructor: 1 } },
      { name: 'retention.flowDays', version: 0, value: -1 },
      { name: 'detection.minimumSeverity', version: 0, value: 'worst' },
    ]) {
      assert.equal((await admin.call('PUT', '/api/settings', wrong)).status, 400, wrong.name);
    }
    const audit = await get<AuditPage>(admin, '/api/audit?limit=1000');
    const acts = new Set(audit.rows.map(({ action }) => action));
    for (const act of [
      'alert.judge',
      'alert.undo',
      'alert.pcap',
      'flows.download',
      'setting.add',
      'model.change',
      'suppression.add',
      'file.add',
      'session.add',
      'hunt.remove',
      'label.add',
    ]) {
      assert.ok(acts.has(act), `${act} is in the audit log`);
    }
    assert.doesNotMatch(JSON.stringify(audit.rows), /scrypt|passwordHash":"(?!\(not shown\))/);
  });

  await t.test('the overview adds up', async () => {
    const overview = await get<Overview>(analyst, '/api/overview?bars=20');
    assert.equal(overview.alerts.open, 7);
    assert.equal(
      overview.alerts.bars.reduce((sum, { count }) => sum + count, 0),
      7,
    );
    assert.equal(overview.traffic.flows, 3596);
    assert.equal(overview.coverage.packets, 19_868);
    assert.equal(overview.files.analysed, 1);
    assert.ok(overview.countries.source[0]!.flows > 0);
    assert.ok(overview.hosts.length > 0 && overview.models.length > 2);
    // Alerts of detectors alone are no model's.
    const took = overview.models.find(({ name }) => name === 'ctu13-botnet')!.alerts;
    const rows = (await get<AlertPage>(analyst, '/api/alerts')).rows;
    const bySpoken = rows.filter(
      ({ agreement }) => agreement === 'both' || agreement === 'model only',
    );
    assert.equal(took, bySpoken.length);
    assert.ok(took > 0 && took < rows.length);
  });

  await t.test('numbers for Prometheus by the names of the field; health', async () => {
    const { text } = await analyst.call('GET', '/metrics');
    assert.match(text, /^nids_capture_packets_total\{if="upload"\} 19868$/m);
    assert.match(text, /^nids_flows_exported_total\{view="argus"\} 3596$/m);
    assert.match(text, /^nids_alerts_open 7$/m);
    assert.match(text, /^nids_stage_lag_seconds\{stage="analysis"\} 0$/m);
    assert.match(text, /^nids_flow_table_entries 0$/m);
    assert.match(text, /^nids_capture_dropped_total\{reason="damaged"\} 0$/m);
    assert.match(text, /^nids_degraded\{level="none"\} 1$/m);
    const page = readFileSync(new URL('../../docs/service.md', import.meta.url), 'utf8');
    const names = [...page.matchAll(/^\| `(nids_\w+)/gm)].map(([, name]) => name!);
    assert.ok(names.length >= 13, 'the page has the table');
    for (const name of names) assert.match(text, new RegExp(`^# TYPE ${name} `, 'm'), name);
    const exported = [...text.matchAll(/^# TYPE (nids_\w+) /gm)].map(([, name]) => name!);
    for (const name of exported) assert.ok(names.includes(name), `${name} is not on the page`);
    assert.deepEqual((await analyst.call('GET', '/readyz')).body, { status: 'ready' });
    assert.deepEqual((await analyst.call('GET', '/healthz')).body, { status: 'alive' });
  });
  assert.equal(await store.alerts.count(), 7);
});

test('the description is made of the schemas that validate', async (t) => {
  const { as } = await runningService(t);
  const viewer = await as('viewer');
  const api = await get<{ openapi: string; paths: Record<string, Record<string, unknown>> }>(
    viewer,
    '/api/openapi.json',
  );
  assert.equal(api.openapi, '3.1.0');
  const judge = api.paths['/api/alerts/judge']!['post'] as {
    requestBody: unknown;
    responses: object;
  };
  assert.match(JSON.stringify(judge.requestBody), /benign true positive/);
  assert.ok(Object.keys(api.paths).length > 40);
});
