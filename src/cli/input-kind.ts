import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { WiresiftError } from '../base/index.ts';
import { FLOW_FORMATS, type FlowFormat, HEAD_BYTES, recognise } from '../datasets/index.ts';
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

/** Bytes by which a binary file is told from text. */
const BINARY_HEAD = 64;

/**
 * Tells by content what comes, unpacked: as soon as it can be told, for more may be long in coming.
 * @returns the format of flows, or undefined for a capture; and all that comes, from the first byte
 * @throws WiresiftError `FLOWS_FORMAT` for text that is of no known kind
 */
export async function streamKind(
  source: AsyncIterable<Uint8Array>,
): Promise<{ format: FlowFormat | undefined; stream: AsyncGenerator<Uint8Array> }> {
  const pieces = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  let isText = true;
  while (head.length < (isText ? HEAD_BYTES : BINARY_HEAD)) {
    const { done, value } = await pieces.next();
    if (done) break;
    head = Buffer.concat([head, value]);
    isText = !head.subarray(0, BINARY_HEAD).includes(0);
  }
  const format = recognise(head);
  if (!format && isText && head.length >= BINARY_HEAD) {
    await pieces.return?.(undefined);
    throw noFlows();
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head;
      for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
    } finally {
      await pieces.return?.(undefined);
    }
  }
  return { format, stream: all() };
}

function noFlows(): WiresiftError {
  const titles = Object.values(FLOW_FORMATS).map(({ title }) => title);
  return new WiresiftError({
    code: 'FLOWS_FORMAT',
    where: 'the file',
    saw: 'text of no known kind',
    expected: `a capture (pcap, pcapng) or flows: ${titles.join(', ')}`,
    todo: 'Check that the file is what its name says; docs/readers.md lists what is read',
  });
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
