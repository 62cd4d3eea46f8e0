import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { openStore } from '../../src/store/index.ts';
import { ACTOR, argusRows, makeAlert, START } from './fixtures.ts';
import { ALERTS_AT_ONCE, FLOWS_AT_ONCE } from './kill-proof.ts';

/**
 * Takes in alerts, flows and jobs until it is killed, and says on standard output what the store has
 * acknowledged. Arguments: folder, number of the run, address of PostgreSQL or ''.
 */
const [folder = '', run = '0', url = ''] = process.argv.slice(2);

/** One write call a line: what was said before the kill is said for good. */
const say = (line: object): void => {
  writeSync(1, `${JSON.stringify(line)}\n`);
};

say({ ready: true });
await once(process.stdin, 'data');
const store = await openStore({ folder, ...(url === '' ? {} : { url }) });
say({ open: true });
const first = Number(run) * 1_000_000;
for (let i = 0; ; i++) {
  const name = `${run}-${i}`;
  const numbers = Array.from({ length: ALERTS_AT_ONCE }, (_, n) => first + i * ALERTS_AT_ONCE + n);
  const alerts = numbers.map((number) => makeAlert(number));
  await store.alerts.put(alerts, name);
  say({ alerts: alerts.map(({ id }) => id), origin: name });
  const writer = store.flows.writer({ view: 'argus', origin: name });
  // Two hours, so that one flush makes two files: both are there or none.
  await writer.append(argusRows(FLOWS_AT_ONCE, START + i, 7_200_000_000 / FLOWS_AT_ONCE));
  await writer.close();
  say({ flows: FLOWS_AT_ONCE, origin: name });
  const job = await store.jobs.add({ id: `job-${name}`, kind: 'analyse' }, ACTOR);
  say({ job: job.id });
  const claimed = await store.jobs.claim({ owner: `worker-${run}` });
  if (claimed && i % 2 === 0) {
    await store.jobs.finish(claimed.id, `worker-${run}`, { alerts: alerts.length });
    say({ done: claimed.id });
  }
  const target = { id: alerts[0]!.id, version: 1 };
  await store.alerts.judge([target], { state: 'resolved', verdict: 'true positive' }, ACTOR);
  say({ judged: target.id });
  if (i % 4 === 3) await store.flows.compact();
}
