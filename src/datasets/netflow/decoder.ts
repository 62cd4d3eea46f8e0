import { FlowBatch } from '../../flow/index.ts';
import type { ExportedFlow } from './exported-flow.ts';
import {
  DURATION_MICROS,
  DURATION_MILLIS,
  type MessageClock,
  ntpMicros,
  readUnsigned,
} from './fields.ts';
import { FlowPairs } from './pair.ts';
import {
  readTemplate,
  type Template,
  type TemplateKind,
  Templates,
  VARIABLE,
} from './templates.ts';

/** What a decoder is opened with. */
export interface NetflowDecoderOptions {
  /** Gets each batch of flows; the batch is reused after the call. */
  readonly onBatch: (batch: FlowBatch) => void;
  /** Rows of a batch; 8192 unless given. */
  readonly batchRows?: number;
  /** Whether both directions of a one-way exporter become one flow; true unless given. */
  readonly pair?: boolean;
  /** Told of what could not be read. */
  readonly onProblem?: (saw: string, expected: string) => void;
}

/** What a decoder has seen. */
export interface NetflowStats {
  messages: number;
  /** Flow records, before pairing. */
  records: number;
  /** Data sets whose template was not known (yet). */
  withoutTemplate: number;
  /** Messages, sets and records that could not be read. */
  bad: number;
}

const V5_HEADER = 24;
const V5_RECORD = 48;
const V9_HEADER = 20;
const IPFIX_HEADER = 16;
/** Observation domains whose start is remembered. */
const MAX_DOMAINS = 4096;
/** Longest value that is a number; longer ones are text or addresses. */
const MAX_NUMBER_BYTES = 8;

const IPV4_SOURCE = 8;
const IPV4_DESTINATION = 12;
const IPV6_SOURCE = 27;
const IPV6_DESTINATION = 28;
const FIRST_NTP = 154;
const LAST_NTP = 157;

/**
 * Decodes export messages of NetFlow 5 (Cisco), NetFlow 9 (RFC 3954) and IPFIX (RFC 7011; both
 * directions in one record: RFC 5103) into flows. Templates are kept between messages, by observation
 * domain: use one decoder for each exporter. Counts of sampled exporters are not scaled. Hostile
 * messages are counted, never thrown at.
 */
export class NetflowDecoder {
  readonly stats: NetflowStats = { messages: 0, records: 0, withoutTemplate: 0, bad: 0 };
  readonly #options: NetflowDecoderOptions;
  readonly #templates = new Templates();
  /** IPFIX: when the exporter of a domain started. */
  readonly #boots = new Map<number, number>();
  readonly #batch: FlowBatch;
  readonly #pairs: FlowPairs;
  #id = 0;

  constructor(options: NetflowDecoderOptions) {
    this.#options = options;
    this.#batch = new FlowBatch(options.batchRows ?? 8192);
    this.#pairs = new FlowPairs((flow) => this.#write(flow));
  }

  /**
   * Decodes one message, a UDP payload or a part of a file, that begins at `start`.
   * @param time microseconds since 1970; the time of records that state none
   * @returns where the message ends, or `end` when it cannot be told
   */
  message(bytes: Uint8Array, start: number, end: number, time: number): number {
    this.stats.messages++;
    const version = end - start >= 2 ? word(bytes, start) : -1;
    if (version === 5) return this.#version5(bytes, start, end);
    if (version === 9) return this.#version9(bytes, start, end, time);
    if (version === 10) return this.#ipfix(bytes, start, end, time);
    return this.#bad(`version ${version}`, 'NetFlow 5 or 9, or IPFIX (10)', end);
  }

  /** Hands on the flows that wait for an answer and those of the unfinished batch. */
  flush(): void {
    this.#pairs.flush();
    this.#handOn();
  }

