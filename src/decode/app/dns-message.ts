import { u16, u32 } from './bytes.ts';

/** Length of the DNS header. */
export const DNS_HEADER = 12;
/** RFC 1035 allows 255 bytes of name; NetBIOS names in their encoded form stay below it too. */
const MAX_NAME = 255;
/** Jumps within one name: each must go backwards, so few are ever needed. */
const MAX_JUMPS = 32;
/** Questions and records of one message: 64 KiB cannot hold more than 13,000 questions. */
const MAX_RECORDS = 16_384;

/** What was read of one DNS message (RFC 1035 section 4). One object is reused for all messages. */
export class DnsMessage {
  id = 0;
  reply = false;
  opcode = 0;
  AA = false;
  TC = false;
  RD = false;
  RA = false;
  Z = 0;
  rcode = 0;
  questions = 0;
  answers = 0;
  authorities = 0;
  additionals = 0;
  /** The first question; '' and -1 when there is none. */
  name = '';
  type = -1;
  class = -1;
  /** Bytes read of the four sections; 0 when the questions or the answers were broken. */
  parsed = 0;
  /** Why the message was refused, by Zeek's name for it, or ''. */
  fault = '';

  /**
   * Reads a message: true when header, questions and answers are well formed. `cut`: the bytes are
   * only the first of the message; then what is there must be well formed.
   */
  read(bytes: Uint8Array, start: number, end: number, cut: boolean): boolean {
    this.parsed = 0;
    this.fault = '';
    this.name = '';
    this.type = -1;
    this.class = -1;
    if (end - start < DNS_HEADER) {
      this.fault = 'DNS_truncated_len_lt_hdr_len';
      return false;
    }
    this.#header(bytes, start);
    let at = start + DNS_HEADER;
    for (let count = 0; count < Math.min(this.questions, MAX_RECORDS); count++) {
      if (at >= end && cut) return true;
      const after = this.#readName(bytes, { start, at, end }, count === 0);
      if (after < 0 || after + 4 > end) {
        if (cut && this.fault === '') return true;
        if (this.fault === '') this.fault = 'DNS_truncated_quest_too_short';
        return false;
      }
      if (count === 0) {
        this.type = u16(bytes, after);
        this.class = u16(bytes, after + 2);
      }
      at = after + 4;
    }
    at = this.#records(bytes, { start, at, end }, this.answers);
    if (at < 0) return cut && this.fault === 'DNS_truncated_ans_too_short';
    this.parsed = at - start;
    return true;
  }

  #header(bytes: Uint8Array, start: number): void {
    const flags = u16(bytes, start + 2);
    this.id = u16(bytes, start);
    this.reply = (flags & 0x8000) !== 0;
    this.opcode = (flags >> 11) & 15;
    this.AA = (flags & 0x400) !== 0;
    this.TC = (flags & 0x200) !== 0;
    this.RD = (flags & 0x100) !== 0;
    this.RA = (flags & 0x80) !== 0;
    this.Z = (flags >> 4) & 7;
    this.rcode = flags & 15;
    this.questions = u16(bytes, start + 4);
    this.answers = u16(bytes, start + 6);
    this.authorities = u16(bytes, start + 8);
    this.additionals = u16(bytes, start + 10);
  }

  /** Passes over `count` records; -1 when they are broken. */
  #records(bytes: Uint8Array, where: Where, count: number): number {
    let at = where.at;
    for (let index = 0; index < Math.min(count, MAX_RECORDS); index++) {
      where.at = at;
      const after = this.#readName(bytes, where, false);
      if (after < 0 || after + 10 > where.end) {
        if (this.fault === '') this.fault = 'DNS_truncated_ans_too_short';
        return -1;
      }
      at = after + 10 + u16(bytes, after + 8);
      if (at > where.end) {
        this.fault = 'DNS_truncated_RR_rdlength_lt_len';
        return -1;
      }
    }
    return at;
  }

  /** Reads or passes over a name; returns where the bytes behind it begin, or -1. */
  #readName(bytes: Uint8Array, where: Where, keep: boolean): number {
    const { start, end } = where;
    let at = where.at;
    let after = -1;
    let length = 0;
    let text = '';
    for (let jumps = 0; jumps <= MAX_JUMPS; ) {
      if (at >= end) return -1;
      const size = bytes[at] as number;
      if (size === 0) {
        if (keep) this.name = text;
        return after < 0 ? at + 1 : after;
      }
      if (size >= 0xc0) {
        if (at + 2 > end) return -1;
        const target = start + (u16(bytes, at) & 0x3fff);
        if (target >= at) return this.#refuse('DNS_label_forward_compress_offset');
        if (after < 0) after = at + 2;
        if (!keep) return after;
        at = target;
        jumps++;
        continue;
      }
      if (size > 63) return this.#refuse('DNS_label_too_long');
      if (at + 1 + size > end) return -1;
      length += size + 1;
      if (length > MAX_NAME) return this.#refuse('DNS_NAME_too_long');
      if (keep) text = `${text}${text === '' ? '' : '.'}${label(bytes, at + 1, size)}`;
      at += size + 1;
    }
    return this.#refuse('DNS_label_forward_compress_offset');
  }

  #refuse(fault: string): number {
    this.fault = fault;
    return -1;
  }
}

interface Where {
  /** First byte of the message. */
  start: number;
  /** Where to read. */
  at: number;
  end: number;
}

/** A label in lower case; bytes that are not printable ASCII as `\xNN`. */
function label(bytes: Uint8Array, at: number, size: number): string {
  let text = '';
  for (let index = at; index < at + size; index++) {
    const byte = bytes[index] as number;
    if (byte >= 0x41 && byte <= 0x5a) text += String.fromCharCode(byte | 0x20);
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}

/**
 * True when a header may be one of DNS: a known kind of message, and section counts that real
 * messages have (the second byte of flags is free).
 */
export function plausibleDnsHeader(bytes: Uint8Array, start: number): boolean {
  const opcode = ((bytes[start + 2] as number) >> 3) & 15;
  if (opcode === 3 || opcode > 9) return false;
  const sections = u32(bytes, start + 4);
  const others = u32(bytes, start + 8);
  if (sections === 0) return false;
  return u16(bytes, start + 4) <= 255 && u16(bytes, start + 6) <= 4095 && others < 0x0400_0000;
}
