import { jobRow, jobRows } from '../file-rows.ts';
import { answerPage } from '../list-query.ts';
import { notThere } from '../refusals.ts';
import { type App, actorOf, type Serving } from '../serving.ts';
import { IdParams, JobPage, JobRow, ListQuery } from '../wire.ts';

/** The queue, as people see it. */
export function jobRoutes(app: App, { store, ingest, events }: Serving): void {
  app.get(
    '/api/jobs',
    { schema: { querystring: ListQuery, response: { 200: JobPage } } },
    async ({ query }) => {
      const found = await answerPage(store.jobs, query, (row) => row);
      return { ...found, rows: await jobRows(store, found.rows) };
    },
  );

  app.get(
    '/api/jobs/:id',
    { schema: { params: IdParams, response: { 200: JobRow } } },
    async ({ params }) => {
      const job = await store.jobs.get(params.id);
      if (!job) throw notThere(`job ${params.id}`);
      return jobRow(store, job);
    },
  );

  app.post(
    '/api/jobs/:id/cancel',
    { schema: { params: IdParams, response: { 200: JobRow } } },
    async (request) => {
      const row = await jobRow(store, await store.jobs.cancel(request.params.id, actorOf(request)));
      events.publish('job', row);
      return row;
    },
  );

  app.post(
    '/api/jobs/:id/retry',
    { schema: { params: IdParams, response: { 200: JobRow } } },
    async (request) => {
      const job = await store.jobs.retry(request.params.id, actorOf(request));
      const file = job.fileId === null ? undefined : await store.files.get(job.fileId);
      if (file?.state === 'failed')
        await store.files.touch(file.id, { state: 'received', problem: '' });
      ingest?.look();
      const row = await jobRow(store, job);
      events.publish('job', row);
      return row;
    },
  );
}
