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
import { u16 } from './bytes.ts';
import { DNS_HEADER, DnsMessage, plausibleDnsHeader } from './dns-message.ts';
import { dnsClassName, dnsRcodeName, dnsTypeName } from './dns-names.ts';
import type { DnsFacts } from './facts.ts';
import { Gather } from './gather.ts';
import { spoken } from './match.ts';

/** Bytes kept of one DNS message over TCP; what lies behind is counted, not read. */
const MAX_TCP_MESSAGE = 4096;
/** NetBIOS name service speaks DNS with its own names. */
const NETBIOS_PORT = 137;

const MESSAGE = new DnsMessage();

/**
 * DNS over UDP; mDNS, LLMNR and NetBIOS names are 'dns' to Zeek too (RFC 1035, 6762, 4795, 1002).
 */
export const dnsUdp: Protocol = {
  name: 'dns',
  transport: 17,
  ports: [53, 5353, 5355, 137],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    if (end - start < DNS_HEADER + 5 || !plausibleDnsHeader(bytes, start)) return NO;
    return MESSAGE.read(bytes, start, end, false) ? YES : NO;
  },
  create: (host) => new DnsUdp(host),
};

/** DNS over TCP: each message behind its length (RFC 1035 section 4.2.2). */
export const dnsTcp: Protocol = {
  name: 'dns',
  transport: 6,
  ports: [53],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    if (end - start < 2) return MAYBE;
    const length = u16(bytes, start);
    if (length < DNS_HEADER + 5) return NO;
    if (end - start < 2 + DNS_HEADER) return MAYBE;
    if (!plausibleDnsHeader(bytes, start + 2) || u16(bytes, start + 6) !== 1) return NO;
    const last = Math.min(end, start + 2 + length);
    const cut = last < start + 2 + length;
    if (!MESSAGE.read(bytes, start + 2, last, cut)) return NO;
    return MESSAGE.type === -1 ? MAYBE : YES;
  },
  create: (host) => new DnsTcp(host),
};

/** Shared by both transports: turns messages into facts. */
class DnsDialogue {
  readonly #host: AnalyserHost;
  #first = true;

  constructor(host: AnalyserHost) {
    this.#host = host;
  }

  message(fromOriginator: boolean, good: boolean): void {
    const message = MESSAGE;
    if (message.fault !== '') this.#host.weird(message.fault, '');
    if (this.#first && message.reply && fromOriginator) this.#host.flip();
    this.#first = false;
    if (!good) return;
    this.#host.confirm('dns');
    const known = this.#host.known();
    if (known.dns === null) known.dns = newFacts();
    this.#count(known.dns);
    if (known.dns.id === -1) this.#begin(known.dns);
    if (message.id === known.dns.id) this.#record(known.dns);
  }

  #count(facts: DnsFacts): void {
    if (!MESSAGE.reply) facts.queries++;
    else {
      facts.replies++;
      if (MESSAGE.rcode === 3) facts.nameErrors++;
    }
  }

  #begin(facts: DnsFacts): void {
    const netbios = this.#host.responderPort === NETBIOS_PORT;
    facts.id = MESSAGE.id;
    if (MESSAGE.type === -1) return;
    facts.query = netbios ? netbiosName(MESSAGE.name) : MESSAGE.name;
    facts.qclass = MESSAGE.class;
    facts.qclassName = dnsClassName(MESSAGE.class);
    facts.qtype = MESSAGE.type;
    // NetBIOS used the number 33 for its status records before SRV took it.
    facts.qtypeName = netbios && MESSAGE.type === 33 ? 'NBSTAT' : dnsTypeName(MESSAGE.type);
  }

  #record(facts: DnsFacts): void {
    const message = MESSAGE;
    facts.Z = message.Z;
    facts.RD = message.RD;
    facts.TC = message.TC;
    if (!message.reply || facts.rcode !== -1) return;
    facts.rcode = message.rcode;
    facts.rcodeName = dnsRcodeName(message.rcode);
    facts.AA = message.AA;
    facts.RA = message.RA;
    facts.answersCount = message.answers;
    facts.rejected =
      message.questions > 0 && message.answers + message.authorities + message.additionals === 0;
  }
}

class DnsUdp implements Analyser {
  readonly #dialogue: DnsDialogue;

  constructor(host: AnalyserHost) {
    this.#dialogue = new DnsDialogue(host);
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    this.#dialogue.message(fromOriginator, MESSAGE.read(bytes, start, end, false));
  }

  gap(): void {}

  end(): void {}
}

class DnsTcp implements Analyser {
  readonly #host: AnalyserHost;
  readonly #dialogue: DnsDialogue;
  readonly #originator = new Gather(MAX_TCP_MESSAGE);
  readonly #responder = new Gather(MAX_TCP_MESSAGE);

  constructor(host: AnalyserHost) {
    this.#host = host;
    this.#dialogue = new DnsDialogue(host);
    this.#originator.start(2);
    this.#responder.start(2);
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    const gather = fromOriginator ? this.#originator : this.#responder;
    for (let at = start; at < end; ) {
      at = gather.take(bytes, at, end);
      if (!gather.full) return;
      const length = u16(gather.bytes, 0);
      if (gather.need === 2 && length > 0) {
        gather.extend(2 + length);
        continue;
      }
      const good = MESSAGE.read(gather.bytes, 2, gather.kept, !gather.whole);
      this.#dialogue.message(fromOriginator, good);
      gather.start(2);
    }
  }

  gap(): void {
    // Behind a hole the lengths are lost, and with them the messages.
    this.#host.finish();
  }

  end(): void {}
}

function newFacts(): DnsFacts {
  return {
    query: '',
    qclass: -1,
    qclassName: '',
    qtype: -1,
    qtypeName: '',
    rcode: -1,
    rcodeName: '',
    AA: false,
    TC: false,
    RD: false,
    RA: false,
    Z: 0,
    rejected: false,
    answersCount: 0,
    id: -1,
    queries: 0,
    replies: 0,
    nameErrors: 0,
  };
}

/** Two letters a byte (RFC 1001 section 14.1), without the padding and the type byte. */
function netbiosName(name: string): string {
  const dot = name.indexOf('.');
  const code = dot < 0 ? name : name.slice(0, dot);
  if (code.length !== 32) return name;
  let text = '';
  for (let at = 0; at < 30; at += 2) {
    const high = code.charCodeAt(at) - 0x61;
    const low = code.charCodeAt(at + 1) - 0x61;
    if (high < 0 || high > 15 || low < 0 || low > 15) return name;
    const byte = high * 16 + low;
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '';
  }
  return text.trimEnd();
}
