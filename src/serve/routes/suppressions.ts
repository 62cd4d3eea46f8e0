import { Type } from 'typebox';
import { parseAddress } from '../../base/index.ts';
import { Site } from '../../detect/index.ts';
import { answerPage } from '../list-query.ts';
import { badInput } from '../refusals.ts';
import { type App, actorOf, type Serving } from '../serving.ts';
import {
  IdParams,
  ListQuery,
  type Suppression,
  SuppressionChanged,
  SuppressionDraft,
  SuppressionPage,
  SuppressionPatch,
  VersionQuery,
} from '../wire.ts';

/** A rule that matches everything hides what nobody looked at. */
function checkRule({ effect, host, kind, model }: SuppressionDraft): void {
  if (effect === 'hide' && host === null && kind === null && model === null) {
    throw badInput('suppression', 'no host, kind or model', 'one of them at least');
  }
  if (effect === 'allow' && host === null) {
    throw badInput('suppression', 'no host', 'the host or network that nothing may act against');
  }
  if (host !== null && (host.includes('/') || parseAddress(host))) new Site([host]);
}

/** Rules that hide alerts, and the allow-list. */
export function suppressionRoutes(app: App, { store, events }: Serving): void {
  app.get(
    '/api/suppressions',
    { schema: { querystring: ListQuery, response: { 200: SuppressionPage } } },
    async ({ query }) => answerPage(store.suppressions, query, (row) => row),
  );

  const told = (count: number): number => {
    if (count > 0) events.publish('alert', { ids: [], change: 'suppressed', count });
    return count;
  };

  app.post(
    '/api/suppressions',
    { schema: { body: SuppressionDraft, response: { 200: SuppressionChanged } } },
    async (request) => {
      checkRule(request.body);
      const actor = actorOf(request);
      const suppression = await store.suppressions.add({ ...request.body, by: actor.by }, actor);
      return { suppression, alerts: told(await store.alerts.suppress(actor)) };
    },
  );

  app.patch(
    '/api/suppressions/:id',
    {
      schema: { params: IdParams, body: SuppressionPatch, response: { 200: SuppressionChanged } },
    },
    async (request) => {
      const { version, ...patch } = request.body;
      const actor = actorOf(request);
      const { id } = request.params;
      const suppression: Suppression = await store.suppressions.change(id, version, patch, actor);
      return { suppression, alerts: told(await store.alerts.suppress(actor)) };
    },
  );

  app.delete(
    '/api/suppressions/:id',
    { schema: { params: IdParams, querystring: VersionQuery, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const actor = actorOf(request);
      await store.suppressions.remove(request.params.id, request.query.version, actor);
      told(await store.alerts.suppress(actor));
      return reply.code(204).send(null);
    },
  );
}
