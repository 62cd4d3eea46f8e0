import type { Alert } from '../detect/index.ts';
import type { AlertRecord } from '../store/index.ts';
import { isoTime } from '../table/index.ts';
import type { AlertFacts } from './wire.ts';

const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

/** Peers named in the sentence; more are told by number. */
const NAMED = 3;

/** What an alert says beyond its row. */
export function alertFacts(alert: Alert): AlertFacts {
  return {
    ...alert,
    peers: [...alert.peers],
    ports: [...alert.ports],
    protocols: [...alert.protocols],
    reasons: alert.reasons.map((reason) => ({ ...reason })),
    anomalies: [...alert.anomalies],
    communityIds: [...alert.communityIds],
    flowIds: [...alert.flowIds],
    models: alert.models.map(({ model, ...voice }) => ({
      ...voice,
      model: { ...model },
    })) as AlertFacts['models'],
    coverage: { ...alert.coverage },
    versions: { ...alert.versions },
  };
}

function peersText({ peers, peerCount }: Alert): string {
  if (peerCount === 0) return '';
  if (peerCount <= NAMED && peers.length === peerCount) return ` with ${peers.join(', ')}`;
  return ` with ${plural(peerCount, 'host')}`;
}

function portsText({ ports, portCount, protocols }: Alert): string {
  const protocol = protocols.join('/');
  if (portCount === 0) return protocol === '' ? '' : ` over ${protocol}`;
  const which =
    portCount <= NAMED && ports.length === portCount
      ? `port ${ports.join(', ')}`
      : plural(portCount, 'port');
  return ` on ${protocol === '' ? '' : `${protocol} `}${which}`;
}

/** A time to the second, as the console writes it: `2026-03-02 09:01:30`. */
const second = (micros: number): string => isoTime(micros).slice(0, 19).replace('T', ' ');

/** What happened, in one sentence, of facts alone. */
export function alertSentence(row: AlertRecord, alert: Alert): string {
  const when = `between ${second(row.first)} and ${second(row.last)} UTC`;
  const who = alert.role === 'victim' ? `${row.host} was hit` : row.host;
  const what = `${row.title.toLowerCase()}, ${plural(row.flows, 'flow')}`;
  return `${who}: ${what}${peersText(alert)}${portsText(alert)}, ${when}.`;
}

/** A word of a shell command, quoted (POSIX 2.2.2). */
function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:-]+$/.test(text)
    ? text
    : `'${text.replace(/[^\x20-\x7e]/g, '?').replaceAll("'", `'\\''`)}'`;
}

/** The command that raises the alert again from the capture. */
export function replayCommand(row: AlertRecord, alert: Alert, file: string | undefined): string {
  const models = alert.models.map(({ model }) => `--model ${shellWord(model.name)}`);
  const which = models.length > 0 ? models.join(' ') : '--no-model';
  const capture = shellWord(`./${file ?? 'CAPTURE'}`);
  return `wiresift detect ${capture} ${which} --minimum-severity ${row.severity}`;
}
