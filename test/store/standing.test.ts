import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Store } from '../../src/store/index.ts';
import { ENGINES } from '../contracts/store-engines.ts';
import { ACTOR, makeAlert } from './fixtures.ts';

const FILE = 'file-1';
const HOST = '10.0.0.5';
/** Two looks at one scan: the later one knows an earlier flow, so that the alert's own id differs. */
const first = makeAlert(1, { host: HOST, kind: 'flood', flows: 30, severity: 'medium' });
const grown = makeAlert(2, { host: HOST, kind: 'flood', flows: 90, severity: 'high' });
const other = makeAlert(3, { host: '10.0.0.6', kind: 'beacon' });

const news = async (store: Store, id: string): Promise<(string | null)[]> =>
  (await store.alerts.history(id)).map((change) => change.news);

for (const { name, skip, open } of ENGINES) {
  describe(`standing of alerts on ${name}`, { skip }, () => {
    test('an alert that grows stays one row, and keeps what people made of it', async (t) => {
      const store = await open(t);
      const early = await store.alerts.put([first], FILE, 'running');
      assert.deepEqual(early, { added: [first.id], updated: [] });
      const row = (await store.alerts.get(first.id))!;
      assert.equal(row.standing, 'provisional');
      await store.alerts.judge([row], { note: 'mine', assignee: 'ann' }, ACTOR);
      const later = await store.alerts.put([grown, other], FILE, 'ended');
      assert.deepEqual(later, { added: [other.id], updated: [first.id] });
      const after = (await store.alerts.detail(first.id))!;
      assert.deepEqual(
        [after.standing, after.flows, after.severity, after.note, after.assignee, after.version],
        ['final', 90, 'high', 'mine', 'ann', 2],
      );
      assert.equal(after.alert.flows, 90);
      assert.equal(await store.alerts.get(grown.id), undefined, 'no second row');
      assert.deepEqual(await news(store, first.id), [
        null,
        'severity medium → high, as the evidence grew',
      ]);
      assert.deepEqual(await store.alerts.withdraw(FILE, 'no reason'), [], 'final ones stay');
      assert.equal((await store.evidence.get(first.id))?.alertId, first.id);
    });

    test('what is withdrawn is told, keeps its notes, and comes back when it is found again', async (t) => {
      const store = await open(t);
      await store.alerts.put([first, other], FILE, 'running');
      const [noted] = (
        await store.alerts.judge(
          [(await store.alerts.get(other.id))!],
          { state: 'resolved', verdict: 'true positive', note: 'seen' },
          ACTOR,
        )
      ).alerts;
      const gone = await store.alerts.withdraw(FILE, 'the rest refutes it');
      assert.deepEqual(gone.sort(), [first.id, other.id].sort());
      const row = (await store.alerts.get(first.id))!;
      assert.deepEqual(
        [row.standing, row.state, row.verdict, row.resolvedBy],
        ['withdrawn', 'resolved', 'undecided', 'system'],
      );
      const judged = (await store.alerts.get(other.id))!;
      assert.deepEqual(
        [judged.standing, judged.state, judged.verdict, judged.note, judged.resolvedBy],
        ['withdrawn', 'resolved', 'true positive', 'seen', noted!.resolvedBy],
      );
      assert.equal((await store.hosts.get(HOST))?.openAlerts, 0);
      assert.deepEqual(await news(store, first.id), ['withdrawn: the rest refutes it']);

      await store.alerts.put([grown, other], FILE, 'ended');
      const back = (await store.alerts.get(first.id))!;
      assert.deepEqual([back.standing, back.state, back.flows], ['final', 'open', 90]);
      assert.equal((await store.alerts.get(other.id))?.state, 'resolved', 'a person said so');
      assert.match((await news(store, first.id)).at(-1)!, /^raised again/);
      assert.equal((await store.hosts.get(HOST))?.openAlerts, 1);
    });

    test('a first look takes no alert from another file; its end may', async (t) => {
      const store = await open(t);
      await store.alerts.put([grown], 'file-0');
      const early = await store.alerts.put([{ ...grown, flows: 3 }], FILE, 'running');
      assert.deepEqual(early, { added: [], updated: [] });
      const row = (await store.alerts.get(grown.id))!;
      assert.deepEqual([row.flows, row.origin, row.standing], [90, 'file-0', 'final']);
      assert.deepEqual(await store.alerts.withdraw(FILE, 'x'), []);
      await store.alerts.put([grown], FILE, 'ended');
      assert.equal((await store.alerts.get(grown.id))?.origin, FILE);
    });

    test('alerts of one host and kind that no analysis told stay apart', async (t) => {
      const store = await open(t);
      const { added } = await store.alerts.put([first, grown], FILE);
      assert.equal(added.length, 2);
    });
  });
}
