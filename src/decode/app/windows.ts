import {
  type Analyser,
  type AnalyserHost,
  MAYBE,
  NO,
  type Prefix,
  type Protocol,
  type Verdict,
  YES,
} from './analyser.ts';
import { latin1, u16, u16le, u24 } from './bytes.ts';
import { Gather } from './gather.ts';
import { spoken, startsWithBytes } from './match.ts';

/** Bytes kept of one message: tokens of a login stand in its first kilobytes. */
const MAX_MESSAGE = 4096;
/** Messages that are looked into before the rest is passed by: logins and pipes come first. */
const MAX_MESSAGES = 64;

/** SPNEGO's object identifier 1.3.6.1.5.5.2 with its tag and length. */
const SPNEGO = '\x06\x06+\x06\x01\x05\x05\x02';
/** Kerberos 5's 1.2.840.113554.1.2.2 and the two bytes that announce an AP-REQ. */
const KERBEROS_REQUEST = '*\x86H\x86\xf7\x12\x01\x02\x02\x01\0n';
const NTLM = 'NTLMSSP\0';
/** A connection-oriented RPC header: version 5.0, then type, flags, little-endian data. */
const RPC_BIND = '\x05\0\x0b\x03\x10\0\0\0';

/** Names what a message carries inside: GSSAPI, NTLM, Kerberos tokens, and RPC over a pipe. */
function confirmInside(host: AnalyserHost, text: string): void {
  if (text.includes(SPNEGO)) host.confirm('gssapi');
  if (text.includes(NTLM)) host.confirm('ntlm');
  if (text.includes(KERBEROS_REQUEST)) host.confirm('krb');
}

/** SMB 1, 2 and 3 over TCP (MS-CIFS, MS-SMB2): a NetBIOS length, then the protocol's mark. */
export const smb: Protocol = {
  name: 'smb',
  transport: 6,
  ports: [445, 139],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const client = judgeSmb(originator);
    if (client !== MAYBE) return client;
    return judgeSmb(responder) === YES ? YES : MAYBE;
  },
  create: (host) => new Smb(host),
};

function judgeSmb(prefix: Prefix): Verdict {
  const { bytes, start, end } = prefix;
  // Port 139 opens with a NetBIOS session request (RFC 1002 section 4.3.2).
  if (end > start && bytes[start] === 0x81) {
    const length = end - start >= 4 ? 4 + u24(bytes, start + 1) : 0;
    if (length > 128) return NO;
    if (length === 0 || end - start <= length) return MAYBE;
    return judgeMark(bytes, start + length, end);
  }
  if (end > start && bytes[start] === 0x82) {
    return end - start <= 4 ? MAYBE : judgeMark(bytes, start + 4, end);
  }
  return judgeMark(bytes, start, end);
}

function judgeMark(bytes: Uint8Array, start: number, end: number): Verdict {
  const here = { bytes, start, end };
  const old = startsWithBytes(here, [0, -1, -1, -1, 0xff, 0x53, 0x4d, 0x42]);
  return old === NO ? startsWithBytes(here, [0, -1, -1, -1, 0xfe, 0x53, 0x4d, 0x42]) : old;
}

/** NetBIOS length and the mark behind it. */
const SMB_MARK = 8;

/** A granted session (RFC 1002 section 4.3.3) and a keep-alive are a bare header. */
function isShort(type: number): boolean {
  return type === 0x82 || type === 0x85;
}

function isMark(bytes: Uint8Array): boolean {
  return bytes[5] === 0x53 && bytes[6] === 0x4d && bytes[7] === 0x42;
}

class Smb implements Analyser {
  readonly #host: AnalyserHost;
  readonly #originator = new Gather(MAX_MESSAGE);
  readonly #responder = new Gather(MAX_MESSAGE);
  #messages = 0;

