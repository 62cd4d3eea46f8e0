import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { attachment } from '../attachment.ts';
import { fileRow, jobRows } from '../file-rows.ts';
import { bytesOf, OffsetError } from '../ingest/uploads.ts';
import { answerPage } from '../list-query.ts';
import { badInput, notThere } from '../refusals.ts';
import { type App, actorOf, type Serving } from '../serving.ts';
import {
  COMPLETE_HEADER,
  FileConsequences,
  FileDetail,
  FileDraft,
  FilePage,
  FileProgress,
  IdParams,
  LENGTH_HEADER,
  ListQuery,
  OFFSET_HEADER,
} from '../wire.ts';

/** `upload-offset: 1024` as a number. */
function offsetOf(header: string | string[] | undefined): number {
  const offset = Number(header);
  if (header !== undefined && Number.isSafeInteger(offset) && offset >= 0) return offset;
  throw badInput(OFFSET_HEADER, JSON.stringify(header ?? null), 'a whole number of bytes');
}

/** Uploads: lists, sending in pieces, deleting with what hangs on it. */
export function fileRoutes(app: App, serving: Serving): void {
  const { store, uploads, ingest } = serving;
  // Handed on as it comes: never held in memory.
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => {
    done(null, payload);
  });

  app.get(
    '/api/files',
    { schema: { querystring: ListQuery, response: { 200: FilePage } } },
    async ({ query }) => answerPage(store.files, query, fileRow),
  );

  app.post(
    '/api/files',
    { schema: { body: FileDraft, response: { 200: FileProgress } } },
    async (request) => {
      const { file, sameAs } = await uploads.begin(request.body, actorOf(request));
      return { file: fileRow(file), sameAs };
    },
  );

  app.get(
    '/api/files/:id',
    { schema: { params: IdParams, response: { 200: FileDetail } } },
    async ({ params }) => {
      const file = await store.files.get(params.id);
      if (!file) throw notThere(`file ${params.id}`);
      const jobs = await store.jobs.page({
        where: [{ field: 'fileId', is: 'equal', value: file.id }],
      });
      return { file: fileRow(file), jobs: await jobRows(store, jobs.rows) };
    },
  );

  app.head(
    '/api/files/:id/content',
    { schema: { params: IdParams } },
    async ({ params }, reply) => {
      const { offset, size } = await uploads.offset(params.id);
      reply.header(OFFSET_HEADER, String(offset));
      if (size !== null) reply.header(LENGTH_HEADER, String(size));
      return reply.code(200).send();
    },
  );

  app.put(
    '/api/files/:id/content',
    { schema: { params: IdParams, response: { 200: FileProgress } } },
    async (request, reply) => {
      if (!(request.body instanceof Readable)) {
        throw badInput('content-type', 'another', 'application/octet-stream');
      }
      const { body } = request;
      const { id } = request.params;
      const offset = offsetOf(request.headers[OFFSET_HEADER]);
      const last = request.headers[COMPLETE_HEADER] === '1';
      const actor = actorOf(request);
      try {
        const { file, sameAs } = await uploads.take(id, { offset, body, last });
        if (file.id === id && file.state !== 'uploading') ingest?.wish(id, actor);
        if (sameAs !== null) await ingest?.stopFile(id);
        reply.header(OFFSET_HEADER, String(file.received));
        return { file: fileRow(file), sameAs };
      } catch (error) {
        // The rest of the body is not wanted: without this, the connection would wait for it.
        reply.header('connection', 'close');
        if (error instanceof OffsetError) reply.header(OFFSET_HEADER, String(error.offset));
        throw error;
      }
    },
  );

  app.get('/api/files/:id/content', { schema: { params: IdParams } }, async (request, reply) => {
    const file = await store.files.get(request.params.id);
    const path = file && store.uploadPath(file.id);
    if (!file || !path || file.state === 'deleted' || (await bytesOf(path)) < file.received) {
      throw notThere(`file ${request.params.id}`);
    }
    await store.audit.note('file.download', file.id, actorOf(request));
    attachment(reply, file.name, 'application/octet-stream');
    reply.header('content-length', String(file.received));
    if (file.received === 0) return reply.send('');
    return reply.send(createReadStream(path, { end: file.received - 1 }));
  });

  const consequences = async (id: string): Promise<FileConsequences> => {
    const file = await store.files.get(id);
    if (!file || file.state === 'deleted') throw notThere(`file ${id}`);
    const parts = await store.flows.parts({ origin: id });
    const origin = { field: 'origin', is: 'equal', value: id } as const;
    const alerts = await store.alerts.count([origin]);
    const openAlerts = await store.alerts.count([
      origin,
      { field: 'state', is: 'equal', value: 'open' },
    ]);
    const runningJobs = await store.jobs.count([
      { field: 'fileId', is: 'equal', value: id },
      { field: 'state', is: 'one of', value: ['queued', 'running'] },
    ]);
    const flows = parts.reduce((sum, { rows }) => sum + rows, 0);
    const sentence =
      `${file.received.toLocaleString('en')} bytes of the capture, ` +
      `${flows.toLocaleString('en')} flow records and ${alerts.toLocaleString('en')} alerts ` +
      `(${openAlerts.toLocaleString('en')} of them open) go for good, with what was judged of them.`;
    return { bytes: file.received, flows, alerts, openAlerts, runningJobs, sentence };
  };

  app.get(
    '/api/files/:id/consequences',
    { schema: { params: IdParams, response: { 200: FileConsequences } } },
    async ({ params }) => consequences(params.id),
  );

  app.delete(
    '/api/files/:id',
    { schema: { params: IdParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { id } = request.params;
      const actor = actorOf(request);
      const gone = await consequences(id);
      await ingest?.stopFile(id);
      await uploads.forget(id, {});
      await store.retain({ flows: { origin: id }, alertsOf: id }, actor);
      await store.flows.dropOrigin(id);
      await store.audit.note('file.remove', id, actor, gone);
      serving.events.publish('alert', { ids: [], change: 'removed', count: gone.alerts });
      return reply.code(204).send(null);
    },
  );
}
