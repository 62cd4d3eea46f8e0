/** Bytes of a number, big-endian. */
export function big(value: number, length: number): number[] {
  return Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256);
}

/** One flow of a NetFlow 5 message. */
export interface Flow5 {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly ports: readonly [number, number];
  readonly packets: number;
  readonly bytes: number;
  /** Milliseconds since the exporter started. */
  readonly times: readonly [number, number];
  readonly protocol: number;
  readonly flags: number;
}

/** The exporter started at this second, and sends 100 s later. */
export const BOOT_SECONDS = 1_600_000_000;

/** A NetFlow 5 message (Cisco's layout: header of 24 bytes, records of 48). */
export function netflow5(flows: readonly Flow5[], count = flows.length): Uint8Array {
  const sent = BOOT_SECONDS + 100;
  const head = [...big(5, 2), ...big(count, 2), ...big(100_000, 4), ...big(sent, 4), ...big(0, 12)];
  const records = flows.flatMap((flow) => [
    ...flow.from,
    ...flow.to,
    ...big(0, 8),
    ...big(flow.packets, 4),
    ...big(flow.bytes, 4),
    ...big(flow.times[0], 4),
    ...big(flow.times[1], 4),
    ...big(flow.ports[0], 2),
    ...big(flow.ports[1], 2),
    0,
    flow.flags,
    flow.protocol,
    8,
    ...big(0, 8),
  ]);
  return Uint8Array.from([...head, ...records]);
}

/** A set of NetFlow 9 or IPFIX, padded to four bytes. */
export function set(id: number, body: readonly number[]): number[] {
  const padding = (4 - (body.length % 4)) % 4;
  return [...big(id, 2), ...big(body.length + 4 + padding, 2), ...body, ...big(0, padding)];
}

/** A template of fields, each number and length, with an enterprise number for a third. */
export function template(id: number, fields: readonly (readonly number[])[]): number[] {
  const cells = fields.flatMap(([field, length, enterprise]) => [
    ...big(enterprise === undefined ? field! : field! | 0x8000, 2),
    ...big(length!, 2),
    ...(enterprise === undefined ? [] : big(enterprise, 4)),
  ]);
  return [...big(id, 2), ...big(fields.length, 2), ...cells];
}

/** A NetFlow 9 message of one observation domain (RFC 3954, 5.1). */
export function netflow9(sets: readonly number[], domain = 1): Uint8Array {
  const sent = BOOT_SECONDS + 100;
  const head = [...big(9, 2), ...big(1, 2), ...big(100_000, 4), ...big(sent, 4), ...big(0, 4)];
  return Uint8Array.from([...head, ...big(domain, 4), ...sets]);
}

/** An IPFIX message (RFC 7011, 3.1). */
export function ipfix(sets: readonly number[], domain = 1): Uint8Array {
  const sent = BOOT_SECONDS + 100;
  const head = [...big(10, 2), ...big(16 + sets.length, 2), ...big(sent, 4), ...big(0, 4)];
  return Uint8Array.from([...head, ...big(domain, 4), ...sets]);
}
