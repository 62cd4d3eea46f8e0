import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { endlessCapture, streamOf } from './serve-load.ts';
import { type Access, WHOLE_UPLOAD } from './serve-process.ts';

/** What {@link Sent} is to come of. */
export interface Sending {
  readonly access: Access;
  /** Id of the upload. */
  readonly id: string;
  readonly rate: number;
  readonly seconds: number;
}

/** How the sending went. */
export interface Sent {
  readonly bytes: number;
  readonly status: number;
}

/** A thread that sends a capture at a rate, so that readers of this process need not wait for it. */
const { access, id, rate, seconds } = workerData as Sending;
const until = performance.now() + seconds * 1000;
let bytes = 0;
async function* counted(): AsyncGenerator<Buffer> {
  for await (const piece of endlessCapture(rate, () => performance.now() >= until)) {
    bytes += piece.length;
    yield piece;
  }
}
const sending = request(`${access.address}/api/files/${id}/content`, {
  method: 'PUT',
  headers: { ...access.headers, ...WHOLE_UPLOAD },
});
const answer = once(sending, 'response') as Promise<[IncomingMessage]>;
await pipeline(streamOf(counted()), sending);
const [response] = await answer;
response.resume();
await once(response, 'end');
const sent: Sent = { bytes, status: response.statusCode ?? 0 };
parentPort!.postMessage(sent);
