import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyBaseLogger } from 'fastify';
import { Upkeep } from '../../src/serve/upkeep.ts';
import type { Store } from '../../src/store/index.ts';
import { ACTOR, argusRows, temporaryStore, testClock } from '../store/fixtures.ts';

const HOUR = 3600e6;

interface Kept {
  readonly upkeep: Upkeep;
  readonly store: Store;
  readonly failures: string[];
  later(micros: number): void;
}

async function kept(t: Parameters<typeof temporaryStore>[0]): Promise<Kept> {
  const clock = testClock();
  const store = await temporaryStore(t, { now: clock.now });
  const failures: string[] = [];
  const log = {
    error: (_: unknown, text: string) => failures.push(text),
  } as unknown as FastifyBaseLogger;
  const upkeep = new Upkeep({ store, now: clock.now, log });
  await upkeep.start();
  t.after(() => upkeep.close());
  return { upkeep, store, failures, later: (micros) => clock.set(clock.now() + micros) };
}

/** Writes flows as small files. */
async function smallFiles(store: Store, count: number): Promise<void> {
  const writer = store.flows.writer({ view: 'argus', origin: 'a' });
  for (let i = 0; i < count; i++) {
    await writer.append(argusRows(3));
    await writer.flush();
  }
}

const rounds = (store: Store) =>
  store.audit.page({ where: [{ field: 'action', is: 'equal', value: 'retention' }] });

test('small files are joined after an hour, not before', async (t) => {
  const { upkeep, store, later } = await kept(t);
  await smallFiles(store, 3);
  later(HOUR - 60e6);
  await upkeep.look();
  assert.equal((await store.flows.parts()).length, 3);
  later(60e6);
  await Promise.all([upkeep.look(), upkeep.look()]);
  assert.equal((await store.flows.parts()).length, 1);
  assert.equal(await store.flows.count({ view: 'argus' }), 9);
  await smallFiles(store, 1);
  later(HOUR - 60e6);
  await upkeep.look();
  assert.equal((await store.flows.parts()).length, 2);
});

test('what is too old goes each day, by the settings as they then stand', async (t) => {
  const { upkeep, store, later } = await kept(t);
  await smallFiles(store, 1);
  later(23 * HOUR);
  await upkeep.look();
  assert.equal((await rounds(store)).rows.length, 0);
  await store.settings.add({ id: 'retention.flowDays', value: 1 }, ACTOR);
  later(2 * HOUR);
  await upkeep.look();
  assert.equal((await rounds(store)).rows.length, 1);
  assert.equal((await store.flows.parts()).length, 0);
});

test('a new process goes on from the last round, and a clock set back does not stop the rounds', async (t) => {
  const { upkeep, store, later } = await kept(t);
  later(25 * HOUR);
  await upkeep.look();
  assert.equal((await rounds(store)).rows.length, 1);
  const clock = testClock((await rounds(store)).rows[0]!.at + 12 * HOUR);
  const log = { error: assert.fail } as unknown as FastifyBaseLogger;
  const next = new Upkeep({ store, now: clock.now, log });
  await next.start();
  t.after(() => next.close());
  await next.look();
  assert.equal((await rounds(store)).rows.length, 1, 'half a day is no day');
  clock.set(clock.now() + 12 * HOUR);
  await next.look();
  assert.equal((await rounds(store)).rows.length, 2);
  clock.set(clock.now() - 400 * 24 * HOUR);
  await next.look();
  assert.equal((await rounds(store)).rows.length, 3);
  await next.look();
  assert.equal((await rounds(store)).rows.length, 3, 'once, not at every look');
});

test('what fails is told, and the rest is done', async (t) => {
  const { upkeep, store, failures, later } = await kept(t);
  Object.assign(store.flows, {
    compact: () => Promise.reject(new Error('no')),
  });
  later(25 * HOUR);
  await upkeep.look();
  assert.deepEqual(failures, ['compaction failed']);
  assert.equal((await rounds(store)).rows.length, 1);
});
