import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ENGINES } from '../contracts/store-engines.ts';
import { ACTOR, START, testClock } from './fixtures.ts';

for (const { name, skip, open } of ENGINES) {
  describe(`jobs on ${name}`, { skip }, () => {
    test('go by priority, then age; progress, result, the list', async (t) => {
      const store = await open(t, { now: testClock().now });
      await store.jobs.add({ id: 'old', kind: 'analyse', payload: { file: 'x' } }, ACTOR);
      await store.jobs.add({ id: 'new', kind: 'analyse' }, ACTOR);
      await store.jobs.add({ id: 'urgent', kind: 'train', priority: 5 }, ACTOR);
      const claim = (kinds?: string[]) =>
        store.jobs.claim({ owner: 'w', ...(kinds ? { kinds } : {}) });
      assert.equal((await claim(['analyse']))?.id, 'old');
      const urgent = (await claim())!;
      assert.deepEqual([urgent.id, urgent.state, urgent.attempts], ['urgent', 'running', 1]);
      assert.equal(
        await store.jobs.heartbeat('urgent', 'w', { progress: 2, stage: 'reading' }),
        'go on',
      );
      const seen = (await store.jobs.get('urgent'))!;
      assert.deepEqual([seen.progress, seen.stage], [1, 'reading']);
      assert.equal(await store.jobs.heartbeat('urgent', 'other'), 'lost');
      assert.equal(await store.jobs.finish('urgent', 'other'), false);
      assert.equal(await store.jobs.finish('urgent', 'w', { alerts: 3 }), true);
      const done = (await store.jobs.get('urgent'))!;
      assert.deepEqual([done.state, done.result, done.owner], ['done', { alerts: 3 }, null]);
      assert.equal((await claim())?.id, 'new');
      assert.equal(await claim(), undefined);
      const running = [{ field: 'state', is: 'equal', value: 'running' }] as const;
      assert.equal(await store.jobs.count(running), 2);
    });

    test('a job whose worker vanished is taken again, until its attempts are used up', async (t) => {
      const clock = testClock();
      const store = await open(t, { now: clock.now });
      await store.jobs.add({ id: 'j', kind: 'k', maxAttempts: 2 }, ACTOR);
      const claim = (owner: string) => store.jobs.claim({ owner, lease: 30e6 });
      assert.equal((await claim('w1'))?.attempts, 1);
      assert.equal(await claim('w2'), undefined);
      clock.set(START + 60e6);
      assert.equal((await claim('w2'))?.attempts, 2);
      assert.equal(await store.jobs.heartbeat('j', 'w1'), 'lost', 'the first worker may not go on');
      clock.set(START + 80e6);
      assert.equal(await store.jobs.heartbeat('j', 'w2'), 'go on');
      clock.set(START + 100e6);
      assert.equal(await claim('w3'), undefined, 'the heartbeat prolonged it');
      clock.set(START + 200e6);
      assert.deepEqual(await store.jobs.giveUp(['other']), []);
      assert.deepEqual(
        (await store.jobs.giveUp(['k'])).map(({ id }) => id),
        ['j'],
      );
      assert.equal(await claim('w3'), undefined);
      const failed = (await store.jobs.get('j'))!;
      assert.deepEqual(
        [failed.state, failed.problem],
        ['failed', 'the worker vanished at every attempt'],
      );
      assert.equal((await store.jobs.retry('j', ACTOR)).state, 'queued');
      assert.equal((await claim('w3'))?.attempts, 1);
    });

    test('a clock set back gives no lease for ever; release gives jobs back at once', async (t) => {
      const clock = testClock(START + 100 * 3600e6);
      const store = await open(t, { now: clock.now });
      await store.jobs.add({ id: 'j', kind: 'k', maxAttempts: 9 }, ACTOR);
      assert.ok(await store.jobs.claim({ owner: 'w1' }));
      clock.set(START);
      assert.ok(await store.jobs.claim({ owner: 'w2' }), 'the lease ends a hundred hours ahead');
      assert.equal(await store.jobs.claim({ owner: 'w3' }), undefined);
      assert.equal(await store.jobs.release('nobody'), 0);
      assert.equal(await store.jobs.release('w2'), 1);
      assert.equal(await store.jobs.release('w2'), 0, 'once');
      assert.equal((await store.jobs.claim({ owner: 'w3' }))?.attempts, 2, 'w2 has its own back');
      assert.equal(await store.jobs.release(), 1);
      assert.equal((await store.jobs.claim({ owner: 'w4' }))?.attempts, 3, 'w3 died of it');
    });

    test('failing, waiting to try again, cancelling', async (t) => {
      const clock = testClock();
      const store = await open(t, { now: clock.now });
      const add = (id: string) => store.jobs.add({ id, kind: id, maxAttempts: 2 }, ACTOR);
      const claim = (id: string) => store.jobs.claim({ owner: 'w', kinds: [id] });
      await add('f');
      await claim('f');
      assert.equal(await store.jobs.fail('f', 'w', 'no disk', 60e6), true);
      assert.equal(await claim('f'), undefined);
      clock.set(START + 120e6);
      assert.ok(await claim('f'));
      await store.jobs.fail('f', 'w', 'no disk', 60e6);
      assert.deepEqual((await store.jobs.get('f'))?.state, 'failed', 'no attempt is left');
      assert.equal(await store.jobs.fail('f', 'w', 'again'), false);
      await add('c');
      assert.equal((await store.jobs.cancel('c', ACTOR)).state, 'cancelled');
      assert.equal(await claim('c'), undefined);
      await store.jobs.retry('c', ACTOR);
      await claim('c');
      assert.equal((await store.jobs.cancel('c', ACTOR)).state, 'running');
      assert.equal(await store.jobs.heartbeat('c', 'w'), 'cancel');
      assert.equal(await store.jobs.stopped('c', 'w'), true);
      assert.equal((await store.jobs.get('c'))?.state, 'cancelled');
      // A worker that was asked to stop and died is not tried again.
      await add('d');
      await claim('d');
      await store.jobs.cancel('d', ACTOR);
      clock.set(START + 1e9);
      assert.equal(await claim('d'), undefined);
      assert.equal((await store.jobs.get('d'))?.state, 'cancelled');
      await assert.rejects(store.jobs.cancel('x', ACTOR), /STORE_MISSING/);
    });

    test('many workers at once take every job once', async (t) => {
      const store = await open(t);
      for (let i = 0; i < 20; i++) await store.jobs.add({ id: `j${i}`, kind: 'k' }, ACTOR);
      const taken: string[] = [];
      const worker = async (owner: string): Promise<void> => {
        for (;;) {
          const job = await store.jobs.claim({ owner });
          if (!job) return;
          taken.push(job.id);
          await store.jobs.finish(job.id, owner);
        }
      };
      await Promise.all(['a', 'b', 'c', 'd'].map(worker));
      assert.equal(taken.length, 20);
      assert.equal(new Set(taken).size, 20);
    });
  });
}