  #version5(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < V5_HEADER) {
      return this.#bad(`a header of ${end - start} bytes`, `${V5_HEADER} bytes`, end);
    }
    const told = word(bytes, start + 2);
    const count = Math.min(told, Math.floor((end - start - V5_HEADER) / V5_RECORD));
    if (count < told) this.#bad(`${count} whole records`, `${told}, as the header says`, end);
    const sent = long(bytes, start + 8) * 1e6 + Math.floor(long(bytes, start + 12) / 1000);
    const clock = { sent, boot: sent - long(bytes, start + 4) * 1000 };
    let at = start + V5_HEADER;
    for (let i = 0; i < count; i++, at += V5_RECORD) {
      const flow = this.#pairs.next();
      flow.addressLength = 4;
      flow.addresses.set(bytes.subarray(at, at + 4), 0);
      flow.addresses.set(bytes.subarray(at + 4, at + 8), 16);
      flow.forward.packets = long(bytes, at + 16);
      flow.forward.bytes = long(bytes, at + 20);
      flow.start = sinceBoot(clock, long(bytes, at + 24));
      flow.end = sinceBoot(clock, long(bytes, at + 28));
      flow.sourcePort = word(bytes, at + 32);
      flow.destinationPort = word(bytes, at + 34);
      flow.forward.flags = bytes[at + 37]!;
      flow.protocol = bytes[at + 38]!;
      flow.forward.tos = bytes[at + 39]!;
      this.#add(flow, sent);
    }
    return count < told ? end : at;
  }

  #version9(bytes: Uint8Array, start: number, end: number, time: number): number {
    if (end - start < V9_HEADER) {
      return this.#bad(`a header of ${end - start} bytes`, `${V9_HEADER} bytes`, end);
    }
    const sent = long(bytes, start + 8) * 1e6;
    const clock = { sent, boot: sent - long(bytes, start + 4) * 1000 };
    const domain = long(bytes, start + 16);
    let at = start + V9_HEADER;
    // The header counts records, not bytes: in a file the next message shows by its version, a
    // number that no set may have.
    while (at + 4 <= end && !isVersion(word(bytes, at))) {
      const next = this.#set(bytes, at, end, { clock, domain, ipfix: false, time });
      if (next < 0) return end;
      at = next;
    }
    return at + 4 > end ? end : at;
  }

  #ipfix(bytes: Uint8Array, start: number, end: number, time: number): number {
    const length = end - start >= IPFIX_HEADER ? word(bytes, start + 2) : 0;
    if (length < IPFIX_HEADER || start + length > end) {
      return this.#bad(`a message of ${length} bytes`, `${IPFIX_HEADER} to ${end - start}`, end);
    }
    const domain = long(bytes, start + 12);
    const boot = this.#boots.get(domain) ?? Number.NaN;
    const clock = { sent: long(bytes, start + 4) * 1e6, boot };
    const stop = start + length;
    for (let at = start + IPFIX_HEADER; at >= 0 && at + 4 <= stop; ) {
      at = this.#set(bytes, at, stop, { clock, domain, ipfix: true, time });
    }
    return stop;
  }

  /** Reads one set of templates or records. @returns where it ends, or -1 */
  #set(bytes: Uint8Array, start: number, end: number, context: SetContext): number {
    const id = word(bytes, start);
    const length = word(bytes, start + 2);
    const stop = start + length;
    if (length < 4 || stop > end) {
      return this.#bad(`set ${id} of ${length} bytes`, `4 to ${end - start}`, -1);
    }
    const kind = templateKind(id, context.ipfix);
    if (kind) this.#readTemplates(bytes, start + 4, stop, { kind, ...context });
    else if (id >= 256) this.#records(bytes, start + 4, stop, { id, ...context });
    return stop;
  }

  #readTemplates(
    bytes: Uint8Array,
    start: number,
    end: number,
    { kind, ipfix, domain }: SetContext & { kind: TemplateKind },
  ): void {
    // Sets are padded to four bytes with zeros.
    for (let at = start; at + 4 <= end && word(bytes, at) !== 0; ) {
      const read = readTemplate(bytes, at, end, { kind, ipfix });
      if (!read) {
        this.#bad(`template ${word(bytes, at)}`, 'a template within its set', -1);
        return;
      }
      this.#templates.set(domain, read.id, read.template);
      at = read.end;
    }
  }

  #records(
    bytes: Uint8Array,
    start: number,
    end: number,
    { id, domain, clock, ipfix, time }: SetContext & { id: number },
  ): void {
    const template = this.#templates.get(domain, id);
    if (!template) {
      this.stats.withoutTemplate++;
      this.#options.onProblem?.(`data set ${id} of domain ${domain}`, 'its template before it');
      return;
    }
    for (let at = start; at + template.shortest <= end; ) {
      const flow = this.#pairs.next();
      at = readRecord(flow, template, { bytes, at, end, clock, ipfix });
      if (at < 0) {
        this.#bad(`a record of template ${id} past its set`, 'whole records', -1);
        return;
      }
      // Records about the exporter may tell when it started, which those about flows refer to.
      if (template.options) this.#boots.set(domain, clock.boot);
      else this.#add(flow, Number.isNaN(clock.sent) ? time : clock.sent);
    }
    if (this.#boots.size > MAX_DOMAINS) this.#boots.delete(this.#boots.keys().next().value!);
  }

  #add(flow: ExportedFlow, time: number): void {
    this.stats.records++;
    if (flow.addressLength === 0) {
      this.#bad('a record without addresses', 'source and destination', -1);
      return;
    }
    if (!(flow.start >= 0)) flow.start = flow.end >= 0 ? flow.end : time;
    if (!(flow.end >= flow.start)) flow.end = flow.start;
    if (this.#options.pair === false) this.#write(flow);
    else this.#pairs.add(flow);
  }

  #write(flow: ExportedFlow): void {
    flow.write(this.#batch, ++this.#id);
    if (this.#batch.length === this.#batch.capacity) this.#handOn();
  }

  #handOn(): void {
    if (this.#batch.length === 0) return;
    this.#options.onBatch(this.#batch);
    this.#batch.length = 0;
  }

  #bad(saw: string, expected: string, at: number): number {
    this.stats.bad++;
    this.#options.onProblem?.(saw, expected);
    return at;
  }
}

