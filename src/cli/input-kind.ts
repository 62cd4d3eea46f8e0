import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { type FlowFormat, HEAD_BYTES, recognise } from '../datasets/index.ts';
import { usage } from './context.ts';

/** What the user's files are: packets, flows that another tool made, or a port to listen on. */
export type InputKind = 'capture' | 'flows' | 'udp';

/** The first bytes of a file; none when it cannot be read: whoever opens it says why. */
function headOf(path: string): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  try {
    const descriptor = openSync(path, 'r');
    try {
      return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return head.subarray(0, 0);
  }
}

/** The first bytes from standard input, which are put back for whoever reads it next. */
async function headOfStandardInput(): Promise<Uint8Array> {
  const { stdin } = process;
  for (;;) {
    const piece: unknown = stdin.read();
    if (piece instanceof Uint8Array) {
      stdin.unshift(piece);
      return piece.subarray(0, HEAD_BYTES);
    }
    if (stdin.readableEnded) return new Uint8Array(0);
    await new Promise((resolve) => {
      stdin.once('readable', resolve);
      stdin.once('end', resolve);
    });
  }
}

function unpack(head: Uint8Array): Uint8Array {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return head;
  try {
    // The head is cut off, which is no reason to refuse it.
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * HEAD_BYTES };
    return gunzipSync(head, options).subarray(0, HEAD_BYTES);
  } catch {
    return head;
  }
}

async function formatOf(path: string): Promise<FlowFormat | 'folder' | undefined> {
  if (path === '-') return recognise(unpack(await headOfStandardInput()));
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return 'folder';
  return recognise(unpack(headOf(path)));
}

/**
 * Tells by content what the files are. A folder holds flows (Zeek's logs). What is neither counts as a
 * capture, whose reader then says what is wrong with it.
 * @throws WiresiftError `USAGE` when they are mixed, or more than one port is to be listened on
 */
export async function inputKind(paths: readonly string[]): Promise<InputKind> {
  if (paths.some((path) => path.startsWith('udp://'))) {
    if (paths.length === 1) return 'udp';
    throw usage('FILES', 'udp:// and something else', 'one address to listen on, alone');
  }
  const kinds = new Set<InputKind>();
  for (const path of paths) kinds.add((await formatOf(path)) ? 'flows' : 'capture');
  if (kinds.size < 2) return kinds.values().next().value ?? 'capture';
  throw usage('FILES', 'captures and flow files', 'one of the two at a time');
}
