import { MAYBE, NO, type Prefix, type Protocol, type Verdict, YES } from './analyser.ts';
import { berPath } from './ber.ts';
import { u16 } from './bytes.ts';
import { bothSides, spoken, startsWith, startsWithAny, startsWithBytes } from './match.ts';
import { signature } from './signature.ts';

/** LDAP over TCP (RFC 4511): a request that names its number and kind, then a sequence back. */
export const ldapTcp: Protocol = signature('ldap_tcp', {
  name: 'ldap',
  transport: 6,
  ports: [389, 3268],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = originator;
    const answer = startsWithBytes(responder, [0x30]);
    if (answer === NO) return NO;
    const body = berPath(bytes, originator, [
      [0x30, 'in'],
      [0x02, 'over'],
    ]);
    if (body === null || (end > start && bytes[start] !== 0x30)) return NO;
    if (body === 'more') return MAYBE;
    if (body.end - body.start < 1 || body.end - body.start > 4) return NO;
    if (body.end >= end) return MAYBE;
    const kind = bytes[body.end] as number;
    const known = [0x42, 0x4a, 0x50, 0x60, 0x63, 0x66, 0x68, 0x6c, 0x6e, 0x77].includes(kind);
    return known ? bothSides(YES, answer) : NO;
  },
});

/** Length of a Modbus/TCP frame's header, unit included. */
const MODBUS_HEADER = 7;

function judgeModbus(prefix: Prefix): Verdict {
  const { bytes, start } = prefix;
  const have = prefix.end - start;
  if (have >= 3 && bytes[start + 2] !== 0) return NO;
  if (have >= 4 && bytes[start + 3] !== 0) return NO;
  if (have >= 6) {
    const length = u16(bytes, start + 4);
    if (length < 2 || length > 254) return NO;
  }
  return have > MODBUS_HEADER ? YES : MAYBE;
}

/** Modbus over TCP: request and answer share transaction, unit and function (Modbus.org, 2006). */
export const modbus: Protocol = signature('modbus', {
  name: 'modbus',
  transport: 6,
  ports: [502],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const both = bothSides(judgeModbus(originator), judgeModbus(responder));
    if (both !== YES) return both;
    const a = originator.start;
    const b = responder.start;
    const asked = originator.bytes[a + MODBUS_HEADER] as number;
    const said = (responder.bytes[b + MODBUS_HEADER] as number) & 0x7f;
    const same = u16(originator.bytes, a) === u16(responder.bytes, b) && asked === said;
    return same && asked > 0 ? YES : NO;
  },
});

/** CRC of DNP3's link header: polynomial 0x3D65 reflected, inverted (IEEE 1815 section 9.2). */
function dnpCrc(bytes: Uint8Array, start: number, length: number): number {
  let crc = 0;
  for (let at = start; at < start + length; at++) {
    crc ^= bytes[at] as number;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >> 1) ^ 0xa6bc : crc >> 1;
  }
  return ~crc & 0xffff;
}

function judgeDnp3(prefix: Prefix): Verdict {
  const { bytes, start } = prefix;
  const have = prefix.end - start;
  const begins = startsWithBytes(prefix, [0x05, 0x64]);
  if (begins !== YES) return begins;
  if (have < 10) return MAYBE;
  const crc = (bytes[start + 8] as number) | ((bytes[start + 9] as number) << 8);
  return (bytes[start + 2] as number) >= 5 && dnpCrc(bytes, start, 8) === crc ? YES : NO;
}

/** DNP3 over TCP: a link header whose checksum is right. */
export const dnp3Tcp: Protocol = signature('dnp3_tcp', {
  name: 'dnp3',
  transport: 6,
  ports: [20000],
  recognise: (originator, responder) => judgeDnp3(spoken(originator, responder)),
});

/** DNP3 over UDP. */
export const dnp3Udp: Protocol = signature('dnp3_udp', {
  name: 'dnp3',
  transport: 17,
  ports: [20000],
  recognise: (originator, responder) =>
    judgeDnp3(spoken(originator, responder)) === YES ? YES : NO,
});

