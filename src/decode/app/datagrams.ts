import {
  type Analyser,
  type AnalyserHost,
  NO,
  type Prefix,
  type Protocol,
  type Verdict,
  YES,
} from './analyser.ts';
import { berAt, berPath } from './ber.ts';
import { u16, u32 } from './bytes.ts';
import { spoken, startsWithAny } from './match.ts';
import { pairedSignature, signature } from './signature.ts';

/** DHCP and BOOTP (RFC 2131): fixed header, magic cookie, and options that begin well. */
export const dhcp: Protocol = signature('dhcp', {
  name: 'dhcp',
  transport: 17,
  ports: [67, 68],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    if (end - start < 241) return NO;
    const operation = bytes[start] as number;
    if (operation < 1 || operation > 2 || (bytes[start + 2] as number) > 16) return NO;
    return u32(bytes, start + 236) === 0x63825363 ? YES : NO;
  },
});

/** NTP's control (mode 6, RFC 9327) and private messages (mode 7) whose counts fit their length. */
function isNtpControl(bytes: Uint8Array, start: number, length: number): boolean {
  if (((bytes[start] as number) & 7) === 6) {
    const left = length < 12 ? -1 : length - 12 - u16(bytes, start + 10);
    return left >= 0 && left < 28;
  }
  const items = u16(bytes, start + 4) & 0xfff;
  const size = u16(bytes, start + 6) & 0xfff;
  return (bytes[start + 2] as number) <= 3 && items * size <= length - 8;
}

/** NTP (RFC 5905): on its port any packet of a known mode; elsewhere all fields must be sane. */
export const ntp: Protocol = {
  name: 'ntp',
  transport: 17,
  ports: [123],
  recognise(originator: Prefix, responder: Prefix, usual: boolean): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    const length = end - start;
    if (length < 8) return NO;
    const version = ((bytes[start] as number) >> 3) & 7;
    const mode = (bytes[start] as number) & 7;
    if (version < 1 || version > 4 || mode === 0) return NO;
    if (mode >= 6) return usual && isNtpControl(bytes, start, length) ? YES : NO;
    if (length < 48) return NO;
    if ((bytes[start + 1] as number) > 16) return NO;
    if (usual) return YES;
    const precision = bytes[start + 3] as number;
    const sane =
      (bytes[start + 2] as number) <= 17 &&
      (precision >= 0xe0 || precision === 0) &&
      u16(bytes, start + 4) < 16 &&
      u16(bytes, start + 8) < 16;
    return sane && (length === 48 || length === 68 || length === 72) ? YES : NO;
  },
  create: (host) => new Ntp(host),
};

/** Mode of a server's answer. */
const NTP_SERVER = 4;

/** Reads one datagram: an answer that comes first shows that the roles are the other way round. */
class Ntp implements Analyser {
  readonly #host: AnalyserHost;

  constructor(host: AnalyserHost) {
    this.#host = host;
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number): void {
    this.#host.confirm('ntp');
    if (fromOriginator && ((bytes[start] as number) & 7) === NTP_SERVER) this.#host.flip();
    this.#host.finish();
  }

  gap(): void {}

  end(): void {}
}

/** SNMP (RFC 1157, 3416, 3412): a sequence of version, community, PDU; or version 3's header. */
export const snmp: Protocol = signature('snmp', {
  name: 'snmp',
  transport: 17,
  ports: [161, 162],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    const whole = berAt(bytes, start, end);
    if (whole === null || whole === 'more' || whole.tag !== 0x30 || whole.end !== end) return NO;
    const version = berAt(bytes, whole.start, end);
    if (version === null || version === 'more' || version.tag !== 2) return NO;
    if (version.end !== version.start + 1) return NO;
    const number = bytes[version.start];
    const next = berAt(bytes, version.end, end);
    if (next === null || next === 'more' || next.end > end) return NO;
    if (number === 3) return next.tag === 0x30 ? YES : NO;
    if ((number !== 0 && number !== 1) || next.tag !== 4) return NO;
    const pdu = berAt(bytes, next.end, end);
    if (pdu === null || pdu === 'more') return NO;
    return pdu.tag >= 0xa0 && pdu.tag <= 0xa8 && pdu.end === end ? YES : NO;
  },
});

const SIP_METHODS = [
  'register sip',
  'invite sip',
  'invite tel',
  'ack sip',
  'bye sip',
  'cancel sip',
  'options sip',
  'subscribe sip',
  'notify sip',
  'publish sip',
  'info sip',
  'message sip',
  'refer sip',
  'prack sip',
  'update sip',
  'sip/2.0 ',
];

/** SIP over UDP (RFC 3261): a request line with a SIP address, or a status line. */
export const sip: Protocol = signature('sip', {
  name: 'sip',
  transport: 17,
  ports: [5060],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    return startsWithAny(spoken(originator, responder), SIP_METHODS) === YES ? YES : NO;
  },
});

