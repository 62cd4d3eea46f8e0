import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Random } from '../../src/base/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { type Child, startChild } from '../child.ts';

/** What the child puts in one call: all of it is there afterwards, or nothing. */
export const ALERTS_AT_ONCE = 5;
export const FLOWS_AT_ONCE = 40;

/** What a child said it was told. */
export interface Acknowledged {
  readonly alerts: Set<string>;
  readonly alertOrigins: Set<string>;
  readonly flows: Set<string>;
  readonly jobs: Set<string>;
  readonly done: Set<string>;
  readonly judged: Set<string>;
}

const CHILD = fileURLToPath(new URL('kill-child.ts', import.meta.url));

const CACHE = join(tmpdir(), 'wiresift-compile-cache');

interface Run {
  readonly child: Child;
  readonly known: Acknowledged;
}

function startRun(args: readonly string[], known: Acknowledged): Run {
  const child = startChild([CHILD, ...args], {
    input: true,
    errors: 'inherit',
    // Starting is what takes the time; the second child and on find their code compiled.
    env: { ...process.env, NODE_COMPILE_CACHE: CACHE },
  });
  return { child, known };
}

/** Notes what a child that is dead had said. */
function note(out: string, known: Acknowledged): void {
  for (const line of out.split('\n')) {
    // A line that the kill cut off acknowledges nothing.
    if (!line.endsWith('}')) continue;
    const said = JSON.parse(line);
    for (const id of said.alerts ?? []) known.alerts.add(id);
    if (said.alerts) known.alertOrigins.add(said.origin);
    if (said.flows) known.flows.add(said.origin);
    if (said.job) known.jobs.add(said.job);
    if (said.done) known.done.add(said.done);
    if (said.judged) known.judged.add(said.judged);
  }
}

/** Options of {@link killManyTimes}. */
export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
  /** The folder of a run: the same again and again, now and then a new one. */
  readonly folder: (run: number) => string;
  readonly url?: string;
}

/**
 * Kills a process that takes in data, again and again at seeded moments: while it opens the store (and
 * migrates an empty one), and while it writes. After each kill, all that was acknowledged must be
 * there, and nothing half. @returns how much was acknowledged in all
 */
export async function killManyTimes({
  kills,
  seed,
  folder,
  url = '',
}: KillOptions): Promise<number> {
  const random = new Random(seed);
  const byFolder = new Map<string, Acknowledged>();
  const start = (run: number): Run => {
    const at = folder(run);
    const known = byFolder.get(at) ?? nothing();
    byFolder.set(at, known);
    return startRun([at, String(run), url], known);
  };
  let next = start(0);
  for (let run = 0; run < kills; run++) {
    const { child, known } = next;
    await child.says(/"ready"/);
    const opening = random.next() < 0.2;
    child.tell('go\n');
    if (!opening) await child.says(/"open"/);
    await delay(random.next() * (opening ? 40 : 250));
    note((await child.end('SIGKILL')).out, known);
    // The next one loads its code meanwhile; it opens nothing before it is told.
    if (run + 1 < kills) next = start(run + 1);
    await prove(folder(run), url, known);
  }
  let sum = 0;
  for (const known of byFolder.values()) {
    for (const set of Object.values(known)) sum += set.size;
  }
  return sum;
}

const nothing = (): Acknowledged => ({
  alerts: new Set(),
  alertOrigins: new Set(),
  flows: new Set(),
  jobs: new Set(),
  done: new Set(),
  judged: new Set(),
});

async function prove(folder: string, url: string, known: Acknowledged): Promise<void> {
  const store = await openStore({ folder, ...(url === '' ? {} : { url }) });
  try {
    await proveAlerts(store, known);
    await proveJobs(store, known);
    await proveFlows(store, known);
  } finally {
    await store.close();
  }
}

async function idsOf(store: { page: Store['alerts']['page'] }): Promise<Set<string>> {
  const ids = new Set<string>();
  let after: string | undefined;
  do {
    const page = await store.page({ limit: 1000, ...(after === undefined ? {} : { after }) });
    for (const { id } of page.rows) ids.add(id);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return ids;
}

async function proveAlerts(store: Store, { alerts, judged }: Acknowledged): Promise<void> {
  const there = await idsOf(store.alerts);
  const lost = [...alerts].filter((id) => !there.has(id));
  assert.deepEqual(lost, [], 'acknowledged alerts are gone');
  for (const { value, count } of await store.alerts.countBy('origin', [], 1000)) {
    assert.equal(count, ALERTS_AT_ONCE, `half of the alerts of ${value}`);
  }
  assert.equal(await store.evidence.count(), there.size, 'alerts without evidence');
  const resolved = await store.alerts.count([{ field: 'state', is: 'equal', value: 'resolved' }]);
  assert.ok(resolved >= judged.size, 'acknowledged judgements are gone');
  for (const id of [...judged].slice(-5)) {
    const alert = await store.alerts.detail(id);
    assert.deepEqual([alert?.verdict, alert?.alert.id], ['true positive', id]);
    assert.equal((await store.alerts.history(id)).length, 1);
  }
  const counts = await store.hosts.page({ limit: 1000 });
  const counted = counts.rows.reduce((sum, host) => sum + host.alerts, 0);
  assert.equal(counted, there.size, 'hosts and alerts do not agree');
}

async function proveJobs(store: Store, { jobs, done }: Acknowledged): Promise<void> {
  for (const id of jobs) assert.ok(await store.jobs.get(id), `job ${id} is gone`);
  for (const id of done) assert.equal((await store.jobs.get(id))?.state, 'done', id);
}

async function proveFlows(store: Store, { flows }: Acknowledged): Promise<void> {
  const parts = await store.flows.parts();
  const rows = new Map<string, number>();
  for (const part of parts) rows.set(part.origin, (rows.get(part.origin) ?? 0) + part.rows);
  for (const origin of flows) assert.equal(rows.get(origin), FLOWS_AT_ONCE, `flows of ${origin}`);
  for (const [origin, count] of rows) {
    assert.equal(count, FLOWS_AT_ONCE, `half of the flows of ${origin}`);
  }
  const read = await store.flows.count({ view: 'argus' });
  assert.equal(read, rows.size * FLOWS_AT_ONCE, 'the files hold other rows than the list says');
}
