import { createHash } from 'node:crypto';
import type { Coverage } from './coverage.ts';
import { EVIDENCE_KINDS, type Evidence, type EvidenceKind } from './evidence.ts';
import type { ModelVoice } from './host.ts';
import type { Site } from './network.ts';
import {
  RULES,
  SEVERITIES,
  type Severity,
  severityOf,
  type Technique,
  techniqueOf,
} from './policy.ts';

/** Whether the two kinds of evidence tell the same of a host. */
export type Agreement = 'both' | 'model only' | 'detector only' | 'no model';

/** What produced an alert, so that it can be produced again. */
export interface Versions {
  readonly program: string;
  /** Of the first model; {@link Alert.models} tells of all. */
  readonly modelHash?: string;
  readonly modelClass?: string;
  /** Id of the schema that model and flows share. */
  readonly schema?: string;
}

/** Evidence that policy decided to show: one a host and kind, never one a flow. */
export interface Alert extends Evidence {
  /** 16 hexadecimal digits; the same input gives the same id. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly technique: Technique;
  readonly agreement: Agreement;
  /** {@link Alert.agreement} as a sentence with its numbers. */
  readonly agreementText: string;
  /** How each model saw the host, in the order of the options; those that saw no flow from it not. */
  readonly models: readonly ModelVoice[];
  /** What was lost of the stretch of traffic the alert comes from. */
  readonly coverage: Coverage;
  readonly versions: Versions;
}

/** What {@link buildAlerts} needs beside the evidence. */
export interface AlertContext {
  readonly versions: Versions;
  readonly coverage: Coverage;
  readonly hasModel: boolean;
  readonly voices: ReadonlyMap<string, readonly ModelVoice[]>;
  readonly site: Site;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The voice that speaks for the models: one that raised the host, else one that may, else any. */
export function speaker(voices: readonly ModelVoice[]): ModelVoice | undefined {
  const may = voices.filter(({ model }) => model.role !== 'corroborates');
  const raised = may.filter((voice) => voice.raised);
  return raised.sort((a, b) => a.tailProbability - b.tailProbability)[0] ?? may[0] ?? voices[0];
}

function modelSentence(voice: ModelVoice | undefined): string {
  if (!voice) return 'the model saw no flow from this host';
  const { above, scored, model } = voice;
  return `${model.name === '' ? 'the model' : `the model ${model.name}`} scored ${above} of ${plural(scored, 'flow')} of this host above its threshold`;
}

/** What the detectors and the model say of one host, as a word and a sentence. */
export function agreementOf(
  kinds: ReadonlySet<EvidenceKind>,
  voices: readonly ModelVoice[],
  hasModel: boolean,
): { agreement: Agreement; agreementText: string } {
  const seen = EVIDENCE_KINDS.filter((kind) => kind !== 'model' && kinds.has(kind))
    .map((kind) => RULES[kind].title.toLowerCase())
    .join(', ');
  if (!hasModel) {
    return {
      agreement: 'no model',
      agreementText: `No model was used; the detectors saw: ${seen}.`,
    };
  }
  const voice = speaker(voices);
  const model = modelSentence(voice);
  if (!kinds.has('model')) {
    const chance = voice && voice.above > 0 ? ` (${restraint(voice)})` : '';
    const text = `The detectors saw: ${seen}; ${model}${chance}.`;
    return { agreement: 'detector only', agreementText: text };
  }
  const opening = model[0]!.toUpperCase() + model.slice(1);
  return seen === ''
    ? { agreement: 'model only', agreementText: `${opening}; the detectors saw nothing.` }
    : { agreement: 'both', agreementText: `${opening}; the detectors saw: ${seen}.` };
}

/** Why a model with flows above its threshold is no evidence. */
function restraint({ model, raised }: ModelVoice): string {
  if (!raised) return 'too few to rule out its usual false positives';
  return model.role === 'corroborates' ? 'it corroborates only' : 'counted with the others';
}

/**
 * What makes two looks at the same stretch of traffic tell of one alert: kind, role, context and host.
 * Its id also tells when it began, which earlier flows that end later may change.
 */
export function alertKey({ kind, role, context, host }: Evidence): string {
  return [kind, role, context ?? '-', host].join('|');
}

function alertId(evidence: Evidence): string {
  const { kind, role, host, context, first } = evidence;
  return createHash('sha256')
    .update([kind, role, host, context ?? '-', first].join('|'))
    .digest('hex')
    .slice(0, 16);
}

const order = (a: Alert, b: Alert): number =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
  EVIDENCE_KINDS.indexOf(a.kind) - EVIDENCE_KINDS.indexOf(b.kind) ||
  a.first - b.first ||
  (a.host < b.host ? -1 : a.host > b.host ? 1 : 0) ||
  (a.id < b.id ? -1 : 1);

/** Makes alerts of evidence, in a fixed order: severity, kind, first time, host. */
export function buildAlerts(evidence: readonly Evidence[], context: AlertContext): Alert[] {
  const kindsOf = new Map<string, Set<EvidenceKind>>();
  for (const item of evidence) {
    // Expected contact does not make the detectors agree with the model.
    if (item.context) continue;
    const kinds = kindsOf.get(item.host) ?? new Set();
    kindsOf.set(item.host, kinds.add(item.kind));
  }
  const alerts = evidence.map((item): Alert => {
    const kinds = new Set(kindsOf.get(item.host)).add(item.kind);
    const voices = context.voices.get(item.host) ?? [];
    const agreement = agreementOf(kinds, voices, context.hasModel);
    return {
      ...item,
      id: alertId(item),
      title: RULES[item.kind].title,
      severity: severityOf(item, agreement.agreement === 'both'),
      technique: techniqueOf(item, context.site.holds(item.host)),
      ...agreement,
      models: voices,
      coverage: context.coverage,
      versions: context.versions,
    };
  });
  return alerts.sort(order);
}