/** Syslog (RFC 3164, 5424): a priority of 0 to 191 in angle brackets, then text. */
export const syslog: Protocol = signature('syslog', {
  name: 'syslog',
  transport: 17,
  ports: [514],
  recognise(originator: Prefix, responder: Prefix, usual: boolean): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    if (end - start < 4 || bytes[start] !== 0x3c) return NO;
    let at = start + 1;
    let priority = 0;
    for (; at < end && at < start + 4; at++) {
      const digit = (bytes[at] as number) - 48;
      if (digit < 0 || digit > 9) break;
      priority = priority * 10 + digit;
    }
    if (at === start + 1 || bytes[at] !== 0x3e || priority > 191) return NO;
    if (usual) return YES;
    // Elsewhere a few letters in angle brackets are not enough: the text must be text.
    if (end - at < 16) return NO;
    for (at++; at < Math.min(end, start + 64); at++) {
      const byte = bytes[at] as number;
      if (byte < 0x20 || byte > 0x7e) return NO;
    }
    return YES;
  },
});

/** RADIUS (RFC 2865): a known code, a length that is right, and attributes that fill it. */
export const radius: Protocol = signature('radius', {
  name: 'radius',
  transport: 17,
  ports: [1812, 1813, 1645, 1646],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    if (end - start < 20) return NO;
    const code = bytes[start] as number;
    const known =
      (code >= 1 && code <= 5) || (code >= 11 && code <= 13) || (code >= 40 && code <= 45);
    const length = u16(bytes, start + 2);
    if (!known || length < 20 || length > end - start || length > 4096) return NO;
    let at = start + 20;
    while (at + 2 <= start + length) {
      const size = bytes[at + 1] as number;
      if (size < 2 || bytes[at] === 0) return NO;
      at += size;
    }
    return at === start + length && length === end - start ? YES : NO;
  },
});

/** CLDAP (RFC 4511 over UDP): message number, then bind, search or extended request or answer. */
export const ldapUdp: Protocol = pairedSignature('ldap_udp', {
  name: 'ldap',
  transport: 17,
  ports: [389],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    const body = berPath(bytes, { start, end }, [
      [0x30, 'in'],
      [0x02, 'over'],
    ]);
    if (body === null || body === 'more' || body.end >= end) return NO;
    if (body.end - body.start < 1 || body.end - body.start > 4) return NO;
    return [0x60, 0x61, 0x63, 0x64, 0x65, 0x77, 0x78].includes(bytes[body.end] as number)
      ? YES
      : NO;
  },
});

/** Whether an IP packet of version 4 or 6 fills these bytes. */
function isIp(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 20) return false;
  const version = (bytes[start] as number) >> 4;
  if (version === 4)
    return u16(bytes, start + 2) === length && ((bytes[start] as number) & 15) >= 5;
  return version === 6 && length >= 40 && u16(bytes, start + 4) === length - 40;
}

/** Teredo (RFC 4380): IPv6 behind optional authentication and origin headers, both ways. */
export const teredo: Protocol = pairedSignature('teredo', {
  name: 'teredo',
  transport: 17,
  ports: [3544],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    let at = start;
    if (at + 4 <= end && u16(bytes, at) === 1) {
      at += 4 + (bytes[at + 2] as number) + (bytes[at + 3] as number) + 9;
    }
    if (at + 8 <= end && u16(bytes, at) === 0) at += 8;
    if (at >= end || (bytes[at] as number) >> 4 !== 6) return NO;
    return isIp(bytes, at, end) ? YES : NO;
  },
});

/** GTP version 1, user plane (3GPP TS 29.281): a T-PDU whose packet fills it. */
export const gtp: Protocol = signature('gtpv1', {
  name: 'gtpv1',
  transport: 17,
  ports: [2152, 2123],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    if (end - start < 28 || ((bytes[start] as number) & 0xf0) !== 0x30) return NO;
    if (bytes[start + 1] !== 0xff || u16(bytes, start + 2) !== end - start - 8) return NO;
    const optional = ((bytes[start] as number) & 7) === 0 ? 8 : 12;
    return isIp(bytes, start + optional, end) ? YES : NO;
  },
});

/** AYIYA (draft-massar-v6ops-ayiya): identity, signature, then an IPv6 packet that fills it. */
export const ayiya: Protocol = signature('ayiya', {
  name: 'ayiya',
  transport: 17,
  ports: [5072],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    if (end - start < 48 || bytes[start + 2] !== 0x11 || bytes[start + 3] !== 41) return NO;
    // Identity is 2^n bytes long, the signature a number of 32-bit words.
    const identity = 1 << ((bytes[start] as number) >> 4);
    const signed = ((bytes[start + 1] as number) >> 4) * 4;
    return isIp(bytes, start + 8 + identity + signed, end) ? YES : NO;
  },
});

/**
 * VXLAN (RFC 7348): on its port, flags and reserved bytes as they must be, and an Ethernet frame.
 */
export const vxlan: Protocol = signature('vxlan', {
  name: 'vxlan',
  transport: 17,
  ports: [4789],
  recognise(originator: Prefix, responder: Prefix, usual: boolean): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    if (!usual || end - start < 22 || bytes[start] !== 8) return NO;
    return bytes[start + 7] === 0 ? YES : NO;
  },
});

/** Geneve (RFC 8926): on its port, version 0, options that fit, and a known payload. */
export const geneve: Protocol = signature('geneve', {
  name: 'geneve',
  transport: 17,
  ports: [6081],
  recognise(originator: Prefix, responder: Prefix, usual: boolean): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    if (!usual || end - start < 8 || (bytes[start] as number) >> 6 !== 0) return NO;
    const payload = u16(bytes, start + 2);
    const options = ((bytes[start] as number) & 63) * 4;
    const known = payload === 0x6558 || payload === 0x0800 || payload === 0x86dd;
    return known && start + 8 + options <= end ? YES : NO;
  },
});
