import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { WiresiftError } from '../../base/index.ts';

/** How far a compressed file may unfold. */
export interface UnfoldLimits {
  readonly unfoldedBytes: number;
  readonly unfoldRatio: number;
}

/** Below this many bytes no ratio is judged: small files of zeros are no attack. */
const FREE_BYTES = 16 * 2 ** 20;
/** Compressed bytes given to zlib at a time: what they unfold to waits in memory. */
const STEP = 16 * 1024;

/** A compressed file that holds more than any capture would. */
function bomb(packed: number, unfolded: number): WiresiftError {
  return new WiresiftError({
    code: 'SERVE_UNFOLDS',
    where: 'compressed capture',
    saw: `${packed} bytes that unfold to more than ${unfolded}`,
    expected: 'a capture, which shrinks far less',
    todo: 'Unpack it elsewhere and look at it before it is uploaded again',
  });
}

/**
 * A stream as it is, or, when it begins as gzip does (RFC 1952), what is packed in it. A stream that
 * breaks off ends there.
 * @throws WiresiftError `SERVE_UNFOLDS` through the stream, when it unfolds too far
 */
export function unfold(source: Readable, limits: UnfoldLimits): Readable {
  return Readable.from(unfolded(source, limits), { objectMode: false });
}

async function* unfolded(source: Readable, limits: UnfoldLimits): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let first = Buffer.alloc(0);
  while (first.length < 2) {
    const { done, value } = await chunks.next();
    if (done) break;
    first = Buffer.concat([first, value]);
  }
  const all = rest(first, chunks);
  if (first[0] !== 0x1f || first[1] !== 0x8b) yield* all;
  else yield* gunzip(all, limits);
}

async function* rest(first: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) return;
    yield value;
  }
}

async function* steps(
  packed: AsyncIterable<Buffer>,
  count: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of packed) {
    for (let at = 0; at < chunk.length; at += STEP) {
      const step = chunk.subarray(at, at + STEP);
      count(step.length);
      yield step;
    }
  }
}

async function* gunzip(
  packed: AsyncIterable<Buffer>,
  { unfoldedBytes, unfoldRatio }: UnfoldLimits,
): AsyncGenerator<Uint8Array> {
  let taken = 0;
  let given = 0;
  const source = Readable.from(
    steps(packed, (bytes) => {
      taken += bytes;
    }),
    { objectMode: false, highWaterMark: STEP },
  );
  const inflate = source.pipe(createGunzip());
  source.once('error', (error) => inflate.destroy(error));
  try {
    for await (const chunk of inflate) {
      given += (chunk as Uint8Array).length;
      const tooFar = given > FREE_BYTES && given > taken * unfoldRatio;
      if (tooFar || given > unfoldedBytes) throw bomb(taken, given);
      yield chunk as Uint8Array;
    }
  } catch (error) {
    // Broken off or damaged: what came before is a capture all the same, and its reader counts the end.
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!code.startsWith('Z_')) throw error;
  } finally {
    source.destroy();
    inflate.destroy();
  }
}
