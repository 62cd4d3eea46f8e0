import { communityIdOfWords, endpointTexts, protocolName } from './community-id.ts';
import { ENDPOINT_WORDS, type FlowRow, ICMP, ICMPV6 } from './flow-row.ts';

/** What was seen. One kind a detector, and `model` for the model's scores. */
export const EVIDENCE_KINDS = [
  'horizontal-scan',
  'vertical-scan',
  'brute-force',
  'flood',
  'beacon',
  'model',
] as const;

/** A word of {@link EVIDENCE_KINDS}. */
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** Why: a measured thing, its value, and how much it counted. */
export interface Reason {
  readonly feature: string;
  readonly value: string | number;
  /** Of a detector: value divided by its threshold. Of the model: change of the score's probability. */
  readonly contribution: number;
}

/** What is known of the other side that makes regular contact less remarkable. */
export type PeerContext = 'multicast' | 'time-or-name-service' | 'popular' | 'internal' | 'echo';

/** A fact about a host: what was seen, how much of it, over which flows. No judgement. */
export interface Evidence {
  readonly source: 'model' | 'detector';
  readonly kind: EvidenceKind;
  readonly host: string;
  /** `victim` when a flood has no main source: then the host is the one it hit. */
  readonly role: 'source' | 'victim';
  /** A bounded sample, and their number: an estimate, see `distinct.ts`. */
  readonly peers: readonly string[];
  readonly peerCount: number;
  readonly ports: readonly number[];
  readonly portCount: number;
  readonly protocols: readonly string[];
  /** Whole microseconds since 1970-01-01 UTC. */
  readonly first: number;
  readonly last: number;
  readonly flows: number;
  /** Of these, flows whose originator is not certain. */
  readonly uncertainFlows: number;
  readonly score: number;
  readonly threshold: number;
  readonly unit: string;
  readonly reasons: readonly Reason[];
  readonly anomalies: readonly string[];
  /** A bounded sample; {@link Evidence.flows} is their number at most. */
  readonly communityIds: readonly string[];
  readonly flowIds: readonly number[];
  readonly context?: PeerContext;
}

/** Peers, ports and flows shown of one piece of evidence: enough to begin a search with. */
export const SAMPLE_LIMIT = 10;

/** What names a piece of evidence: one a host, kind, role and context. */
export interface EvidenceName {
  readonly kind: EvidenceKind;
  readonly host: string;
  readonly role: 'source' | 'victim';
  readonly threshold: number;
  readonly unit: string;
  readonly context?: PeerContext;
}

/** Evidence that still grows; its memory is bounded by {@link SAMPLE_LIMIT}. */
export class OpenEvidence {
  readonly name: EvidenceName;
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  flows = 0;
  uncertainFlows = 0;
  score = 0;
  peerCount = 0;
  portCount = 0;
  reasons: readonly Reason[] = [];
  anomalyLow = 0;
  anomalyHigh = 0;
  readonly #words = new Uint32Array(SAMPLE_LIMIT * ENDPOINT_WORDS);
  readonly #ids: number[] = [];
  readonly #peers = new Set<string>();
  readonly #ports = new Set<number>();
  readonly #protocols = new Set<number>();

  constructor(name: EvidenceName) {
    this.name = name;
  }

  /** Evidence that says the same, and grows apart from this. */
  copy(): OpenEvidence {
    const copy = new OpenEvidence(this.name);
    copy.addTotals(this.first, this.last, this.flows, this.uncertainFlows);
    copy.score = this.score;
    copy.peerCount = this.peerCount;
    copy.portCount = this.portCount;
    copy.reasons = this.reasons;
    copy.anomalyLow = this.anomalyLow;
    copy.anomalyHigh = this.anomalyHigh;
    copy.#words.set(this.#words);
    copy.#ids.push(...this.#ids);
    for (const peer of this.#peers) copy.#peers.add(peer);
    for (const port of this.#ports) copy.#ports.add(port);
    for (const protocol of this.#protocols) copy.#protocols.add(protocol);
    return copy;
  }

  /** Counts a flow after the threshold was crossed. */
  addFlow(row: FlowRow): void {
    this.addTotals(row.start, row.end, 1, row.certain ? 0 : 1);
    this.anomalyLow |= row.anomalyLow;
    this.anomalyHigh |= row.anomalyHigh;
    this.sample(row.words, 0, row.id);
  }

  /** Counts flows seen before the threshold was crossed. */
  addTotals(first: number, last: number, flows: number, uncertain: number): void {
    if (first < this.first) this.first = first;
    if (last > this.last) this.last = last;
    this.flows += flows;
    this.uncertainFlows += uncertain;
  }

  /** Keeps one flow's endpoints, peer and port, as far as there is room. */
  sample(words: Uint32Array, offset: number, id: number): void {
    const peersOpen = this.#peers.size < SAMPLE_LIMIT;
    const portsOpen = this.#ports.size < SAMPLE_LIMIT;
    const idsOpen = this.#ids.length < SAMPLE_LIMIT;
    if (!peersOpen && !portsOpen && !idsOpen) return;
    const protocol = words[offset + 8]! >>> 24;
    if (this.#protocols.size < SAMPLE_LIMIT) this.#protocols.add(protocol);
    if (peersOpen) {
      const [source, destination] = endpointTexts(words, offset);
      this.#peers.add(this.name.role === 'victim' ? source : destination);
    }
    const hasPort = protocol !== ICMP && protocol !== ICMPV6 && protocol !== 0;
    if (portsOpen && hasPort) this.#ports.add(words[offset + 9]! & 0xffff);
    if (idsOpen) {
      const at = this.#ids.length * ENDPOINT_WORDS;
      for (let i = 0; i < ENDPOINT_WORDS; i++) this.#words[at + i] = words[offset + i]!;
      this.#ids.push(id);
    }
  }

  /** Raises score and counts to what a slot measured; keeps the reasons of the highest score. */
  measure(score: number, reasons: readonly Reason[], peers: number, ports: number): void {
    if (score >= this.score) {
      this.score = score;
      this.reasons = reasons;
    }
    this.peerCount = Math.max(this.peerCount, peers);
    this.portCount = Math.max(this.portCount, ports);
  }

  /** The record as it stands. @param anomalyNames names of the bits of both anomaly words */
  close(anomalyNames: (low: number, high: number) => string[], seed: number): Evidence {
    const ids = new Set<string>();
    for (let i = 0; i < this.#ids.length; i++) {
      const id = communityIdOfWords(this.#words, i * ENDPOINT_WORDS, seed);
      if (id !== undefined) ids.add(id);
    }
    const { kind, host, role, threshold, unit, context } = this.name;
    return {
      source: kind === 'model' ? 'model' : 'detector',
      kind,
      host,
      role,
      peers: [...this.#peers].sort(),
      peerCount: Math.max(this.peerCount, this.#peers.size),
      ports: [...this.#ports].sort((a, b) => a - b),
      portCount: this.#ports.size === 0 ? 0 : Math.max(this.portCount, this.#ports.size),
      protocols: [...this.#protocols].sort((a, b) => a - b).map(protocolName),
      first: this.first,
      last: this.last,
      flows: this.flows,
      uncertainFlows: this.uncertainFlows,
      score: this.score,
      threshold,
      unit,
      reasons: this.reasons,
      anomalies: anomalyNames(this.anomalyLow >>> 0, this.anomalyHigh >>> 0),
      communityIds: [...ids],
      // Flows that are still open have no number.
      flowIds: this.#ids.filter((id) => id > 0),
      ...(context ? { context } : {}),
    };
  }
}
