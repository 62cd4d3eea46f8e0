import { createStore, produce } from 'solid-js/store';
import type { FileDetail, FileProgress, FileRow } from '../../../src/serve/wire.ts';
import { call, problemText, Refusal } from '../service/api.ts';
import { bytesThere, OffsetRefusal, sendPiece } from './send.ts';

/** A file on its way to the service. */
export interface Upload {
  readonly key: number;
  readonly name: string;
  readonly size: number;
  state: 'waiting' | 'hashing' | 'sending' | 'paused' | 'done' | 'failed';
  sent: number;
  /** Bytes a second, lately. */
  rate: number;
  problem: string;
  /** Id at the service, once it has one. */
  id: string;
  /** SHA-256 as the service found it. */
  hash: string;
  /** Whether the service held the same bytes already. */
  same: boolean;
}

/** Sent at once: two fill a line without starving each other. */
const AT_ONCE = 2;
/** Bytes of a piece: what is sent again at worst when the line breaks. */
const PIECE = 32 * 2 ** 20;
/** Up to here the hash is taken before sending: a file that is there is then not sent at all. */
const HASH_FIRST = 64 * 2 ** 20;
/** Waits between tries after the line broke, milliseconds. */
const WAITS = [1000, 2000, 5000, 10_000, 20_000];

const [uploads, setUploads] = createStore<Upload[]>([]);
const sources = new Map<number, File>();
const stops = new Map<number, AbortController>();
let last = 0;

/** What is and was on its way since the console was opened. */
export { uploads };

const change = (key: number, how: (upload: Upload) => void): void => {
  setUploads((one) => one.key === key, produce(how));
};
const find = (key: number): Upload | undefined => uploads.find((one) => one.key === key);

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('stopped', 'AbortError'));
    });
  });

/** Takes files into the queue. Unfinished ones of the same name and size are gone on with. */
export function enqueue(files: readonly File[], unfinished: readonly FileRow[]): void {
  for (const file of files) {
    const known = unfinished.find(
      ({ name, size, id }) =>
        name === file.name && size === file.size && !uploads.some((one) => one.id === id),
    );
    const key = ++last;
    sources.set(key, file);
    setUploads(uploads.length, {
      key,
      name: file.name,
      size: file.size,
      state: 'waiting',
      sent: known?.received ?? 0,
      rate: 0,
      problem: '',
      id: known?.id ?? '',
      hash: '',
      same: false,
    });
  }
  work();
}

/** Stops sending; what went out stays. */
export function stop(key: number): void {
  change(key, (upload) => {
    upload.state = 'paused';
    upload.rate = 0;
  });
  stops.get(key)?.abort();
  work();
}

/** Goes on with what was stopped or failed. */
export function goOn(key: number): void {
  change(key, (upload) => {
    upload.state = 'waiting';
    upload.problem = '';
  });
  work();
}

/** Gives an upload up: what went out is deleted. */
export async function giveUp(key: number): Promise<void> {
  const upload = find(key);
  stop(key);
  sources.delete(key);
  setUploads((all) => all.filter((one) => one.key !== key));
  if (upload && upload.id !== '' && upload.state !== 'done') await remove(upload.id);
}

const remove = (id: string): Promise<unknown> =>
  call(`/api/files/${encodeURIComponent(id)}`, { method: 'DELETE' });

/** Takes what is done off the list. */
export function clearDone(): void {
  for (const { key, state } of uploads) if (state === 'done') sources.delete(key);
  setUploads((all) => all.filter(({ state }) => state !== 'done'));
}

/** Whether leaving the console would stop something. */
export const isSending = (): boolean =>
  uploads.some(({ state }) => state === 'sending' || state === 'waiting' || state === 'hashing');

addEventListener('beforeunload', (event) => {
  if (isSending()) event.preventDefault();
});

function work(): void {
  const busy = uploads.filter(({ state }) => state === 'sending' || state === 'hashing').length;
  const next = uploads.filter(({ state }) => state === 'waiting').slice(0, AT_ONCE - busy);
  for (const { key } of next) void run(key);
}

