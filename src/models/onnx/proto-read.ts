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

/**
 * The fields of one message, not looked into. Numbers of 32 and 64 fixed bits come as their bytes.
 * @param where for errors
 * @throws WiresiftError `MODEL_FILE` on a length beyond the message, or an unknown wire type
 */
export function readFields(bytes: Uint8Array, where: string): ProtoField[] {
  const found: ProtoField[] = [];
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
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) refuse(`a length of ${length}`, `at most ${bytes.length - at}`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (field < 1 || field > 2 ** 29) refuse(`the field ${field}`, 'a field of ONNX');
    if (wire === 0) found.push({ field, value: varint(), bytes: NOTHING });
    else if (wire === 2) found.push({ field, value: 0, bytes: take(varint()) });
    else if (wire === 5) found.push({ field, value: 0, bytes: take(4) });
    else if (wire === 1) found.push({ field, value: 0, bytes: take(8) });
    else refuse(`the wire type ${wire}`, '0, 1, 2 or 5');
  }
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
