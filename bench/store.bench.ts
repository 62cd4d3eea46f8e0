import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../src/base/index.ts';
import { openStore, type Store } from '../src/store/index.ts';
import { putAlerts, ALERTS_START as START } from './store-alerts.ts';
import { storeFlows } from './store-flows.ts';

const DEFAULT_ALERTS = 100_000;
const RUNS = 30;
const DAY = 86_400e6;

/** What the console asks, by name. */
function questions(store: Store, deep: string): Record<string, () => Promise<unknown>> {
  const { alerts } = store;
  const open = { field: 'state', is: 'equal', value: 'open' } as const;
  const kind = { field: 'kind', is: 'equal', value: 'beacon' } as const;
  return {
    'newest page': () => alerts.page(),
    'page after 50,000': () => alerts.page({ after: deep }),
    'open, newest': () => alerts.page({ where: [open] }),
    'open, worst first': () => alerts.page({ where: [open], sort: { by: 'severity' } }),
    'one kind, by score': () => alerts.page({ where: [kind], sort: { by: 'score' } }),
    'one host': () => alerts.page({ where: [{ field: 'host', is: 'equal', value: '10.0.3.7' }] }),
    'search, many hits': () => alerts.page({ search: '10.0.3.7' }),
    'search, no hit': () => alerts.page({ search: 'nothing like this' }),
    'how many are open': () => alerts.count([open]),
    'how many of each kind': () => alerts.countBy('kind', [open]),
    'by day and kind': () =>
      alerts.byTime({ by: 'kind', width: DAY, from: START, to: START + 31 * DAY }),
    'worst hosts': () => store.hosts.page(),
    'one alert, all of it': () => alerts.detail('00000000000003e8'),
  };
}

interface Measure {
  readonly name: string;
  readonly medianMillis: number;
  readonly slowestMillis: number;
  /** Of this process, a question; far less disturbed by neighbours than the clock. */
  readonly cpuMillis: number;
}

async function measure(name: string, ask: () => Promise<unknown>): Promise<Measure> {
  await ask();
  const millis: number[] = [];
  const before = process.cpuUsage();
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now();
    await ask();
    millis.push(performance.now() - started);
  }
  const { user, system } = process.cpuUsage(before);
  millis.sort((a, b) => a - b);
  return {
    name,
    medianMillis: millis[RUNS >> 1]!,
    slowestMillis: millis[RUNS - 1]!,
    cpuMillis: (user + system) / 1000 / RUNS,
  };
}

/** The plain way: every alert read, sorted in memory, fifty of them shown. */
async function naive(store: Store): Promise<number> {
  const rows: { last: number }[] = [];
  let after: string | undefined;
  do {
    const page = await store.alerts.page({ limit: 1000, ...(after ? { after } : {}) });
    rows.push(...page.rows);
    after = page.next ?? undefined;
  } while (after);
  return rows.sort((a, b) => b.last - a.last).slice(0, 50).length;
}

async function deepCursor(store: Store, rows: number): Promise<string> {
  let after: string | undefined;
  for (let i = 0; i < Math.max(1, rows / 1000); i++) {
    const page = await store.alerts.page({ limit: 1000, ...(after ? { after } : {}) });
    if (!page.next) break;
    after = page.next;
  }
  return after ?? '';
}

/**
 * The store under what the console asks: taking in alerts, then lists over all of them; then flows.
 * With `DATABASE_URL` the rows lie in PostgreSQL (an empty data base, please).
 * @param args `--json` for one JSON line; a number for how many alerts (default 100,000)
 */
export async function run(args: string[]): Promise<void> {
  const count = Number(args.find((arg) => /^\d+$/.test(arg)) ?? DEFAULT_ALERTS);
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-bench-'));
  const url = process.env['DATABASE_URL'];
  const store = await openStore({ folder, ...(url ? { url } : {}) });
  try {
    const random = new Random(1);
    const started = performance.now();
    const used = process.cpuUsage();
    await putAlerts(store, random, count);
    const alertsPerSecond = count / ((performance.now() - started) / 1000);
    const { user, system } = process.cpuUsage(used);
    const cpuPerAlert = (user + system) / 1000 / count;
    const asked = questions(store, await deepCursor(store, count / 2));
    const measures: Measure[] = [];
    for (const [name, ask] of Object.entries(asked)) measures.push(await measure(name, ask));
    const begun = performance.now();
    const sink = await naive(store);
    const naiveMillis = performance.now() - begun;
    const flows = await storeFlows(store);
    const figures = {
      alerts: count,
      engine: store.engine,
      alertsPerSecond,
      cpuPerAlert,
      measures,
      naiveMillis,
      flows,
    };
    if (args.includes('--json'))
      console.log(JSON.stringify({ bench: 'store', runs: RUNS, sink, ...figures }));
    else print(figures);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Figures {
  readonly alerts: number;
  readonly engine: string;
  readonly alertsPerSecond: number;
  /** Milliseconds; making the alert is in it. */
  readonly cpuPerAlert: number;
  readonly measures: readonly Measure[];
  readonly naiveMillis: number;
  readonly flows: Readonly<Record<string, number>>;
}

function print({
  alerts,
  engine,
  alertsPerSecond,
  cpuPerAlert,
  measures,
  naiveMillis,
  flows,
}: Figures): void {
  console.log(
    `${alerts} alerts in ${engine}, ${alertsPerSecond.toFixed(0)} taken in a second, ${cpuPerAlert.toFixed(2)} ms CPU each`,
  );
  console.log(`${'question'.padEnd(26)}median ms   slowest of ${RUNS}   CPU ms`);
  for (const { name, medianMillis, slowestMillis, cpuMillis } of measures) {
    const numbers = `${medianMillis.toFixed(1).padStart(9)}${slowestMillis.toFixed(1).padStart(16)}${cpuMillis.toFixed(1).padStart(9)}`;
    console.log(`${name.padEnd(26)}${numbers}`);
  }
  console.log(`${'naive: read all and sort'.padEnd(26)}${naiveMillis.toFixed(0).padStart(9)}`);
  for (const [name, value] of Object.entries(flows)) {
    console.log(`${name.padEnd(40)}${value.toFixed(0).padStart(10)}`);
  }
}
