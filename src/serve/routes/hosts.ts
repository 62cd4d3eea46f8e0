import { answerPage } from '../list-query.ts';
import { notThere } from '../refusals.ts';
import { type App, actorOf, type Serving } from '../serving.ts';
import { HostDetail, HostPage, HostPatch, HostRow, IdParams, ListQuery } from '../wire.ts';

/** Alerts and evidence shown of a host. */
const SHOWN = 200;

/** Hosts with their history. */
export function hostRoutes(app: App, { store, countryOf }: Serving): void {
  app.get(
    '/api/hosts',
    { schema: { querystring: ListQuery, response: { 200: HostPage } } },
    async ({ query }) => answerPage(store.hosts, query, (row) => row),
  );

  app.get(
    '/api/hosts/:id',
    { schema: { params: IdParams, response: { 200: HostDetail } } },
    async ({ params: { id } }) => {
      const host = await store.hosts.get(id);
      if (!host) throw notThere(`host ${id}`);
      const traffic = await store.hosts.traffic(id);
      const origins = [...new Set(traffic.map(({ origin }) => origin))].slice(0, 500);
      const files = await store.files.page({
        where: [{ field: 'id', is: 'one of', value: origins }],
        limit: 500,
      });
      const names = new Map(files.rows.map((file) => [file.id, file.name]));
      const ofHost = [{ field: 'host', is: 'equal', value: id }] as const;
      const alerts = await store.alerts.page({ where: ofHost, limit: SHOWN });
      const evidence = await store.evidence.page({ where: ofHost, limit: SHOWN });
      const labels = await store.labels.page({
        where: [
          { field: 'subject', is: 'equal', value: 'host' },
          { field: 'subjectId', is: 'equal', value: id },
        ],
      });
      return {
        host,
        traffic: traffic.map((one) => ({
          ...one,
          originName: names.get(one.origin) ?? one.origin,
        })),
        alerts: [...alerts.rows],
        evidence: [...evidence.rows],
        labels: [...labels.rows],
        country: countryOf(id),
      };
    },
  );

  app.patch(
    '/api/hosts/:id',
    { schema: { params: IdParams, body: HostPatch, response: { 200: HostRow } } },
    async (request) => {
      const { version, ...patch } = request.body;
      return store.hosts.change(request.params.id, version, patch, actorOf(request));
    },
  );
}
