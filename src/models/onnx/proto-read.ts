import { refuseStored } from '../stored.ts';

/** One field of a message: a number, or the bytes of anything longer. */
export interface ProtoField {
  readonly field: number;
  /** For whole numbers; 0 for all else. Numbers beyond 2^53 are refused, negative ones too. */
  readonly value: number;
  /** For text, messages and packed numbers; empty for whole numbers. */
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);
/** Groups of seven bits in a 64-bit number. */
const MOST_GROUPS = 10;

/** Fields of one message that are kept in a list: more than a graph of any model here has nodes. */
const MOST_FIELDS = 2 ** 20;

/**
 * Visits the fields of one message, not looked into. Numbers of 32 and 64 fixed bits come as their
 * bytes.
 * @param where for errors
 * @param visit gets the number of the field, its value (0 for bytes) and where its bytes lie
 * @throws WiresiftError `MODEL_FILE` on a length beyond the message, or an unknown wire type
 */
export function scanFields(
  bytes: Uint8Array,
  where: string,
  visit: (field: number, value: number, from: number, to: number) => void,
): void {
  let at = 0;
  const refuse = (saw: string, expected: string): never =>
    refuseStored(`${where}, offset ${at}`, saw, expected);
  const varint = (): number => {
    let value = 0;
    for (let group = 0; group < MOST_GROUPS; group++) {
      if (at >= bytes.length) refuse('the end within a number', 'more bytes');
      const byte = bytes[at++]!;
      value += (byte & 127) * 2 ** (7 * group);
      if (byte < 128) return value;
    }
    return refuse('a number without end', `at most ${MOST_GROUPS} bytes`);
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (field < 1 || field > 2 ** 29) refuse(`the field ${field}`, 'a field of ONNX');
    if (wire === 0) {
      visit(field, varint(), at, at);
      continue;
    }
    const length = wire === 2 ? varint() : wire === 5 ? 4 : wire === 1 ? 8 : -1;
    if (length < 0) refuse(`the wire type ${wire}`, '0, 1, 2 or 5');
    if (length > bytes.length - at) refuse(`a length of ${length}`, `at most ${bytes.length - at}`);
    visit(field, 0, at, at + length);
    at += length;
  }
}

/** The fields of one message as a list. @throws WiresiftError `MODEL_FILE` as {@link scanFields} */
export function readFields(bytes: Uint8Array, where: string): ProtoField[] {
  const found: ProtoField[] = [];
  scanFields(bytes, where, (field, value, from, to) => {
    if (found.length === MOST_FIELDS) refuseStored(where, 'more fields', `at most ${MOST_FIELDS}`);
    found.push({ field, value, bytes: from === to ? NOTHING : bytes.subarray(from, to) });
  });
  return found;
}

/** @throws WiresiftError `MODEL_FILE` on bytes that are no UTF-8 */
export function readText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuseStored(where, 'bytes that are not UTF-8', 'text');
  }
}

/** Text of the first field of that number, or ''. */
export function textOf(fields: readonly ProtoField[], field: number, where: string): string {
  const found = fields.find((each) => each.field === field);
  return found ? readText(found.bytes, where) : '';
}

/** Texts of all fields of that number. */
export function textsOf(fields: readonly ProtoField[], field: number, where: string): string[] {
  return fields.filter((each) => each.field === field).map(({ bytes }) => readText(bytes, where));
}
