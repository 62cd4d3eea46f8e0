import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createWholeFile, stopRequested, WiresiftError } from '../base/index.ts';
import type { DatasetFile } from './dataset.ts';
import { findDatasetCard } from './registry.ts';

/** Silence after which a download has failed. Publishers' servers are slow, but not that slow. */
const SILENCE_MS = 60_000;

/** How far a download is; `total` is absent when neither the registry nor the server tells. */
export interface FetchProgress {
  readonly file: string;
  readonly done: number;
  readonly total?: number;
}

/** What {@link fetchDataset} needs. */
export interface FetchOptions {
  /** Name of the data set in the registry. */
  readonly name: string;
  /** Names of its files; all of them when absent. */
  readonly files?: readonly string[];
  /** Folder for the files; made when missing. */
  readonly into: string;
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal;
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Stands in for a minute of silence, in milliseconds. */
  readonly silence?: number;
}

/** One file after {@link fetchDataset}. */
export interface FetchedFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the bytes on the disk. */
  readonly sha256: string;
  /** Whether it was compared with a known checksum; false when none is known. */
  readonly checked: boolean;
  /** False when the file was there already. */
  readonly fetched: boolean;
}

/**
 * Fetches files of a data set from their publisher, one after the other. Each is written whole or
 * not at all, and compared with size and checksum where these are known. A file already there is
 * compared and kept, never overwritten.
 * @throws WiresiftError `DATASET_NAME` for an unknown data set or file, `DATASET_FETCH` when a download fails,
 *   is cut off or is not the known file, `DATASET_CHECKSUM` when a file already there is another one, `ABORTED`
 */
export async function fetchDataset(options: FetchOptions): Promise<FetchedFile[]> {
  const files = chosenFiles(options);
  mkdirSync(options.into, { recursive: true });
  const fetched: FetchedFile[] = [];
  for (const file of files) {
    const path = join(options.into, file.name);
    fetched.push(
      existsSync(path) ? await present(file, path) : await download(file, path, options),
    );
  }
  return fetched;
}

function chosenFiles({ name, files }: FetchOptions): DatasetFile[] {
  const card = findDatasetCard(name);
  const names = files ?? card.files.map((file) => file.name);
  const chosen = names.map((wanted) => {
    const file = card.files.find((known) => known.name === wanted);
    if (file?.url !== undefined) return file;
    throw new WiresiftError({
      code: 'DATASET_NAME',
      where: `data set ${name}`,
      saw: `${JSON.stringify(wanted)}, ${file ? 'a file without a recorded address' : 'no file of it'}`,
      expected: `one of ${card.files.map((known) => known.name).join(', ')}`,
      todo: 'List the files with: wiresift datasets',
      exitCode: 2,
    });
  });
  if (chosen.length > 0) return chosen;
  throw new WiresiftError({
    code: 'DATASET_NAME',
    where: `data set ${name}`,
    saw: 'no recorded address of any file',
    expected: 'a data set with files to fetch',
    todo: 'Get the files from the publisher by hand',
    exitCode: 2,
  });
}

async function present(file: DatasetFile, path: string): Promise<FetchedFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of createReadStream(path) as AsyncIterable<Uint8Array>) {
    hash.update(piece);
    bytes += piece.length;
  }
  const sha256 = hash.digest('hex');
  const expected = mismatch(file, bytes, sha256);
  if (expected === undefined) return told({ file, path, bytes, sha256, fetched: false });
  throw new WiresiftError({
    code: 'DATASET_CHECKSUM',
    where: path,
    saw: `another file (${bytes} bytes, sha256 ${sha256})`,
    expected,
    todo: 'Move it away and fetch again',
  });
}

async function download(
  file: DatasetFile,
  path: string,
  options: FetchOptions,
): Promise<FetchedFile> {
  const whole = createWholeFile(path);
  try {
    const { bytes, sha256 } = await stream(file, whole.write, options);
    const expected = mismatch(file, bytes, sha256);
    if (expected !== undefined) {
      throw failure(file, `${bytes} bytes with sha256 ${sha256}`, expected);
    }
    whole.commit();
    return told({ file, path, bytes, sha256, fetched: true });
  } finally {
    whole.abort();
  }
}

async function stream(
  file: DatasetFile,
  write: (piece: Uint8Array) => void,
  options: FetchOptions,
): Promise<{ bytes: number; sha256: string }> {
  const url = file.url!;
  const silent = new AbortController();
  const silence = options.silence ?? SILENCE_MS;
  const timer = setTimeout(() => silent.abort(), silence);
  const signals = options.signal ? [silent.signal, options.signal] : [silent.signal];
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    // Compressed on the way, the length would tell nothing about the bytes that arrive.
    const headers = { 'accept-encoding': 'identity' };
    const response = await (options.fetch ?? fetch)(url, {
      headers,
      signal: AbortSignal.any(signals),
    });
    if (!response.ok || !response.body) throw failure(file, `HTTP status ${response.status}`);
    if (url.startsWith('https:') && response.url.startsWith('http:')) {
      throw failure(file, `a redirect to ${response.url}, which is not encrypted`);
    }
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = file.bytes ?? (Number.isNaN(length) ? undefined : length);
    for await (const piece of response.body as AsyncIterable<Uint8Array>) {
      timer.refresh();
      hash.update(piece);
      write(piece);
      bytes += piece.length;
      options.onProgress?.({ file: file.name, done: bytes, ...(total !== undefined && { total }) });
    }
    if (!Number.isNaN(length) && bytes !== length) throw failure(file, `${bytes} bytes, cut off`);
  } catch (error) {
    throw explained(error, { file, bytes, silence, silent: silent.signal, user: options.signal });
  } finally {
    clearTimeout(timer);
  }
  return { bytes, sha256: hash.digest('hex') };
}

interface Circumstances {
  readonly file: DatasetFile;
  readonly bytes: number;
  readonly silence: number;
  readonly silent: AbortSignal;
  readonly user: AbortSignal | undefined;
}

function explained(error: unknown, { file, bytes, silence, silent, user }: Circumstances): unknown {
  if (error instanceof WiresiftError) return error;
  // The system's error while writing (a full disk) is its own best explanation.
  if (error instanceof Error && 'syscall' in error && error.syscall === 'write') return error;
  if (user?.aborted) return stopRequested(file.url!);
  if (silent.aborted) return failure(file, `no byte for ${silence / 1000} s, ${bytes} before that`);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  const saw = bytes > 0 ? `the connection lost after ${bytes} bytes (${message})` : message;
  return failure(file, saw, undefined, error);
}

function failure(
  file: DatasetFile,
  saw: string,
  expected = 'the file as its publisher offers it',
  cause?: unknown,
): WiresiftError {
  const todo = 'Nothing was kept; check the network and try again, or fetch the address by hand';
  const facts = { code: 'DATASET_FETCH', where: file.url!, saw, expected, todo };
  return new WiresiftError(facts, cause === undefined ? undefined : { cause });
}

/** @returns what was expected, or undefined when nothing known speaks against the file */
function mismatch(file: DatasetFile, bytes: number, sha256: string): string | undefined {
  if (file.bytes !== undefined && file.bytes !== bytes) return `${file.bytes} bytes`;
  if (file.sha256 !== undefined && file.sha256 !== sha256) return `sha256 ${file.sha256}`;
  return undefined;
}

function told(got: {
  file: DatasetFile;
  path: string;
  bytes: number;
  sha256: string;
  fetched: boolean;
}): FetchedFile {
  const { file, ...rest } = got;
  return { name: file.name, ...rest, checked: file.sha256 !== undefined };
}
