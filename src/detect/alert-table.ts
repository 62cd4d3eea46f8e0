import { argusTime, plainText } from '../base/index.ts';
import type { Alert } from './alert.ts';
import { coverageText } from './coverage.ts';
import type { ModelVoice } from './host.ts';
import type { Severity } from './policy.ts';

/** One alert as text cells, safe to print on a terminal. */
export interface AlertRow {
  readonly severity: Severity;
  readonly host: string;
  readonly what: string;
  /** The technique's number, with a question mark when it is only possible. */
  readonly technique: string;
  /** First time, and the time to the last. */
  readonly when: string;
  readonly flows: string;
  readonly score: string;
  readonly peers: string;
  readonly why: string;
  readonly agreement: string;
  /** What each model says of the host, when there are several; else ''. */
  readonly models: string;
  readonly communityIds: string;
  /** What was lost meanwhile; '' when nothing was. */
  readonly coverage: string;
}

/** Reasons and ports that fit in a cell. */
const SHOWN = 3;

const number = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));

function duration(micros: number): string {
  const seconds = Math.max(0, micros / 1e6);
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function peersText({ peers, peerCount, ports, portCount, protocols, role }: Alert): string {
  const many = role === 'victim' ? 'sources' : 'hosts';
  const who = peerCount === 1 && peers.length === 1 ? peers[0]! : `${peerCount} ${many}`;
  const shown = ports.slice(0, SHOWN).join(',');
  const which = portCount === 0 ? '' : portCount <= SHOWN ? `/${shown}` : `/${portCount} ports`;
  return `${who} ${protocols.join(',').toLowerCase()}${which}`;
}

/** `ton-iot-type 12 of 30 flows, 0.99 (0.97): scanning 0.93, corroborates`. */
function voiceText({ model, scored, above, best, raised, kind }: ModelVoice): string {
  const score = above > 0 ? `, ${number(best)} (${number(model.threshold)})` : '';
  const named = kind
    ? `: ${kind.name} ${number(kind.probability)}`
    : kind === null
      ? ': not sure which kind'
      : '';
  const verb = model.role === 'corroborates' ? 'corroborates' : 'raises';
  const says = raised ? `, ${verb}` : '';
  return plainText(`${model.name} ${above} of ${scored} flows${score}${named}${says}`);
}

/** The rows of the terminal's table, one an alert, in the order given. */
export function alertRows(alerts: readonly Alert[]): AlertRow[] {
  return alerts.map((alert) => {
    const reasons = alert.reasons
      .slice(0, SHOWN)
      .map(({ feature, value }) => {
        const shown = typeof value === 'number' ? number(value) : value;
        return plainText(`${feature} ${shown}`);
      })
      .concat(alert.anomalies.slice(0, SHOWN).map((name) => plainText(`anomaly ${name}`)));
    const more = alert.communityIds.length > 1 ? ` +${alert.communityIds.length - 1}` : '';
    return {
      severity: alert.severity,
      host: alert.role === 'victim' ? `${alert.host} (victim)` : alert.host,
      what: alert.title,
      technique: alert.technique.id + (alert.technique.possible ? '?' : ''),
      when: `${argusTime(Math.trunc(alert.first)).slice(0, 19)} +${duration(alert.last - alert.first)}`,
      flows: String(alert.flows),
      score: `${number(alert.score)} (${number(alert.threshold)}) ${plainText(alert.unit)}`,
      peers: peersText(alert),
      why: reasons.join('; '),
      agreement: alert.agreementText,
      models: alert.models.length < 2 ? '' : alert.models.map(voiceText).join('; '),
      communityIds: `${alert.communityIds[0] ?? ''}${more}`,
      coverage: coverageText(alert.coverage),
    };
  });
}
