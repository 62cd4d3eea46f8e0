import { MAYBE, NO, type Prefix, type Protocol, type Verdict, YES } from './analyser.ts';
import { berPath } from './ber.ts';
import { u32 } from './bytes.ts';
import { spoken } from './match.ts';
import { signature } from './signature.ts';

/** Tags of Kerberos messages: AS and TGS requests and replies, AP-REQ, AP-REP, PRIV, ERROR. */
const KERBEROS_TAGS = [0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x75, 0x7e];

/** Whether a Kerberos message (RFC 4120) begins here: application tag, sequence, version 5. */
function isKerberos(bytes: Uint8Array, start: number, end: number): boolean {
  if (start >= end || !KERBEROS_TAGS.includes(bytes[start] as number)) return false;
  const body = berPath(bytes, { start, end }, [
    [bytes[start] as number, 'in'],
    [0x30, 'in'],
  ]);
  if (body === null || body === 'more' || body.start + 5 > end) return false;
  const tag = bytes[body.start] as number;
  return (
    (tag === 0xa0 || tag === 0xa1) &&
    bytes[body.start + 1] === 3 &&
    bytes[body.start + 2] === 2 &&
    bytes[body.start + 3] === 1 &&
    bytes[body.start + 4] === 5
  );
}

/** Kerberos 5 over UDP. */
export const krbUdp: Protocol = signature('krb', {
  name: 'krb',
  transport: 17,
  ports: [88],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    return isKerberos(bytes, start, end) ? YES : NO;
  },
});

/** Kerberos 5 over TCP (RFC 4120 section 7.2.2): a length, then a message. */
export const krbTcp: Protocol = signature('krb_tcp', {
  name: 'krb',
  transport: 6,
  ports: [88],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    if (end - start >= 1 && bytes[start] !== 0) return NO;
    if (end - start >= 5 && ((bytes[start + 4] as number) & 0xe0) !== 0x60) return NO;
    if (end - start < 24) return MAYBE;
    const length = u32(bytes, start);
    return length > 20 && length < 65_536 && isKerberos(bytes, start + 4, end) ? YES : NO;
  },
});