  constructor(host: AnalyserHost) {
    this.#host = host;
    this.#originator.start(SMB_MARK);
    this.#responder.start(SMB_MARK);
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    const gather = fromOriginator ? this.#originator : this.#responder;
    for (let at = start; at < end && this.#messages <= MAX_MESSAGES; ) {
      if (gather.seen === 0 && isShort(bytes[at] as number)) gather.start(4);
      at = gather.take(bytes, at, end);
      if (!gather.full) return;
      if (gather.need === 4) {
        gather.start(SMB_MARK);
        continue;
      }
      this.#full(gather);
    }
    if (this.#messages > MAX_MESSAGES) this.#host.finish();
  }

  /** A header or a whole message is there. */
  #full(gather: Gather): void {
    const { bytes } = gather;
    if (gather.need === SMB_MARK) {
      if (bytes[0] === 0 && isMark(bytes)) this.#host.confirm('smb');
      gather.extend(Math.max(SMB_MARK, 4 + u24(bytes, 1)));
      if (!gather.full) return;
    }
    this.#message(bytes, gather.kept);
    gather.start(SMB_MARK);
  }

  #message(bytes: Uint8Array, kept: number): void {
    if (kept < 36 || !isMark(bytes)) return;
    this.#messages++;
    const command = bytes[4] === 0xfe ? u16le(bytes, 16) : -1;
    // Reads and writes of files carry any bytes; only what a pipe's dialogue begins with is RPC.
    const text = latin1(bytes, 4, kept);
    if (command === -1 || command <= 1) confirmInside(this.#host, text);
    if (command === -1 || command === 9 || command === 11) {
      if (text.includes(RPC_BIND)) this.#host.confirm('dce_rpc');
    }
  }

  gap(fromOriginator: boolean, length: number): void {
    const gather = fromOriginator ? this.#originator : this.#responder;
    // A capture that keeps the first bytes of each packet only still shows each message's head.
    if (gather.need > SMB_MARK && gather.skip(length) === 0) {
      if (gather.full) this.#full(gather);
    } else this.#host.finish();
  }

  end(): void {}
}

/** DCE/RPC over TCP (C706 chapter 12): version 5, a known type, first and last fragment. */
export const dceRpc: Protocol = {
  name: 'dce_rpc',
  transport: 6,
  ports: [135],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    const begins = startsWithBytes({ bytes, start, end }, [5]);
    if (begins !== YES) return begins;
    if (end - start >= 2 && (bytes[start + 1] as number) > 1) return NO;
    if (end - start >= 3 && (bytes[start + 2] as number) > 0x13) return NO;
    if (end - start >= 4 && ((bytes[start + 3] as number) & 3) !== 3) return NO;
    if (end - start >= 5 && (bytes[start + 4] as number) > 0x10) return NO;
    if (end - start < 16) return MAYBE;
    const length = fragmentLength(bytes, start);
    return length >= 16 && bytes[start + 6] === 0 && bytes[start + 7] === 0 ? YES : NO;
  },
  create: (host) => new DceRpc(host),
};

/** Fragment length in the byte order that the header's data representation names. */
function fragmentLength(bytes: Uint8Array, start: number): number {
  return bytes[start + 4] === 0x10 ? u16le(bytes, start + 8) : u16(bytes, start + 8);
}

/** Bytes of the common header. */
const RPC_HEADER = 16;

class DceRpc implements Analyser {
  readonly #host: AnalyserHost;
  readonly #originator = new Gather(MAX_MESSAGE);
  readonly #responder = new Gather(MAX_MESSAGE);
  #messages = 0;

  constructor(host: AnalyserHost) {
    this.#host = host;
    this.#originator.start(RPC_HEADER);
    this.#responder.start(RPC_HEADER);
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    const gather = fromOriginator ? this.#originator : this.#responder;
    for (let at = start; at < end; ) {
      at = gather.take(bytes, at, end);
      if (!gather.full) return;
      if (gather.need === RPC_HEADER) {
        const length = fragmentLength(gather.bytes, 0);
        if (gather.bytes[0] !== 5 || length < RPC_HEADER || ++this.#messages > MAX_MESSAGES) {
          this.#host.finish();
          return;
        }
        this.#host.confirm('dce_rpc');
        gather.extend(length);
        if (length > RPC_HEADER) continue;
      }
      confirmInside(this.#host, latin1(gather.bytes, 0, gather.kept));
      gather.start(RPC_HEADER);
    }
  }

  gap(fromOriginator: boolean, length: number): void {
    const gather = fromOriginator ? this.#originator : this.#responder;
    if (gather.need > RPC_HEADER && gather.skip(length) === 0) {
      if (!gather.full) return;
      confirmInside(this.#host, latin1(gather.bytes, 0, gather.kept));
      gather.start(RPC_HEADER);
    } else this.#host.finish();
  }

  end(): void {}
}
