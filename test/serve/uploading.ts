import { setTimeout as sleep } from 'node:timers/promises';
import { analysisModule, serviceModels } from '../../src/cli/service-parts.ts';
import type { FileRow, JobRow } from '../../src/serve/wire.ts';
import type { Answer, Caller } from './running.ts';

/** What a service needs to analyse, as the command gives it. */
export const ANALYSING = { analysis: analysisModule(), models: serviceModels() };

/** An answer to a piece of an upload. */
export interface Taken {
  readonly file: FileRow;
  readonly sameAs: string | null;
}

/** Begins an upload. */
export async function begin(caller: Caller, name: string, size?: number): Promise<string> {
  const { body, status } = await caller.call<Taken>('POST', '/api/files', {
    name,
    ...(size === undefined ? {} : { size }),
  });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body.file.id;
}

/** Sends one piece. */
export function send(
  caller: Caller,
  id: string,
  piece: Uint8Array,
  { offset = 0, last = false } = {},
): Promise<Answer<Taken>> {
  return caller.call<Taken>('PUT', `/api/files/${id}/content`, Buffer.from(piece), {
    'content-type': 'application/octet-stream',
    'upload-offset': String(offset),
    ...(last ? { 'upload-complete': '1' } : {}),
  });
}

/** Begins and sends all of it at once. */
export async function upload(caller: Caller, name: string, bytes: Uint8Array): Promise<Taken> {
  const id = await begin(caller, name, bytes.length);
  const { body, status } = await send(caller, id, bytes);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

/** Waits until the jobs of a file have ended. */
export async function settled(
  caller: Caller,
  id: string,
  millis = 30_000,
): Promise<{ file: FileRow; jobs: JobRow[] }> {
  const until = Date.now() + millis;
  for (;;) {
    const { body } = await caller.call<{ file: FileRow; jobs: JobRow[] }>(
      'GET',
      `/api/files/${id}`,
    );
    const { file, jobs } = body;
    const busy = jobs.some(({ state }) => state === 'queued' || state === 'running');
    if (!busy && ['analysed', 'failed', 'deleted'].includes(file.state)) return body;
    if (Date.now() > until) throw new Error(`still ${file.state}: ${JSON.stringify(jobs)}`);
    await sleep(50);
  }
}