interface SetContext {
  readonly clock: MessageClock;
  readonly domain: number;
  readonly ipfix: boolean;
  readonly time: number;
}

interface RecordPlace {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;
  readonly clock: MessageClock;
  readonly ipfix: boolean;
}

const word = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
const long = (bytes: Uint8Array, at: number): number => readUnsigned(bytes, at, 4);
const isVersion = (id: number): boolean => id === 5 || id === 9 || id === 10;

function sinceBoot({ sent, boot }: MessageClock, millis: number): number {
  const time = boot + millis * 1000;
  // The counter of milliseconds wraps after 49 days.
  return time > sent + 2 ** 31 * 1000 ? time - 2 ** 32 * 1000 : time;
}

function templateKind(id: number, ipfix: boolean): TemplateKind | undefined {
  if (id === (ipfix ? 2 : 0)) return 'flow';
  if (id === (ipfix ? 3 : 1)) return ipfix ? 'options-ipfix' : 'options-9';
  return undefined;
}

/** Reads one record. @returns where it ends, or -1 when it goes past `end` */
function readRecord(flow: ExportedFlow, template: Template, place: RecordPlace): number {
  const { bytes, end, clock, ipfix } = place;
  let { at } = place;
  let duration = Number.NaN;
  for (const { id, enterprise, length: told, read } of template.fields) {
    let length = told;
    if (ipfix && told === VARIABLE) {
      if (at >= end) return -1;
      length = bytes[at++]!;
      if (length === 255) {
        if (at + 2 > end) return -1;
        length = word(bytes, at);
        at += 2;
      }
    }
    if (at + length > end) return -1;
    if (read) {
      if (length <= MAX_NUMBER_BYTES) read(flow, readUnsigned(bytes, at, length), clock);
    } else if (enterprise === 0) {
      if (id === DURATION_MILLIS) duration = readUnsigned(bytes, at, length) * 1000;
      else if (id === DURATION_MICROS) duration = readUnsigned(bytes, at, length);
      else readWide(flow, id, bytes.subarray(at, at + length));
    }
    at += length;
  }
  if (duration <= Number.MAX_SAFE_INTEGER && !(flow.end >= 0)) flow.end = flow.start + duration;
  return at;
}

/** Addresses, and times in NTP's format. */
function readWide(flow: ExportedFlow, id: number, value: Uint8Array): void {
  const ipv4 = id === IPV4_SOURCE || id === IPV4_DESTINATION;
  const ipv6 = id === IPV6_SOURCE || id === IPV6_DESTINATION;
  if ((ipv4 && value.length === 4) || (ipv6 && value.length === 16)) {
    // Some templates carry both kinds, the unused one as zeros.
    if (flow.addressLength !== 0 && value.every((byte) => byte === 0)) return;
    flow.addressLength = value.length;
    flow.addresses.set(value, id === IPV4_SOURCE || id === IPV6_SOURCE ? 0 : 16);
  } else if (id >= FIRST_NTP && id <= LAST_NTP && value.length === 8) {
    const time = ntpMicros(long(value, 0), long(value, 4));
    if (id % 2 === 0) flow.start = time;
    else flow.end = time;
  }
}