/** MQTT (OASIS 3.1, 3.1.1, 5.0): CONNECT with the protocol's name, answered by CONNACK. */
export const mqtt: Protocol = signature('mqtt', {
  name: 'mqtt',
  transport: 6,
  ports: [1883],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = originator;
    if (end > start && bytes[start] !== 0x10) return NO;
    let at = start + 1;
    while (at < end && ((bytes[at] as number) & 0x80) !== 0 && at < start + 4) at++;
    at++;
    const rest = { bytes, start: Math.min(at, end), end };
    const named = startsWithAny(rest, ['\0\x04mqtt', '\0\x06mqisdp']);
    return bothSides(named, startsWithBytes(responder, [0x20]));
  },
});

/** RFB, the protocol of VNC (RFC 6143): both sides say their version in twelve bytes. */
export const rfb: Protocol = signature('rfb', {
  name: 'rfb',
  transport: 6,
  ports: [5900, 5901],
  recognise: (originator, responder) =>
    bothSides(startsWith(originator, 'rfb 00'), startsWith(responder, 'rfb 00')),
});

/** BitTorrent's peer protocol (BEP 3): both sides open with its name. */
export const bittorrent: Protocol = signature('bittorrent', {
  name: 'bittorrent',
  transport: 6,
  ports: [6881, 6882, 6883],
  recognise: (originator, responder) =>
    bothSides(
      startsWith(originator, '\x13bittorrent protocol'),
      startsWith(responder, '\x13bittorrent protocol'),
    ),
});

/** Bytes of a Redis reply line that are looked at. */
const MAX_RESP_HEAD = 24;

/** A type byte, digits or text, and CR LF (the RESP specification). */
function judgeResp(prefix: Prefix, types: string, digitsOnly: boolean): Verdict {
  const { bytes, start, end } = prefix;
  if (start >= end) return MAYBE;
  if (!types.includes(String.fromCharCode(bytes[start] as number))) return NO;
  const limit = Math.min(end, start + MAX_RESP_HEAD);
  for (let at = start + 1; at < limit; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x0d) {
      if (at + 1 >= end) return MAYBE;
      return bytes[at + 1] === 0x0a && at > start + 1 ? YES : NO;
    }
    const digit = (byte >= 0x30 && byte <= 0x39) || byte === 0x2d;
    if (digitsOnly ? !digit : byte < 0x20 || byte > 0x7e) return NO;
  }
  if (end - start < MAX_RESP_HEAD) return MAYBE;
  return digitsOnly ? NO : YES;
}

/** Redis: an array of commands from the client, a typed reply from the server. */
export const redis: Protocol = signature('redis', {
  name: 'redis',
  transport: 6,
  ports: [6379],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const client = judgeResp(originator, '*', true);
    if (client === NO) return NO;
    const words = judgeResp(responder, '+-', false);
    const counted = judgeResp(responder, ':$*%~', true);
    const server = words === NO ? counted : words;
    return bothSides(client, server);
  },
});

/** Ident (RFC 1413): two ports asked, the same two answered with USERID or ERROR. */
export const ident: Protocol = signature('ident', {
  name: 'ident',
  transport: 6,
  ports: [113],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const asked = judgePorts(originator, 0x0a);
    return asked === NO ? NO : bothSides(asked, judgePorts(responder, 0x3a));
  },
});

/** Two numbers parted by a comma, then the wanted byte, blanks left aside. */
function judgePorts(prefix: Prefix, last: number): Verdict {
  const { bytes, start, end } = prefix;
  let numbers = 0;
  let inNumber = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (at - start > 24) return NO;
    if (byte >= 0x30 && byte <= 0x39) {
      if (!inNumber) numbers++;
      inNumber = true;
    } else {
      inNumber = false;
      if (byte === last) return numbers === 2 ? YES : NO;
      if (byte === 0x2c ? numbers !== 1 : byte !== 0x20 && byte !== 0x0d) return NO;
    }
  }
  return MAYBE;
}
