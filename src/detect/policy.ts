import type { Evidence, EvidenceKind } from './evidence.ts';

/** Severities, from the one that matters most; EVE prints 1, 2, 3. */
export const SEVERITIES = ['high', 'medium', 'low'] as const;

/** A word of {@link SEVERITIES}. */
export type Severity = (typeof SEVERITIES)[number];

/** An ATT&CK technique (attack.mitre.org); `possible` when the flows alone cannot prove it. */
export interface Technique {
  readonly id: string;
  readonly name: string;
  readonly possible: boolean;
}

/** How a kind is named outside: the rule's number and text, and Suricata's category text. */
export interface Rule {
  /** From 1000001: Suricata leaves 1,000,000 and above to local use. */
  readonly signatureId: number;
  /** Raised when the meaning of the rule changes. */
  readonly revision: number;
  readonly title: string;
  readonly category: string;
}

/** One rule a kind of evidence. */
export const RULES: Readonly<Record<EvidenceKind, Rule>> = {
  'horizontal-scan': rule(1, 'Horizontal scan', 'Detection of a Network Scan'),
  'vertical-scan': rule(2, 'Vertical scan', 'Detection of a Network Scan'),
  'brute-force': rule(3, 'Password brute force', 'Unsuccessful User Privilege Gain'),
  flood: rule(4, 'Flood', 'Detection of a Denial of Service Attack'),
  beacon: rule(5, 'Beacon', 'Malware Command and Control Activity Detected'),
  model: rule(6, 'Flows like those of an attack', 'Potentially Bad Traffic'),
};

function rule(number: number, title: string, category: string): Rule {
  return { signatureId: 1_000_000 + number, revision: 1, title, category };
}

/** A score this many times its threshold raises a scan or a brute force to high. */
const FAR_ABOVE = 10;

/**
 * How much an alert matters: a decision, made from facts alone. Expected regular contact (see
 * {@link import('./evidence.ts').PeerContext}) is low; floods are high; all else is medium, and
 * becomes high far above the threshold or when model and detectors agree on the host.
 */
export function severityOf(evidence: Evidence, bothAgree: boolean): Severity {
  if (evidence.context) return 'low';
  if (bothAgree || evidence.kind === 'flood') return 'high';
  const counts = evidence.kind !== 'beacon' && evidence.kind !== 'model';
  return counts && evidence.score >= FAR_ABOVE * evidence.threshold ? 'high' : 'medium';
}

/** The technique a kind of evidence points to. @param internal whether the host lies inside the site */
export function techniqueOf(evidence: Evidence, internal: boolean): Technique {
  const certain = (id: string, name: string): Technique => ({ id, name, possible: false });
  switch (evidence.kind) {
    case 'horizontal-scan':
    case 'vertical-scan':
      return internal
        ? certain('T1046', 'Network Service Discovery')
        : certain('T1595', 'Active Scanning');
    case 'brute-force':
      return certain('T1110', 'Brute Force');
    case 'flood':
      // Half-open connections exhaust the endpoint; volume and many sources exhaust the network.
      return evidence.role === 'source' && evidence.unit === 'SYN/s'
        ? certain('T1499', 'Endpoint Denial of Service')
        : certain('T1498', 'Network Denial of Service');
    case 'beacon':
      return { id: 'T1071', name: 'Application Layer Protocol', possible: !!evidence.context };
    case 'model':
      return { id: 'T1071', name: 'Application Layer Protocol', possible: true };
  }
}

/** Whether an alert of this severity is shown when the least severity to show is `minimum`. */
export function isShown(severity: Severity, minimum: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(minimum);
}
