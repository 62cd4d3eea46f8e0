import { Type } from 'typebox';
import type { App, Serving } from '../serving.ts';

const Health = Type.Object({ status: Type.String() });

/** For whoever watches over the process: does it live, can it work, what are its numbers. */
export function healthRoutes(app: App, { store, metrics }: Serving): void {
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
