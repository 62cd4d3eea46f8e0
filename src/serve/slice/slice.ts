import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { SlicedFlow } from './flow-keys.ts';

/** Which packets of which file. */
export interface SliceRequest {
  readonly path: string;
  readonly flows: readonly SlicedFlow[];
  /** Bounds of the slice, and milliseconds that reading may take. */
  readonly packets: number;
  readonly bytes: number;
  readonly millis: number;
}

/** From the thread that reads. */
export type FromSlice =
  | { readonly type: 'piece'; readonly bytes: Uint8Array }
  | { readonly type: 'end'; readonly packets: number; readonly cut: boolean }
  | { readonly type: 'failed'; readonly message: string };

/** The packets of some flows as a pcap file, read again from the capture in a thread of its own. */
export function pcapSlice(request: SliceRequest): Readable {
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const worker = new Worker(new URL(`./slice-thread${ending}`, import.meta.url), {
    workerData: request,
  });
  let asked = 0;
  let ended = false;
  const stream = new Readable({
    highWaterMark: 4 * 2 ** 20,
    read() {
      // What was taken makes room for as many pieces.
      for (; asked > 0; asked--) worker.postMessage('taken');
    },
    destroy(error, done) {
      void worker.terminate().then(() => done(error));
    },
  });
  worker.on('message', (message: FromSlice) => {
    if (message.type === 'piece') {
      if (stream.push(message.bytes)) worker.postMessage('taken');
      else asked++;
    } else if (message.type === 'end') {
      ended = true;
      stream.push(null);
    } else stream.destroy(new Error(message.message));
  });
  worker.on('error', (error) => stream.destroy(error));
  worker.on('exit', () => {
    if (!ended) stream.destroy(new Error('the thread that read the capture ended'));
  });
  return stream;
}
