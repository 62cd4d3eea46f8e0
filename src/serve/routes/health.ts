import { Type } from 'typebox';
import type { App, Serving } from '../serving.ts';

const Health = Type.Object({ status: Type.String() });

/** Behind by more than this, what is shown is no longer the present. */
const LATE_SECONDS = 60;

/** Seconds that the first job of the queue has waited. */
async function queueLag({ store, now }: Serving): Promise<number> {
  const { rows } = await store.jobs.page({
    where: [{ field: 'state', is: 'equal', value: 'queued' }],
    sort: { by: 'createdAt' },
    limit: 1,
  });
  return rows[0] ? Math.max(0, now() - rows[0].createdAt) / 1e6 : 0;
}

/** What is asked for when somebody looks: lags, the flow table, and the level of service. */
async function noteStanding(serving: Serving): Promise<void> {
  const { store, metrics, ingest } = serving;
  const standing = ingest?.standing;
  const queue = await queueLag(serving).catch(() => 0);
  const analysis = standing?.lagSeconds ?? 0;
  metrics.lag.set({ stage: 'queue' }, queue);
  metrics.lag.set({ stage: 'analysis' }, analysis);
  metrics.flowTable.set(standing?.openFlows ?? 0);
  const works = await store.check().then(
    () => true,
    () => false,
  );
  const partial = standing?.incomplete || Math.max(queue, analysis) > LATE_SECONDS;
  const level = works ? (partial ? 'partial' : 'none') : 'stopped';
  for (const each of ['none', 'partial', 'stopped']) {
    metrics.degraded.set({ level: each }, each === level ? 1 : 0);
  }
}

/** For whoever watches over the process: does it live, can it work, what are its numbers. */
export function healthRoutes(app: App, serving: Serving): void {
  const { store, metrics } = serving;
  app.get('/healthz', { schema: { response: { 200: Health } } }, async () => ({ status: 'alive' }));

  app.get(
    '/readyz',
    { schema: { response: { 200: Health, 503: Health } } },
    async (request, reply) => {
      try {
        await store.check();
        return { status: 'ready' };
      } catch (error) {
        request.log.error({ err: error }, 'the store does not answer');
        return reply.code(503).send({ status: 'the store does not answer' });
      }
    },
  );

  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    await noteStanding(serving);
    metrics.jobs.reset();
    for (const { value, count } of await store.jobs.countBy('state')) {
      metrics.jobs.set({ state: String(value) }, count);
    }
    metrics.openAlerts.set(
      await store.alerts.count([
        { field: 'state', is: 'equal', value: 'open' },
        { field: 'suppressedBy', is: 'empty' },
      ]),
    );
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });

  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger());

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    // A listener's hours are no time to answer.
    if (route === '/api/stream') return;
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    metrics.requests.observe(labels, reply.elapsedTime / 1000);
  });
}
