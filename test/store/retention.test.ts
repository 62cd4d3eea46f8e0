import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Store } from '../../src/store/index.ts';
import { ENGINES } from '../contracts/store-engines.ts';
import { ACTOR, argusRows, HOUR, makeAlert, rowsOf, START, testClock } from './fixtures.ts';

async function flowsOf(store: Store, origin: string, start: number): Promise<void> {
  const writer = store.flows.writer({ view: 'argus', origin });
  await writer.append(argusRows(60, start, 60e6));
  await writer.close();
}

const resolve = async (store: Store, id: string): Promise<void> => {
  const { version } = (await store.alerts.get(id))!;
  await store.alerts.judge(
    [{ id, version }],
    { state: 'resolved', verdict: 'false positive' },
    ACTOR,
  );
};

for (const { name, skip, open } of ENGINES) {
  describe(`retention on ${name}`, { skip }, () => {
    test('age: old flows go, pinned ones stay, and a dry run tells the same', async (t) => {
      const clock = testClock();
      const store = await open(t, { now: clock.now });
      await flowsOf(store, 'a', START);
      await flowsOf(store, 'b', START);
      await flowsOf(store, 'b', START + HOUR);
      // Of the host and time of origin a; host of b's first hour is in no flow.
      const first = START + 60e6;
      const pin = makeAlert(1, { host: '10.0.0.3', first, last: START + 1e9 });
      await store.alerts.put([pin], 'a');
      await store.alerts.put([makeAlert(2, { host: '10.0.0.99', first, last: START + 1e9 })], 'b');
      clock.set(START + 100 * HOUR);
      await flowsOf(store, 'new', START);
      const policy = { flowAge: 24 * HOUR };
      const dry = await store.retain(policy, ACTOR, { dryRun: true });
      assert.deepEqual([dry.flows.rows, dry.pinned.rows], [120, 60]);
      assert.deepEqual(dry.pins[0]!.alerts, [pin.id]);
      assert.equal(rowsOf(await store.flows.parts()), 240, 'a dry run deletes nothing');
      const done = await store.retain(policy, ACTOR);
      assert.deepEqual({ ...done, dryRun: true }, dry);
      assert.deepEqual(
        (await store.flows.parts()).map(({ origin }) => origin),
        ['a', 'new'],
      );
      for (const { path } of await store.flows.parts())
        assert.ok(existsSync(join(store.folder, path)));
      assert.equal(await store.flows.count({ view: 'argus' }), 120);
      // Resolved and old enough, the alert goes, and with it what it held.
      await resolve(store, pin.id);
      clock.set(START + 200 * HOUR);
      const last = await store.retain({ ...policy, alertAge: 24 * HOUR }, ACTOR);
      assert.deepEqual([last.alerts, last.flows.rows, last.pinned.rows], [1, 120, 0]);
      assert.equal(await store.alerts.detail(pin.id), undefined);
      assert.equal(await store.evidence.get(pin.id), undefined);
      assert.deepEqual(await store.alerts.history(pin.id), []);
      assert.equal((await store.hosts.get('10.0.0.3'))?.alerts, 0);
      assert.equal(await store.alerts.count(), 1, 'an open alert stays');
    });

    test('size: the first written go until the rest fits', async (t) => {
      const clock = testClock();
      const store = await open(t, { now: clock.now });
      for (const origin of ['a', 'b', 'c']) await flowsOf(store, origin, START);
      const bytes = (await store.flows.parts()).map((part) => part.bytes);
      const two = Math.max(...bytes) * 2;
      const { flows } = await store.retain({ flowBytes: two }, ACTOR);
      assert.equal(flows.parts, 1);
      assert.deepEqual((await store.flows.parts()).map(({ origin }) => origin).sort(), ['b', 'c']);
      assert.equal((await store.retain({ flowBytes: two }, ACTOR)).flows.parts, 0);
      assert.equal((await store.retain({ flowBytes: 0 }, ACTOR)).flows.parts, 2);
    });

    test('selection: an origin goes with its alerts, hosts and flows, others stay', async (t) => {
      const store = await open(t);
      for (const origin of ['a', 'b']) {
        await flowsOf(store, origin, START);
        const number = origin === 'a' ? 1 : 2;
        await store.alerts.put([makeAlert(number, { host: `10.0.0.${number}` })], origin);
        const traffic = { first: 1, last: 2, flows: 3, bytes: 4 };
        await store.hosts.note(origin, [
          { host: `10.0.0.${number}`, ...traffic },
          { host: '10.0.0.6', ...traffic },
        ]);
      }
      const flows = { origin: 'a' };
      assert.equal((await store.retain({ flows }, ACTOR)).pinned.parts, 1, 'its alert holds it');
      const report = await store.retain({ flows, alertsOf: 'a' }, ACTOR);
      assert.deepEqual([report.flows.parts, report.alerts], [1, 1]);
      assert.equal(await store.hosts.get('10.0.0.1'), undefined);
      assert.equal((await store.hosts.get('10.0.0.6'))?.flows, 3);
      assert.deepEqual(
        (await store.alerts.page()).rows.map(({ origin }) => origin),
        ['b'],
      );
      const partly = { flows: { view: 'argus', from: START + 60e6 }, alertsOf: 'b' };
      assert.equal((await store.retain(partly, ACTOR)).flows.parts, 0, 'a part goes as a whole');
      const whole = { flows: { view: 'argus', from: START, to: START + HOUR } };
      assert.equal((await store.retain(whole, ACTOR)).flows.parts, 1);
    });

    test('uploads, jobs, sessions and the log by age', async (t) => {
      const clock = testClock();
      const store = await open(t, { now: clock.now });
      const file = {
        name: '../../etc/passwd',
        hash: 'aa',
        size: 4,
        received: 4,
        state: 'analysed',
        uploadedBy: 'ann',
        problem: '',
        facts: {},
      } as const;
      const { id } = await store.files.add(file, ACTOR);
      writeFileSync(store.uploadPath(id), 'pcap');
      assert.throws(() => store.uploadPath('../x'), /STORE_QUERY/);
      await store.jobs.add({ id: 'j', kind: 'k' }, ACTOR);
      await store.jobs.cancel('j', ACTOR);
      await store.jobs.add({ id: 'waiting', kind: 'k' }, ACTOR);
      await store.sessions.add(
        { userId: 'u', expiresAt: START + HOUR, seenAt: 0, address: '', agent: '' },
        ACTOR,
      );
      clock.set(START + 100 * HOUR);
      const age = { uploadAge: HOUR, jobAge: HOUR, auditAge: HOUR };
      const report = await store.retain(age, ACTOR);
      assert.deepEqual(report.uploads, { files: 1, bytes: 4 });
      assert.deepEqual([report.jobs, report.sessions, report.audit], [1, 1, 5]);
      assert.equal((await store.files.get(id))?.state, 'deleted');
      assert.ok(!existsSync(store.uploadPath(id)));
      assert.ok(await store.jobs.get('waiting'));
      assert.deepEqual(
        (await store.audit.page()).rows.map(({ action }) => action),
        ['retention'],
      );
      // Its bytes are gone, so the same capture may come again.
      await store.files.add(file, ACTOR);
      await assert.rejects(store.files.add(file, ACTOR), /STORE_EXISTS/);
    });
  });
}
