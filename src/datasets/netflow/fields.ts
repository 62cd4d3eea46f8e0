import type { ExportedFlow, FlowSide } from './exported-flow.ts';

/** Private enterprise number of reversed fields (RFC 5103, 6.1). */
const REVERSE = 29_305;
/** CERT's, of YAF. */
const CERT = 6871;
/** Seconds from 1900, where NTP counts from, to 1970 (RFC 5905). */
const NTP_OFFSET = 2_208_988_800;

/** Times of a message that its records refer to, in microseconds since 1970. */
export interface MessageClock {
  /** When the exporter sent it. */
  readonly sent: number;
  /** When the exporter started; NaN where the format does not say. */
  boot: number;
}

/** Reads an unsigned number of up to 8 bytes, big-endian; past 2^53 it is rounded. */
export function readUnsigned(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) value = value * 256 + bytes[i]!;
  return value;
}

/** Takes one field of a record in. */
export type FieldReader = (flow: ExportedFlow, value: number, clock: MessageClock) => void;

const forward = (take: (side: FlowSide, value: number) => void): FieldReader => {
  return (flow, value) => take(flow.forward, value);
};
const reverse = (take: (side: FlowSide, value: number) => void): FieldReader => {
  return (flow, value) => take(flow.reverse, value);
};

const bytesOf = (side: FlowSide, value: number): void => {
  side.bytes = value;
};
const packetsOf = (side: FlowSide, value: number): void => {
  side.packets = value;
};
const flagsOf = (side: FlowSide, value: number): void => {
  side.flags |= value & 0xff;
};
const tosOf = (side: FlowSide, value: number): void => {
  side.tos = value & 0xff;
};

const startAt =
  (scale: number): FieldReader =>
  (flow, value) => {
    flow.start = Math.round(value * scale);
  };
const endAt =
  (scale: number): FieldReader =>
  (flow, value) => {
    flow.end = Math.round(value * scale);
  };

/** A number of milliseconds since the exporter started; the counter wraps after 49 days. */
function uptime(value: number, { sent, boot }: MessageClock): number {
  const time = boot + value * 1000;
  return time > sent + 2 ** 31 * 1000 ? time - 2 ** 32 * 1000 : time;
}

/** Of the fields that are times in NTP's format: 32 bits of seconds, 32 of fractions (RFC 7011, 6.1.9). */
export function ntpMicros(seconds: number, fraction: number): number {
  return (seconds - NTP_OFFSET) * 1e6 + Math.floor((fraction / 2 ** 32) * 1e6);
}

/**
 * Fields of NetFlow 9 and IPFIX that a flow is made of, by number (IANA, IP Flow Information Export
 * Entities; NetFlow 9, RFC 3954, has the same up to 127). Addresses and NTP times are read apart.
 */
const FIELDS: ReadonlyMap<number, FieldReader> = new Map([
  [1, forward(bytesOf)],
  [2, forward(packetsOf)],
  [4, (flow, value) => void (flow.protocol = value)],
  [5, forward(tosOf)],
  [6, forward(flagsOf)],
  [7, (flow, value) => void (flow.sourcePort = value)],
  [11, (flow, value) => void (flow.destinationPort = value)],
  [21, (flow, value, clock) => void (flow.end = uptime(value, clock))],
  [22, (flow, value, clock) => void (flow.start = uptime(value, clock))],
  [23, reverse(bytesOf)],
  [24, reverse(packetsOf)],
  [32, (flow, value) => void (flow.icmp = value)],
  [85, forward(bytesOf)],
  [86, forward(packetsOf)],
  [139, (flow, value) => void (flow.icmp = value)],
  [150, startAt(1e6)],
  [151, endAt(1e6)],
  [152, startAt(1e3)],
  [153, endAt(1e3)],
  [160, (_flow, value, clock) => void (clock.boot = value * 1000)],
]);

/** Durations come behind the start, whatever the order of the fields. */
export const DURATION_MILLIS = 161;
/** As {@link DURATION_MILLIS}. */
export const DURATION_MICROS = 162;

const REVERSED: ReadonlyMap<number, FieldReader> = new Map([
  [1, reverse(bytesOf)],
  [2, reverse(packetsOf)],
  [5, reverse(tosOf)],
  [6, reverse(flagsOf)],
  [85, reverse(bytesOf)],
  [86, reverse(packetsOf)],
]);

/** YAF: flags of the first packet, of the rest, and the same of the answer. */
const YAF: ReadonlyMap<number, FieldReader> = new Map([
  [
    14,
    (flow, value) => {
      flow.initialFlags = value;
      flow.forward.flags |= value & 0xff;
    },
  ],
  [15, forward(flagsOf)],
  [14 | 0x4000, reverse(flagsOf)],
  [15 | 0x4000, reverse(flagsOf)],
]);

/** The reader of a field, or undefined for one that is skipped. @param enterprise 0 for IANA's own */
export function fieldReader(id: number, enterprise: number): FieldReader | undefined {
  if (enterprise === 0) return FIELDS.get(id);
  if (enterprise === REVERSE) return REVERSED.get(id);
  return enterprise === CERT ? YAF.get(id) : undefined;
}