async function run(key: number): Promise<void> {
  const file = sources.get(key);
  if (!file) return;
  const stopper = new AbortController();
  stops.set(key, stopper);
  try {
    await send(key, file, stopper.signal);
  } catch (error) {
    if (stopper.signal.aborted) return;
    change(key, (upload) => {
      upload.state = 'failed';
      upload.rate = 0;
      upload.problem = problemText(error);
    });
  } finally {
    if (stops.get(key) === stopper) stops.delete(key);
    work();
  }
}

async function hashOf(file: File): Promise<string | undefined> {
  // Without TLS, and not on this machine, browsers do not hash.
  if (file.size > HASH_FIRST || !globalThis.crypto?.subtle) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function send(key: number, file: File, signal: AbortSignal): Promise<void> {
  let id = find(key)?.id ?? '';
  let offset = 0;
  if (id === '') {
    change(key, (upload) => {
      upload.state = 'hashing';
    });
    const hash = await hashOf(file);
    signal.throwIfAborted();
    const body = { name: file.name, size: file.size, ...(hash === undefined ? {} : { hash }) };
    // Not broken off: the service may have begun the file already, and only its answer tells the id.
    const begun = await call<FileProgress>('/api/files', { method: 'POST', body });
    if (begun.sameAs !== null) {
      finish(key, begun);
      return;
    }
    id = begun.file.id;
    change(key, (upload) => {
      upload.id = id;
    });
    if (!find(key)) await remove(id);
    signal.throwIfAborted();
  } else offset = await bytesThere(id, signal);
  change(key, (upload) => {
    upload.state = 'sending';
    upload.sent = offset;
  });
  finish(key, await sendFrom(key, { id, file, offset, signal }));
}

interface Sending {
  readonly id: string;
  readonly file: File;
  readonly offset: number;
  readonly signal: AbortSignal;
}

/** Sends piece by piece; a broken line is waited for. */
async function sendFrom(key: number, { id, file, signal, ...at }: Sending): Promise<FileProgress> {
  let { offset } = at;
  let tries = 0;
  for (;;) {
    if (offset > 0 && offset >= file.size) {
      // The last piece arrived, only its answer did not.
      const { file: there } = await call<FileDetail>(`/api/files/${encodeURIComponent(id)}`);
      return { file: there, sameAs: null };
    }
    const meter = rateMeter(key, offset);
    const body = file.slice(offset, offset + PIECE);
    try {
      const told = await sendPiece({ id, body, offset, signal, onSent: meter });
      offset += body.size;
      tries = 0;
      if (offset >= file.size) return told;
    } catch (error) {
      if (error instanceof OffsetRefusal) offset = error.offset;
      else if (error instanceof Refusal && error.status === 0 && tries < WAITS.length) {
        await pause(WAITS[tries++]!, signal);
        offset = await bytesThere(id, signal).catch(() => offset);
      } else throw error;
    }
  }
}

/** Notes what went out, and how fast, without redrawing at every packet. */
function rateMeter(key: number, offset: number): (bytes: number) => void {
  let seenAt = performance.now();
  let seen = 0;
  return (bytes) => {
    const now = performance.now();
    if (now - seenAt < 200) return;
    const rate = ((bytes - seen) * 1000) / (now - seenAt);
    seenAt = now;
    seen = bytes;
    change(key, (upload) => {
      upload.sent = offset + bytes;
      upload.rate = upload.rate === 0 ? rate : 0.7 * upload.rate + 0.3 * rate;
    });
  };
}

function finish(key: number, { file, sameAs }: FileProgress): void {
  sources.delete(key);
  change(key, (upload) => {
    upload.state = 'done';
    upload.sent = upload.size;
    upload.rate = 0;
    upload.id = sameAs ?? file.id;
    upload.hash = file.hash ?? '';
    upload.same = sameAs !== null;
  });
}
