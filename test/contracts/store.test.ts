import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ACTOR, code, makeAlert, START, testClock } from '../store/fixtures.ts';
import { ENGINES } from './store-engines.ts';

const USER = {
  name: 'ann',
  role: 'analyst',
  passwordHash: 'scrypt$secret',
  mustChangePassword: false,
  disabled: false,
  failedSignIns: 0,
  lockedUntil: null,
  lastSignInAt: null,
} as const;

for (const { name, skip, open } of ENGINES) {
  if (skip) process.stderr.write(`${skip}\n`);
  describe(`store on ${name}`, { skip }, () => {
    test('alerts come back as they were put, with facts renewed and judgement kept', async (t) => {
      const store = await open(t);
      const alert = makeAlert(1);
      assert.deepEqual(await store.alerts.put([alert, makeAlert(2)], 'file-1'), {
        added: [alert.id, makeAlert(2).id],
        updated: [],
      });
      const detail = (await store.alerts.detail(alert.id))!;
      assert.deepEqual(detail.alert, alert);
      assert.equal(detail.version, 1);
      assert.equal(detail.severity, 'medium');
      assert.equal(detail.origin, 'file-1');
      const verdict = {
        state: 'resolved',
        verdict: 'false positive',
        note: 'our scanner',
      } as const;
      await store.alerts.judge([detail], verdict, ACTOR);
      const again = makeAlert(1, { flows: 999, last: alert.last + 5, severity: 'high' });
      assert.deepEqual((await store.alerts.put([again], 'file-1')).updated, [alert.id]);
      const after = (await store.alerts.detail(alert.id))!;
      assert.equal(after.flows, 999);
      assert.equal(after.alert.flows, 999);
      assert.equal(after.severity, 'high');
      assert.equal(after.verdict, 'false positive');
      assert.equal(after.version, 2, 'new facts are no change of the judgement');
      assert.equal((await store.evidence.get(alert.id))?.alertId, alert.id);
      assert.equal(await store.alerts.detail('nobody'), undefined);
    });

    test('all that match are judged together, as many as were counted, and taken back', async (t) => {
      const store = await open(t);
      const many = 1203;
      await store.alerts.put(
        Array.from({ length: many }, (_, n) =>
          makeAlert(n + 1, { host: n % 3 === 0 ? '10.1.1.1' : '10.2.2.2' }),
        ),
      );
      const where = [{ field: 'host', is: 'equal', value: '10.2.2.2' }] as const;
      const count = await store.alerts.count(where);
      assert.equal(count, 802);
      const [one] = (await store.alerts.page({ where, limit: 1 })).rows;
      await store.alerts.judge([one!], { state: 'resolved', note: 'mine' }, ACTOR);
      const judgement = { state: 'resolved', verdict: 'false positive' } as const;
      const wrong = store.alerts.judgeMatching({ where, count: 801 }, judgement, ACTOR);
      await assert.rejects(wrong, code('STORE_STALE'));
      const open_ = [{ field: 'state', is: 'equal', value: 'open' }] as const;
      assert.equal(await store.alerts.count(open_), many - 1);
      const { action, alerts } = await store.alerts.judgeMatching(
        { where, count },
        judgement,
        ACTOR,
      );
      assert.equal(alerts.length, count);
      assert.ok(alerts.every(({ verdict }) => verdict === 'false positive'));
      assert.equal((await store.alerts.get(one!.id))?.note, 'mine', 'what was not asked for stays');
      assert.equal((await store.hosts.get('10.2.2.2'))?.openAlerts, 0);
      assert.equal((await store.hosts.get('10.1.1.1'))?.openAlerts, many - count);
      const told = [{ field: 'action', is: 'equal', value: 'alert.judge' }] as const;
      const log = await store.audit.page({ where: told, limit: 1000 });
      assert.equal(log.rows.length, count + 1, 'each has its line in the log');
      const undone = await store.alerts.undo(action, ACTOR);
      assert.equal(undone.alerts.length, count);
      assert.equal((await store.alerts.get(one!.id))?.state, 'resolved', 'it was before');
      assert.equal(await store.alerts.count(open_), many - 1);
      const none = {
        where: [...where, { field: 'note', is: 'equal', value: 'x' }],
        count: 1,
      } as const;
      await assert.rejects(store.alerts.judgeMatching(none, judgement, ACTOR), code('STORE_QUERY'));
    });

    test('groups come with the gravest first, of equal ones that with most alerts', async (t) => {
      const store = await open(t);
      const alert = (n: number, host: string, severity: 'low' | 'medium' | 'high') =>
        makeAlert(n, { host, severity, last: START + n });
      await store.alerts.put([
        alert(1, '10.0.0.1', 'low'),
        alert(2, '10.0.0.1', 'low'),
        alert(3, '10.0.0.1', 'low'),
        alert(4, '10.0.0.2', 'medium'),
        alert(5, '10.0.0.3', 'low'),
        alert(6, '10.0.0.3', 'high'),
        alert(7, '10.0.0.4', 'medium'),
        alert(8, '10.0.0.4', 'low'),
      ]);
      assert.deepEqual(await store.alerts.groups({ by: 'host', limit: 10 }), [
        { value: '10.0.0.3', count: 2, worst: 'high', last: START + 6 },
        { value: '10.0.0.4', count: 2, worst: 'medium', last: START + 8 },
        { value: '10.0.0.2', count: 1, worst: 'medium', last: START + 4 },
        { value: '10.0.0.1', count: 3, worst: 'low', last: START + 3 },
      ]);
      const where = [{ field: 'severity', is: 'equal', value: 'low' }] as const;
      const [first] = await store.alerts.groups({ by: 'host', where, search: '0.0.1', limit: 1 });
      assert.deepEqual(first, { value: '10.0.0.1', count: 3, worst: 'low', last: START + 3 });
      const kinds = await store.alerts.groups({ by: 'kind', limit: 10 });
      assert.equal(
        kinds.reduce((sum, one) => sum + one.count, 0),
        8,
      );
    });

    test('resolving, history, undo; a stale hand is refused and changes nothing', async (t) => {
      const store = await open(t);
      await store.alerts.put([1, 2, 3].map((n) => makeAlert(n, { host: '10.1.1.1' })));
      const targets = (await store.alerts.page()).rows;
      assert.equal((await store.hosts.get('10.1.1.1'))?.openAlerts, 3);
      const { action, alerts } = await store.alerts.judge(
        targets.slice(0, 2),
        { state: 'resolved', verdict: 'true positive', assignee: 'bob' },
        ACTOR,
      );
      assert.deepEqual(
        alerts.map(({ state, version, resolvedBy }) => [state, version, resolvedBy]),
        [
          ['resolved', 2, 'ann'],
          ['resolved', 2, 'ann'],
        ],
      );
      assert.equal((await store.hosts.get('10.1.1.1'))?.openAlerts, 1);
      // The third is fresh, the first is not: all or none.
      const mixed = store.alerts.judge([targets[2]!, targets[0]!], { note: 'late' }, ACTOR);
      await assert.rejects(mixed, code('STORE_STALE'));
      assert.equal((await store.alerts.get(targets[2]!.id))?.note, '');
      await assert.rejects(
        store.alerts.judge([{ id: 'gone', version: 1 }], { note: '' }, ACTOR),
        code('STORE_MISSING'),
      );
      const undone = await store.alerts.undo(action, ACTOR);
      assert.deepEqual(
        undone.alerts.map(({ state, verdict, assignee, version, resolvedAt }) => [
          state,
          verdict,
          assignee,
          version,
          resolvedAt,
        ]),
        Array(2).fill(['open', 'undecided', null, 3, null]),
      );
      assert.equal((await store.hosts.get('10.1.1.1'))?.openAlerts, 3);
      await assert.rejects(store.alerts.undo(action, ACTOR), code('STORE_STALE'));
      // Undo can be taken back as well.
      const redone = await store.alerts.undo(undone.action, ACTOR);
      assert.equal(redone.alerts[0]!.verdict, 'true positive');
      const history = await store.alerts.history(alerts[0]!.id);
      assert.deepEqual(
        history.map(({ madeVersion, undoes }) => [madeVersion, undoes !== null]),
        [
          [2, false],
          [3, true],
          [4, true],
        ],
      );
      await assert.rejects(store.alerts.undo('nothing', ACTOR), code('STORE_MISSING'));
      const log = await store.audit.page({
        where: [{ field: 'objectId', is: 'equal', value: alerts[0]!.id }],
      });
      assert.deepEqual(
        log.rows.map((line) => line.action),
        ['alert.undo', 'alert.undo', 'alert.judge'],
      );
    });

    test('filters, search, sorting and paging agree with the same done by hand', async (t) => {
      const store = await open(t);
      const alerts = Array.from({ length: 300 }, (_, n) => makeAlert(n));
      await store.alerts.put(alerts);
      const all: string[] = [];
      let after: string | undefined;
      do {
        const page = await store.alerts.page({
          where: [
            { field: 'kind', is: 'one of', value: ['beacon', 'model'] },
            { field: 'score', is: 'at least', value: 2 },
          ],
          search: '10.0. TITLE',
          sort: { by: 'severity', descending: true },
          limit: 7,
          ...(after === undefined ? {} : { after }),
        });
        all.push(...page.rows.map(({ id }) => id));
        after = page.next ?? undefined;
      } while (after !== undefined);
      const rank = { high: 2, medium: 1, low: 0 };
      const expected = alerts
        .filter(({ kind, score }) => (kind === 'beacon' || kind === 'model') && score >= 2)
        .sort((a, b) => rank[b.severity] - rank[a.severity] || (a.id < b.id ? 1 : -1))
        .map(({ id }) => id);
      assert.deepEqual(all, expected);
      assert.equal(
        await store.alerts.count([{ field: 'severity', is: 'equal', value: 'high' }]),
        100,
      );
      assert.equal(
        await store.alerts.count([{ field: 'severity', is: 'more', value: 'low' }]),
        200,
      );
      assert.equal(await store.alerts.count([{ field: 'assignee', is: 'empty' }]), 300);
      assert.equal(
        await store.alerts.count([{ field: 'host', is: 'starts', value: '10.0.1.' }]),
        8,
      );
      assert.equal(await store.alerts.count([], '100%'), 0, 'a percent sign is itself');
      assert.equal(await store.alerts.count([], "x' or '1'='1"), 0);
      assert.deepEqual(await store.alerts.countBy('severity'), [
        { value: 'low', count: 100 },
        { value: 'medium', count: 100 },
        { value: 'high', count: 100 },
      ]);
      const bars = await store.alerts.byTime({
        by: 'kind',
        width: 100e6,
        from: START,
        to: START + 1000e6,
      });
      assert.equal(
        bars.reduce((sum, { count }) => sum + count, 0),
        300,
      );
      assert.equal(bars[0]!.from, START);
    });

    test('questions that make no sense are refused, and nothing of them becomes SQL', async (t) => {
      const store = await open(t);
      const refused = (query: object) =>
        assert.rejects(
          store.alerts.page(query as never),
          code('STORE_QUERY'),
          JSON.stringify(query),
        );
      await refused({ where: [{ field: 'nothing', is: 'equal', value: 1 }] });
      await refused({ where: [{ field: '__proto__', is: 'equal', value: 1 }] });
      await refused({ where: [{ field: 'id"; drop table alerts; --', is: 'equal', value: '1' }] });
      await refused({ where: [{ field: 'host', is: '= 1 or 1', value: 'x' }] });
      await refused({ where: [{ field: 'host', is: 'equal', value: 7 }] });
      await refused({ where: [{ field: 'score', is: 'equal', value: '7' }] });
      await refused({ where: [{ field: 'score', is: 'equal', value: Number.NaN }] });
      await refused({ where: [{ field: 'score', is: 'contains', value: 1 }] });
      await refused({ where: [{ field: 'severity', is: 'equal', value: 'terrible' }] });
      await refused({ where: [{ field: 'host', is: 'one of', value: 'a' }] });
      await refused({ where: [{ field: 'host', is: 'one of', value: Array(501).fill('a') }] });
      await refused({ where: Array(51).fill({ field: 'host', is: 'not empty' }) });
      await refused({ search: 'x'.repeat(1001) });
      await refused({ sort: { by: 'note' } });
      await refused({ sort: { by: 'last; drop' } });
      await refused({ limit: 0 });
      await refused({ limit: 1001 });
      await refused({ after: 'rubbish' });
      await store.alerts.put([makeAlert(1), makeAlert(2)]);
      const { next } = await store.alerts.page({ limit: 1 });
      await refused({ after: next, sort: { by: 'score' } });
      await refused({ after: next, sort: { by: 'last', descending: false } });
    });

    test('rows that people edit: versions, uniqueness, secrets, forged fields', async (t) => {
      const clock = testClock();
      const store = await open(t, { now: clock.now });
      const user = await store.users.add(USER, ACTOR);
      assert.equal(user.version, 1);
      await assert.rejects(store.users.add(USER, ACTOR), code('STORE_EXISTS'));
      const forged = { disabled: true, id: 'x', version: 99, createdAt: 0 } as never;
      const changed = await store.users.change(user.id, 1, forged, ACTOR);
      assert.deepEqual(changed, {
        ...user,
        disabled: true,
        version: 2,
        changedAt: changed.changedAt,
      });
      assert.ok(changed.changedAt > user.changedAt);
      await assert.rejects(
        store.users.change(user.id, 1, { disabled: false }, ACTOR),
        code('STORE_STALE'),
      );
      await assert.rejects(store.users.change('x', 1, {}, ACTOR), code('STORE_MISSING'));
      await assert.rejects(
        store.users.change(user.id, 2, { nope: 1 } as never, ACTOR),
        code('STORE_QUERY'),
      );
      assert.equal(await store.users.touch(user.id, { failedSignIns: 3 }), true);
      assert.equal((await store.users.get(user.id))?.version, 2);
      assert.equal(await store.users.touch('x', { failedSignIns: 3 }), false);
      await assert.rejects(store.users.remove(user.id, 1, ACTOR), code('STORE_STALE'));
      await store.users.remove(user.id, 2, ACTOR);
      assert.equal(await store.users.get(user.id), undefined);
      const log = await store.audit.page();
      assert.deepEqual(
        log.rows.map(({ action, by, address }) => [action, by, address]),
        ['user.remove', 'user.change', 'user.add'].map((action) => [action, 'ann', '192.0.2.1']),
      );
      assert.doesNotMatch(JSON.stringify(log), /scrypt/);
      for (const is of ['starts', 'contains', 'less', 'not equal'] as const) {
        const guess = [{ field: 'passwordHash', is, value: 'scrypt' }] as const;
        await assert.rejects(store.users.count(guess), code('STORE_QUERY'));
      }
    });

    test('text from the network is kept as text, whatever is in it', async (t) => {
      const store = await open(t);
      const nasty = `'"\\%_;--<script>\u202e\ud83d\ude00 ${'x'.repeat(300)}`;
      const hunt = { view: 'argus', query: { q: nasty }, by: 'ann', shared: false };
      const added = await store.hunts.add({ ...hunt, name: `${nasty}\0\ud800` }, ACTOR);
      const found = (await store.hunts.page({ search: `<SCRIPT>` })).rows[0]!;
      assert.deepEqual(found, added);
      assert.equal(found.name, `${nasty}\ufffd\ufffd`);
      assert.deepEqual(found.query, { q: nasty });
      const alert = makeAlert(1, { host: nasty, title: `${nasty}\0` });
      await store.alerts.put([alert]);
      assert.equal((await store.alerts.page()).rows[0]?.host, nasty);
      assert.deepEqual((await store.alerts.detail(alert.id))?.alert, alert);
    });

    test('settings, sessions and tokens', async (t) => {
      const store = await open(t);
      await store.settings.add({ id: 'retention', value: { days: 30, list: [1, null] } }, ACTOR);
      assert.deepEqual((await store.settings.get('retention'))?.value, {
        days: 30,
        list: [1, null],
      });
      const session = { userId: 'u', seenAt: 1, address: '::1', agent: 'x' };
      await store.sessions.add({ id: 'a', ...session, expiresAt: 100 }, ACTOR);
      await store.sessions.add({ id: 'b', ...session, expiresAt: 300 }, ACTOR);
      const over = [{ field: 'expiresAt', is: 'less', value: 200 }] as const;
      assert.equal(await store.sessions.purge(over), 1);
      assert.equal(await store.sessions.count(), 1);
      const token = { userId: 'u', name: 't', hash: 'h', scope: ['read'], expiresAt: null };
      const added = await store.tokens.add({ ...token, usedAt: null, revokedAt: null }, ACTOR);
      assert.deepEqual(added.scope, ['read']);
      const again = store.tokens.add({ ...token, usedAt: null, revokedAt: null }, ACTOR);
      await assert.rejects(again, code('STORE_EXISTS'));
    });

    test('suppressions hide new alerts, and old ones when asked', async (t) => {
      const clock = testClock();
      const store = await open(t, { now: clock.now });
      const rule = { model: null, reason: 'scanner', by: 'ann' };
      await store.alerts.put([makeAlert(0, { host: '10.9.9.9', kind: 'beacon' })]);
      const hide = {
        ...rule,
        effect: 'hide',
        host: '10.9.0.0/16',
        kind: 'beacon',
        until: START + 1e12,
      } as const;
      const added = await store.suppressions.add(hide, ACTOR);
      await store.suppressions.add(
        { ...rule, effect: 'allow', host: '10.1.0.0/16', kind: null, until: null },
        ACTOR,
      );
      await store.alerts.put([
        makeAlert(1, { host: '10.9.1.1', kind: 'beacon' }),
        makeAlert(2, { host: '10.9.1.1', kind: 'flood' }),
        makeAlert(3, { host: '10.1.1.1', kind: 'beacon' }),
        makeAlert(4, { host: '00:11:22:33:44:55', kind: 'beacon' }),
      ]);
      const hidden = async () =>
        (
          await store.alerts.page({
            where: [{ field: 'suppressedBy', is: 'equal', value: added.id }],
            sort: { by: 'first', descending: false },
          })
        ).rows.map(({ id }) => Number.parseInt(id, 16));
      assert.deepEqual(await hidden(), [1]);
      assert.equal(await store.alerts.suppress(ACTOR), 1);
      assert.deepEqual(await hidden(), [0, 1]);
      assert.equal((await store.hosts.get('10.9.9.9'))?.openAlerts, 0);
      clock.set(START + 2e12);
      assert.equal(await store.alerts.suppress(ACTOR), 2);
      assert.deepEqual(await hidden(), []);
    });

    test('many hands at once lose nothing', async (t) => {
      const store = await open(t);
      const batch = (n: number) =>
        Array.from({ length: 20 }, (_, i) =>
          makeAlert(n * 20 + i, { host: `10.0.0.${(i * 7 + n) % 20}` }),
        );
      await Promise.all(Array.from({ length: 8 }, (_, n) => store.alerts.put(batch(n), `${n}`)));
      const { rows } = await store.alerts.page({ limit: 160 });
      assert.equal(rows.length, 160);
      const judged = await Promise.allSettled(
        Array.from({ length: 8 }, (_, n) =>
          store.alerts.judge(rows.slice(n * 15, n * 15 + 30), { note: `${n}` }, ACTOR),
        ),
      );
      // Neighbours overlap: each alert was changed once at most, and some action won.
      const won = judged.filter(({ status }) => status === 'fulfilled').length;
      assert.ok(won >= 1 && won < 8, `${won} won`);
      for (const one of judged) {
        if (one.status === 'rejected') code('STORE_STALE')(one.reason);
      }
      assert.equal(await store.alerts.count([{ field: 'version', is: 'more', value: 2 }]), 0);
      const { rows: hosts } = await store.hosts.page({ limit: 100 });
      assert.equal(
        hosts.reduce((sum, { alerts }) => sum + alerts, 0),
        160,
      );
    });

    test('hosts sum what each origin showed, and say it anew when it is noted again', async (t) => {
      const store = await open(t);
      const seen = { host: '10.0.0.1', first: 5, last: 9, flows: 10, bytes: 1000 };
      await store.hosts.note('a', [seen, { ...seen, host: '10.0.0.2' }]);
      await store.hosts.note('b', [{ ...seen, first: 1, last: 6, flows: 1, bytes: 2 }]);
      await store.hosts.note('a', [{ ...seen, flows: 20 }]);
      const host = (await store.hosts.get('10.0.0.1'))!;
      assert.deepEqual([host.first, host.last, host.flows, host.bytes], [1, 9, 21, 1002]);
      assert.deepEqual(
        (await store.hosts.traffic('10.0.0.1')).map(({ origin, flows }) => [origin, flows]),
        [
          ['b', 1],
          ['a', 20],
        ],
      );
      const named = await store.hosts.change(
        host.id,
        1,
        { name: 'printer', flows: 0 } as never,
        ACTOR,
      );
      assert.deepEqual([named.name, named.flows], ['printer', 21]);
      assert.deepEqual(
        (await store.hosts.page({ search: 'PRINT' })).rows.map(({ id }) => id),
        ['10.0.0.1'],
      );
    });
  });
}
