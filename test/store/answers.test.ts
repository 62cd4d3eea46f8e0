import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Answers } from '../../src/store/answers.ts';
import { ACTOR, argusRows, makeAlert, temporaryStore } from './fixtures.ts';

test('one answer serves all who ask, until it is cleared, runs out or fails', async () => {
  const answers = new Answers(60_000);
  let found = 0;
  const find = async (): Promise<number> => ++found;
  const both = await Promise.all([answers.ask(['a'], find), answers.ask(['a'], find)]);
  assert.deepEqual(both, [1, 1]);
  assert.equal(await answers.ask(['b'], find), 2);
  answers.clear();
  assert.equal(await answers.ask(['a'], find), 3);
  await assert.rejects(answers.ask(['c'], () => Promise.reject(new Error('no'))));
  assert.equal(await answers.ask(['c'], find), 4, 'a failure is not kept');
  const short = new Answers(-1);
  assert.notEqual(await short.ask(['a'], find), await short.ask(['a'], find));
});

test('an answer that was on its way when the rows changed is not kept', async () => {
  const answers = new Answers(60_000);
  let release = (): void => {};
  const slow = answers.ask('a', () => new Promise<string>((done) => (release = () => done('old'))));
  answers.clear();
  assert.equal(await answers.ask('a', async () => 'new'), 'new');
  release();
  assert.equal(await slow, 'old');
  assert.equal(await answers.ask('a', async () => 'other'), 'new');
});

test('no more than a bounded number is kept', async () => {
  const answers = new Answers(60_000);
  let found = 0;
  for (let i = 0; i < 300; i++) await answers.ask(i, async () => ++found);
  await answers.ask(299, async () => ++found);
  assert.equal(found, 300);
  await answers.ask(0, async () => ++found);
  assert.equal(found, 301);
});

test('counts of alerts and sums of flows follow every change at once', async (t) => {
  const store = await temporaryStore(t);
  const open = [{ field: 'state', is: 'equal', value: 'open' }] as const;
  const counts = async (): Promise<number[]> => {
    const by = await store.alerts.countBy('state', open);
    // Whoever changes the list they were given changes no other's.
    return [await store.alerts.count(open), by.splice(0).reduce((sum, one) => sum + one.count, 0)];
  };
  await store.alerts.put([makeAlert(1), makeAlert(2)], 'here');
  assert.deepEqual(await counts(), [2, 2]);
  assert.deepEqual(await counts(), [2, 2]);
  const { rows } = await store.alerts.page({ limit: 1 });
  const judged = await store.alerts.judge(rows, { state: 'resolved' }, ACTOR);
  assert.deepEqual(await counts(), [1, 1]);
  await store.alerts.undo(judged.action, ACTOR);
  assert.deepEqual(await counts(), [2, 2]);
  await store.retain({ alertsOf: 'here' }, ACTOR);
  assert.deepEqual(await counts(), [0, 0]);
  const writer = store.flows.writer({ view: 'argus', origin: 'here' });
  for (const rowsKept of [10, 20]) {
    await writer.append(argusRows(10));
    assert.equal(await writer.flush(), rowsKept);
    assert.equal(await store.flows.count({ view: 'argus' }), rowsKept);
  }
  await store.flows.dropOrigin('here');
  assert.equal(await store.flows.count({ view: 'argus' }), 0);
});
