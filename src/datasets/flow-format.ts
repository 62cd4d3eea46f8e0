import { argusSchema, kddSchema, zeekSchema } from '../flow/index.ts';
import type { Schema } from '../table/index.ts';
import { isBinetflow } from './ctu13/layout.ts';
import { jsonObject, member } from './json-line.ts';
import { kddCells } from './kdd99/format.ts';
import { isNfdump } from './netflow/nfdump.ts';
import { isTonIotHeader } from './toniot/format.ts';
import { jsonPath } from './zeek-log/json.ts';

/** Kinds of files of flows that others made. */
export type FlowFormatName =
  | 'argus-text'
  | 'zeek-tsv'
  | 'zeek-json'
  | 'eve'
  | 'ton-iot'
  | 'kdd'
  | 'netflow'
  | 'nfdump';

/** What a file of flows is, and the view that its rows come out in. */
export interface FlowFormat {
  readonly name: FlowFormatName;
  readonly title: string;
  readonly schema: Schema;
}

/** Every format that {@link import('./read-flows.ts').readFlows} reads. */
export const FLOW_FORMATS: Readonly<Record<FlowFormatName, FlowFormat>> = {
  'argus-text': { name: 'argus-text', title: 'Argus text (binetflow)', schema: argusSchema },
  'zeek-tsv': { name: 'zeek-tsv', title: 'Zeek log, tab-separated', schema: zeekSchema },
  'zeek-json': { name: 'zeek-json', title: 'Zeek log, JSON lines', schema: zeekSchema },
  eve: { name: 'eve', title: 'Suricata eve.json', schema: zeekSchema },
  'ton-iot': { name: 'ton-iot', title: 'TON_IoT network CSV', schema: zeekSchema },
  kdd: { name: 'kdd', title: 'KDD Cup 99 or NSL-KDD', schema: kddSchema },
  netflow: { name: 'netflow', title: 'NetFlow 5, 9 or IPFIX messages', schema: argusSchema },
  nfdump: { name: 'nfdump', title: 'nfdump file', schema: argusSchema },
};

/** Bytes that {@link recognise} should be given, if the file has as many: a whole first line. */
export const HEAD_BYTES = 1 << 16;

const BRACE = 123;
const word = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

/**
 * Tells a file of flows by its first bytes (unpacked), never by its name.
 * @returns undefined when it is none of {@link FLOW_FORMATS}: a capture, or something else
 */
export function recognise(firstBytes: Uint8Array): FlowFormat | undefined {
  const name = nameOf(firstBytes);
  return name && FLOW_FORMATS[name];
}

function nameOf(bytes: Uint8Array): FlowFormatName | undefined {
  if (isNfdump(bytes)) return 'nfdump';
  if (isNetflow(bytes)) return 'netflow';
  if (bytes.subarray(0, 4096).includes(0)) return undefined;
  if (isBinetflow(bytes)) return 'argus-text';
  const end = bytes.indexOf(10);
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, end < 0 ? bytes.length : end)
    .toString()
    .replace(/\r$/, '');
  if (/^#(separator|set_separator|fields|path)\b/.test(line)) return 'zeek-tsv';
  if (bytes[0] === BRACE) return jsonName(line);
  if (isTonIotHeader(line)) return 'ton-iot';
  return kddCells(line) > 0 ? 'kdd' : undefined;
}

function jsonName(line: string): FlowFormatName | undefined {
  const object = jsonObject(line);
  if (!object) return undefined;
  if (typeof member(object, 'event_type') === 'string') return 'eve';
  return jsonPath(object) === '' ? undefined : 'zeek-json';
}

function isNetflow(bytes: Uint8Array): boolean {
  if (bytes.length < 20) return false;
  const version = word(bytes, 0);
  const second = word(bytes, 2);
  // NetFlow 5 carries 1 to 30 records; IPFIX tells its length, which a first set must fit into.
  if (version === 5) return second >= 1 && second <= 30;
  if (version === 9) return second >= 1 && bytes.length >= 24 && word(bytes, 22) >= 4;
  return version === 10 && second >= 20 && word(bytes, 18) >= 4 && word(bytes, 18) <= second - 16;
}
