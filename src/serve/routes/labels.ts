import { Type } from 'typebox';
import { badInput, notThere, wrongState } from '../refusals.ts';
import { type App, actorOf, principalOf, type Serving } from '../serving.ts';
import { IdParams, Label, LabelDraft, Labels, VersionQuery } from '../wire.ts';

/** Labels of alerts: what learning later takes as the truth. */
export function labelRoutes(app: App, { store }: Serving): void {
  app.get(
    '/api/alerts/:id/labels',
    { schema: { params: IdParams, response: { 200: Labels } } },
    async ({ params }) => {
      const { rows } = await store.labels.page({
        where: [
          { field: 'subject', is: 'equal', value: 'alert' },
          { field: 'subjectId', is: 'equal', value: params.id },
        ],
        limit: 1000,
      });
      return { labels: [...rows] };
    },
  );

  app.post(
    '/api/alerts/:id/labels',
    { schema: { params: IdParams, body: LabelDraft, response: { 200: Label } } },
    async (request) => {
      const { id } = request.params;
      if (!(await store.alerts.get(id))) throw notThere(`alert ${id}`);
      const { label, note = '' } = request.body;
      const actor = actorOf(request);
      const by = actor.by;
      const draft = { subject: 'alert', subjectId: id, label, note, by, reviewed: false } as const;
      return store.labels.add(draft, actor);
    },
  );

  app.post(
    '/api/labels/:id/review',
    { schema: { params: IdParams, response: { 200: Label } } },
    async (request) => {
      const label = await store.labels.get(request.params.id);
      if (!label) throw notThere(`label ${request.params.id}`);
      const { user } = principalOf(request);
      if (label.by === user.id) {
        throw badInput('label', 'a label of your own', "somebody else's: two must agree");
      }
      return store.labels.change(label.id, label.version, { reviewed: true }, actorOf(request));
    },
  );

  app.delete(
    '/api/labels/:id',
    { schema: { params: IdParams, querystring: VersionQuery, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const label = await store.labels.get(request.params.id);
      if (!label) throw notThere(`label ${request.params.id}`);
      const { user, role } = principalOf(request);
      if (label.by !== user.id && role !== 'administrator') {
        throw wrongState('label', "another's label", 'your own');
      }
      await store.labels.remove(label.id, request.query.version, actorOf(request));
      return reply.code(204).send(null);
    },
  );
}
