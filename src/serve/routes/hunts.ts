import { Type } from 'typebox';
import type { HuntRecord } from '../../store/index.ts';
import { answerPage } from '../list-query.ts';
import { namesOf } from '../people.ts';
import { notThere } from '../refusals.ts';
import { type App, actorOf, principalOf, type Serving } from '../serving.ts';
import {
  type FlowQuery,
  Hunt,
  HuntDraft,
  HuntPage,
  HuntPatch,
  IdParams,
  ListQuery,
  VersionQuery,
} from '../wire.ts';

/** Most hunts of one page; own and shared ones are sorted out of all. */
const ALL = 1000;

/** Kept questions to the flows. */
export function huntRoutes(app: App, { store }: Serving): void {
  const shown = async (row: HuntRecord): Promise<Hunt> => {
    const byName = (await namesOf(store, [row.by])).get(row.by)!;
    return { ...row, query: row.query as unknown as FlowQuery, byName };
  };

  app.get(
    '/api/hunts',
    { schema: { querystring: ListQuery, response: { 200: HuntPage } } },
    async (request) => {
      const { id } = principalOf(request).user;
      const query = { limit: ALL, ...request.query };
      const found = await answerPage(store.hunts, query, (row) => row);
      const mine = found.rows.filter(({ by, shared }) => shared || by === id);
      return { rows: await Promise.all(mine.map(shown)), next: found.next };
    },
  );

  app.post(
    '/api/hunts',
    { schema: { body: HuntDraft, response: { 200: Hunt } } },
    async (request) => {
      const { name, query, shared } = request.body;
      const actor = actorOf(request);
      const draft = { name, view: query.view, query: { ...query }, by: actor.by, shared };
      return shown(await store.hunts.add(draft, actor));
    },
  );

  /** Only its maker, and administrators, change a hunt; of others' private ones nobody learns. */
  const own = async (request: Parameters<typeof principalOf>[0], id: string): Promise<void> => {
    const hunt = await store.hunts.get(id);
    const { user, role } = principalOf(request);
    if (!hunt || (hunt.by !== user.id && role !== 'administrator')) throw notThere(`hunt ${id}`);
  };

  app.patch(
    '/api/hunts/:id',
    { schema: { params: IdParams, body: HuntPatch, response: { 200: Hunt } } },
    async (request) => {
      const { id } = request.params;
      await own(request, id);
      const { version, query, ...rest } = request.body;
      const patch = { ...rest, ...(query ? { query: { ...query }, view: query.view } : {}) };
      return shown(await store.hunts.change(id, version, patch, actorOf(request)));
    },
  );

  app.delete(
    '/api/hunts/:id',
    { schema: { params: IdParams, querystring: VersionQuery, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { id } = request.params;
      await own(request, id);
      await store.hunts.remove(id, request.query.version, actorOf(request));
      return reply.code(204).send(null);
    },
  );
}
