import { Compile } from 'typebox/compile';
import type { Store, AlertDetail as StoredAlert } from '../../store/index.ts';
import { alertFlowFilter } from '../alert-flows.ts';
import { attachment } from '../attachment.ts';
import { flowCsv } from '../flow-csv.ts';
import { badInput, notThere } from '../refusals.ts';
import { type App, actorOf, type Serving } from '../serving.ts';
import {
  AlertFlowsQuery,
  AlertUsual,
  Distinct,
  DistinctQuery,
  FlowCount,
  FlowDownload,
  FlowFilter,
  FlowPage,
  FlowQuery,
  FlowViews,
  Histogram,
  HistogramQuery,
  IdParams,
  type UsualValue,
} from '../wire.ts';

const flowQuery = Compile(FlowQuery);
/** Bars of a usual value, and features that are looked up. */
const USUAL_BARS = 30;
const USUAL_FEATURES = 6;

function readQuery(text: string): FlowQuery {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badInput('query', 'no JSON', 'a flow query as JSON');
  }
  if (flowQuery.Check(value)) return value;
  throw badInput('query', JSON.stringify(value).slice(0, 100), 'a flow query, as POST takes it');
}

/** An alert with all of it. @throws WiresiftError `SERVE_MISSING` */
export async function storedAlert(store: Store, id: string): Promise<StoredAlert> {
  const detail = await store.alerts.detail(id);
  if (detail) return detail;
  throw notThere(`alert ${id}`);
}

/** Flows: pages, counts, histograms, values, downloads; and those behind an alert. */
export function flowRoutes(app: App, { store }: Serving): void {
  const { flows } = store;

  app.get('/api/flows/views', { schema: { response: { 200: FlowViews } } }, async () => ({
    views: flows.views.map(({ name, time, hosts, schema }) => ({
      name,
      time: time ?? null,
      hosts: [...hosts],
      columns: schema.columns.map(({ name, type, unit, meaning }) => ({
        name,
        type,
        meaning,
        ...(unit === undefined ? {} : { unit }),
      })),
    })),
  }));

  app.post(
    '/api/flows/query',
    { schema: { body: FlowQuery, response: { 200: FlowPage } } },
    async ({ body }) => flows.page(body) as Promise<FlowPage>,
  );

  app.post(
    '/api/flows/count',
    { schema: { body: FlowFilter, response: { 200: FlowCount } } },
    async ({ body }) => ({ count: await flows.count(body) }),
  );

  app.post(
    '/api/flows/histogram',
    { schema: { body: HistogramQuery, response: { 200: Histogram } } },
    async ({ body: { filter, column, bars } }) =>
      flows.histogram(filter, column, bars) as Promise<Histogram>,
  );

  app.post(
    '/api/flows/distinct',
    { schema: { body: DistinctQuery, response: { 200: Distinct } } },
    async ({ body: { filter, column, prefix, limit } }) => ({
      values: await flows.distinct(filter, column, {
        ...(prefix === undefined ? {} : { prefix }),
        ...(limit === undefined ? {} : { limit }),
      }),
    }),
  );

  app.get('/api/flows.csv', { schema: { querystring: FlowDownload } }, async (request, reply) => {
    const query = readQuery(request.query.query);
    // Asked once before the answer begins: what is wrong is then told as an error, not in a file.
    await flows.count(query);
    await store.audit.note('flows.download', query.view, actorOf(request), { query });
    attachment(reply, 'flows.csv', 'text/csv; charset=utf-8');
    return reply.send(flowCsv(flows, query));
  });

  app.get(
    '/api/alerts/:id/flows',
    { schema: { params: IdParams, querystring: AlertFlowsQuery, response: { 200: FlowPage } } },
    async ({ params, query: { cursor, limit, sort, order } }) => {
      const filter = alertFlowFilter(await storedAlert(store, params.id));
      return flows.page({
        ...filter,
        ...(cursor === undefined ? {} : { after: cursor }),
        ...(limit === undefined ? {} : { limit }),
        ...(sort === undefined ? {} : { sort: { by: sort, descending: order !== 'up' } }),
      }) as Promise<FlowPage>;
    },
  );

  app.get('/api/alerts/:id/flows.csv', { schema: { params: IdParams } }, async (request, reply) => {
    const { id } = request.params;
    const filter = alertFlowFilter(await storedAlert(store, id));
    await store.audit.note('alert.flows', id, actorOf(request));
    attachment(reply, `alert-${id}.csv`, 'text/csv; charset=utf-8');
    return reply.send(flowCsv(flows, filter));
  });

  app.get(
    '/api/alerts/:id/usual',
    { schema: { params: IdParams, response: { 200: AlertUsual } } },
    async ({ params }) => {
      const detail = await storedAlert(store, params.id);
      const { view, origin } = alertFlowFilter(detail);
      const columns = flows.views.find(({ name }) => name === view)?.schema.columns ?? [];
      const filter = { view, ...(origin === undefined ? {} : { origin }) };
      const usual: UsualValue[] = [];
      for (const { feature, value } of detail.alert.reasons) {
        const column = columns.find(({ name }) => name === feature);
        if (!column || usual.length === USUAL_FEATURES) continue;
        const { unit } = column;
        const told = { feature, ...(unit === undefined ? {} : { unit }) };
        if (column.type === 'text') {
          const { rows, words = [] } = await flows.histogram(filter, feature, USUAL_BARS);
          usual.push({ ...told, rows, words: [...words] });
          continue;
        }
        const own = typeof value === 'number' ? value : null;
        const { rows, scale, bars, quantiles, below, same, above } = await flows.spread(
          filter,
          feature,
          { value: own, bars: USUAL_BARS },
        );
        const place = own === null ? {} : { place: { below, same, above } };
        usual.push({ ...told, rows, scale, bars: [...bars], quantiles: [...quantiles], ...place });
      }
      return { usual };
    },
  );
}
