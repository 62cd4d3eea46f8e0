/** Wire types of Protocol Buffers. */
const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;

const ENCODER = new TextEncoder();

/**
 * Writes one message of Protocol Buffers (protobuf.dev, "Encoding"): fields in the order of the
 * calls, so equal calls give equal bytes.
 */
export class ProtoWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  /** A whole number, safe; below 0 as the ten bytes of its 64-bit two's complement. */
  #varint(value: number): void {
    this.#room(10);
    if (value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest > 127n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      this.#bytes[this.#length++] = Number(rest);
      return;
    }
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
    }
    this.#bytes[this.#length++] = rest;
  }

  #tag(field: number, wire: number): void {
    this.#varint(field * 8 + wire);
  }

  /** A whole number or an enumeration. */
  int(field: number, value: number): void {
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  /** A 32-bit float. */
  float(field: number, value: number): void {
    this.#tag(field, FIXED32);
    this.#room(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  /** Bytes, or a message already written. */
  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, LENGTH);
    this.#varint(value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** Text as UTF-8. */
  text(field: number, value: string): void {
    this.bytes(field, ENCODER.encode(value));
  }

  /** Another message. */
  message(field: number, value: ProtoWriter): void {
    this.bytes(field, value.#bytes.subarray(0, value.#length));
  }

  /** Whole numbers, packed. */
  ints(field: number, values: ArrayLike<number>): void {
    const packed = new ProtoWriter();
    for (let i = 0; i < values.length; i++) packed.#varint(values[i]!);
    this.message(field, packed);
  }

  /** 32-bit floats, packed. */
  floats(field: number, values: ArrayLike<number>): void {
    this.bytes(field, littleEndian(Float32Array.from(values)));
  }

  /** What was written so far, as bytes of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** The bytes of numbers as files hold them; every machine that runs Node 24 is little-endian. */
export function littleEndian(values: Float32Array | Float64Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
