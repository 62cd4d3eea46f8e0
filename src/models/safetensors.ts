import { canonicalJson } from '../features/index.ts';
import { asObject, parsePlain } from './json.ts';
import type { Tensor } from './model.ts';
import { refuseStored } from './stored.ts';

/** What a safetensors file holds: text by name, and tensors. */
export interface TensorFile {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Header bytes read at most: a hundred times the largest pipeline seen, and quick to parse. */
const MAX_HEADER = 32 * 1024 * 1024;
/** Tensors and metadata entries in one file: no kind of model has more than a dozen. */
const MAX_ENTRIES = 256;
/** Dimensions of a tensor. */
const MAX_RANK = 4;

const SIZES: ReadonlyMap<string, number> = new Map([
  ['F64', 8],
  ['F32', 4],
  ['I32', 4],
  ['U32', 4],
  ['U16', 2],
  ['U8', 1],
]);

function view(type: Tensor['type'], buffer: ArrayBuffer, length: number): Tensor['data'] {
  if (type === 'F64') return new Float64Array(buffer, 0, length);
  if (type === 'F32') return new Float32Array(buffer, 0, length);
  if (type === 'I32') return new Int32Array(buffer, 0, length);
  if (type === 'U32') return new Uint32Array(buffer, 0, length);
  if (type === 'U16') return new Uint16Array(buffer, 0, length);
  return new Uint8Array(buffer, 0, length);
}

/**
 * Writes the safetensors format (huggingface/safetensors, README "Format"): 8 bytes of header
 * length, little-endian; a JSON header padded with spaces; the tensors without gaps, the widest
 * type first so that each is aligned. Equal input gives equal bytes.
 */
export function writeTensorFile(file: TensorFile): Uint8Array {
  const tensors = [...file.tensors.values()].sort(
    (a, b) => SIZES.get(b.type)! - SIZES.get(a.type)! || (a.name < b.name ? -1 : 1),
  );
  const header: Record<string, unknown> = Object.create(null);
  header['__metadata__'] = Object.fromEntries(file.metadata);
  let offset = 0;
  for (const { name, type, shape, data } of tensors) {
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(canonicalJson(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.fill(0x20, 8 + json.length, 8 + padded);
  bytes.set(json, 8);
  let at = 8 + padded;
  for (const { data } of tensors) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file; numbers are copied out, so the bytes may be reused. Every length and
 * offset is checked before anything is allocated for it.
 * @throws WiresiftError `MODEL_FILE` with the offset
 */
export function readTensorFile(bytes: Uint8Array, where: string): TensorFile {
  if (bytes.length < 8) refuseStored(`${where}, offset 0`, `${bytes.length} bytes`, '8 or more');
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(source.getBigUint64(0, true));
  const limit = Math.min(MAX_HEADER, bytes.length - 8);
  if (length < 2 || length > limit) {
    refuseStored(`${where}, offset 0`, `a header of ${length} bytes`, `2 to ${limit}`);
  }
  const body = bytes.subarray(8 + length);
  const header = readHeader(bytes.subarray(8, 8 + length), `${where}, offset 8`);
  const metadata = new Map<string, string>();
  const tensors = new Map<string, Tensor>();
  const spans: [number, number][] = [];
  for (const [name, entry] of header) {
    const place = `${where}, entry ${JSON.stringify(name.slice(0, 80))}`;
    if (name === '__metadata__') {
      readMetadata(entry, place, metadata);
      continue;
    }
    const { type, shape, start, end } = readEntry(entry, place, body.length);
    spans.push([start, end]);
    // Not body.slice: a Buffer, which is what reading a file gives, would only make another view.
    const copy = new Uint8Array(end - start);
    copy.set(body.subarray(start, end));
    const count = (end - start) / SIZES.get(type)!;
    tensors.set(name, { name, type, shape, data: view(type, copy.buffer, count) });
  }
  checkSpans(spans, body.length, `${where}, offset ${8 + length}`);
  return { metadata, tensors };
}

function readHeader(bytes: Uint8Array, where: string): [string, unknown][] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuseStored(where, 'bytes that are not UTF-8', 'a JSON header');
  }
  const header = asObject(parsePlain(text, where));
  if (!header || text[0] !== '{') return refuseStored(where, 'other JSON', 'an object');
  const entries = Object.entries(header);
  if (entries.length > MAX_ENTRIES) {
    refuseStored(where, `${entries.length} entries`, `at most ${MAX_ENTRIES}`);
  }
  return entries;
}

function readMetadata(entry: unknown, where: string, out: Map<string, string>): void {
  const object = asObject(entry);
  const members = object ? Object.entries(object) : [];
  if (!object || members.length > MAX_ENTRIES) {
    refuseStored(where, 'no map of text', 'an object of text by name');
  }
  for (const [key, value] of members) {
    if (typeof value !== 'string') refuseStored(where, typeof value, 'text');
    else out.set(key, value);
  }
}

interface Entry {
  readonly type: Tensor['type'];
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

function wholeNumbers(value: unknown, most: number): readonly number[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined;
  return value.every((each) => Number.isSafeInteger(each) && each >= 0) ? value : undefined;
}

function readEntry(entry: unknown, where: string, bodyLength: number): Entry {
  const object = asObject(entry);
  const type = object?.['dtype'];
  const size = typeof type === 'string' ? SIZES.get(type) : undefined;
  if (size === undefined) {
    const saw = `dtype ${String(type).slice(0, 20)}`;
    return refuseStored(where, saw, [...SIZES.keys()].join(', '));
  }
  const shape = wholeNumbers(object!['shape'], MAX_RANK);
  const offsets = wholeNumbers(object!['data_offsets'], 2);
  if (!shape || offsets?.length !== 2) {
    return refuseStored(where, 'a shape or offsets that are not whole numbers', 'whole numbers');
  }
  const [start, end] = offsets as [number, number];
  if (start > end || end > bodyLength) {
    refuseStored(where, `offsets ${start} to ${end}`, `offsets within 0 to ${bodyLength}`);
  }
  const cells = shape.reduce((product, each) => product * each, 1);
  if (cells * size !== end - start) {
    refuseStored(where, `${end - start} bytes`, `${shape.join(' × ')} of ${size} bytes`);
  }
  return { type: type as Tensor['type'], shape, start, end };
}

/** The format has no holes and no overlaps: sorted, each span begins where the last one ended. */
function checkSpans(spans: [number, number][], bodyLength: number, where: string): void {
  spans.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let at = 0;
  for (const [start, end] of spans) {
    if (start !== at) refuseStored(where, `tensor data at ${start}`, `at ${at}: no gap or overlap`);
    at = end;
  }
  if (at !== bodyLength)
    refuseStored(where, `${bodyLength - at} bytes more`, `${at} bytes of data`);
}
