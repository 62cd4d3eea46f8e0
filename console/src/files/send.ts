import type { FileProgress } from '../../../src/serve/wire.ts';
import { changeHeaders, Refusal } from '../service/api.ts';

/** A piece of a file on its way. */
export interface Piece {
  readonly id: string;
  readonly body: Blob;
  /** Where in the file the piece begins. */
  readonly offset: number;
  readonly signal: AbortSignal;
  /** Called with the bytes of the piece that went out. */
  readonly onSent: (bytes: number) => void;
}

/** The service holds another number of bytes than was thought: go on from there. */
export class OffsetRefusal extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super(`The service holds ${offset} bytes.`);
    this.offset = offset;
  }
}

const aborted = (): DOMException => new DOMException('stopped', 'AbortError');

const offline = (): Refusal =>
  new Refusal(0, {
    code: 'OFFLINE',
    message: 'The connection broke.',
    todo: 'The upload goes on by itself when the service answers again.',
  });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusalOf(request: XMLHttpRequest): Error {
  const offset = request.getResponseHeader('upload-offset');
  if (offset !== null && request.status === 409) return new OffsetRefusal(Number(offset));
  const told = parsed(request.responseText) as { error?: ConstructorParameters<typeof Refusal>[1] };
  return new Refusal(
    request.status,
    told?.error ?? {
      code: `HTTP_${request.status}`,
      message: `The service answered ${request.status}.`,
      todo: 'Try again; if it stays so, look into the service’s log.',
    },
  );
}

/**
 * Sends a piece; `fetch` tells nothing of bytes that went out, so this is the older way.
 * @throws OffsetRefusal, Refusal, or `AbortError` when stopped
 */
export function sendPiece(piece: Piece): Promise<FileProgress> {
  return new Promise((resolve, reject) => {
    const { id, body, offset, signal, onSent } = piece;
    if (signal.aborted) {
      reject(aborted());
      return;
    }
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/files/${encodeURIComponent(id)}/content`);
    const headers = {
      ...changeHeaders(),
      'content-type': 'application/octet-stream',
      'upload-offset': String(offset),
    };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => {
      if (request.status === 200) resolve(parsed(request.responseText) as FileProgress);
      else reject(refusalOf(request));
    };
    request.onerror = () => reject(offline());
    request.onabort = () => reject(aborted());
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body);
  });
}

/** Bytes that the service holds of an upload. */
export async function bytesThere(id: string, signal: AbortSignal): Promise<number> {
  const path = `/api/files/${encodeURIComponent(id)}/content`;
  const response = await fetch(path, { method: 'HEAD', credentials: 'same-origin', signal });
  const offset = Number(response.headers.get('upload-offset') ?? Number.NaN);
  if (response.ok && Number.isSafeInteger(offset)) return offset;
  throw new Refusal(response.status, {
    code: `HTTP_${response.status}`,
    message: 'The service no longer knows this upload.',
    todo: 'Choose the file again.',
  });
}
