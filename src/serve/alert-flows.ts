import type { Alert } from '../detect/index.ts';
import type { AlertDetail, Condition, FlowFilter } from '../store/index.ts';

/** Columns of both views that an alert's flows are found by. */
const COLUMNS = {
  argus: { from: 'SrcAddr', to: 'DstAddr', port: 'Dport', protocol: 'Proto', textPort: true },
  zeek: {
    from: 'id.orig_h',
    to: 'id.resp_h',
    port: 'id.resp_p',
    protocol: 'proto',
    textPort: false,
  },
} as const;

type View = keyof typeof COLUMNS;
/** Protocols that both views spell alike, in lower case. */
const PLAIN = new Set(['TCP', 'UDP', 'ICMP']);

/** The model whose flows the evidence is: of those that raised, the one that finds the host least likely. */
function speakerOf({ models }: Alert): Alert['models'][number] | undefined {
  return [...models]
    .filter(({ raised, model }) => raised && model.role !== 'corroborates')
    .sort((a, b) => a.tailProbability - b.tailProbability)[0];
}

function viewOf(alert: Alert): View {
  // A flow log is one view; a capture's own is the one that detectors read.
  if (alert.versions.schema?.startsWith('zeek@')) return 'zeek';
  if (alert.kind !== 'model') return 'argus';
  return speakerOf(alert)?.model.schema?.split('@')[0] === 'zeek' ? 'zeek' : 'argus';
}

/** Scores that are kept are those of the first model of a view; of another, all flows are shown. */
function scoreCondition(alert: Alert): Condition[] {
  const speaker = speakerOf(alert);
  if (alert.kind !== 'model' || !speaker) return [];
  const first = alert.models.find(({ model }) => model.schema === speaker.model.schema);
  if (first !== speaker) return [];
  return [{ field: 'score', is: 'at least', value: speaker.model.threshold }];
}

/**
 * The flows behind an alert: of its host, in its time, and of its peers, ports and protocols as far as
 * the evidence names them all.
 */
export function alertFlowFilter({ alert, ...row }: AlertDetail): FlowFilter {
  const view = viewOf(alert);
  const { from, to, port, protocol, textPort } = COLUMNS[view];
  const isVictim = alert.role === 'victim';
  const where: Condition[] = [
    { field: isVictim ? to : from, is: 'equal', value: row.host },
    ...scoreCondition(alert),
  ];
  const { peers, peerCount, ports, portCount, protocols } = alert;
  const detector = alert.kind !== 'model';
  if (detector && peers.length > 0 && peerCount === peers.length) {
    where.push({ field: isVictim ? from : to, is: 'one of', value: peers });
  }
  if (detector && ports.length > 0 && portCount === ports.length) {
    where.push({ field: port, is: 'one of', value: textPort ? ports.map(String) : ports });
  }
  if (detector && protocols.length > 0 && protocols.every((name) => PLAIN.has(name))) {
    where.push({
      field: protocol,
      is: 'one of',
      value: protocols.map((name) => name.toLowerCase()),
    });
  }
  return {
    view,
    where,
    from: row.first,
    // A flow that begins with its alert's last packet still belongs to it.
    to: row.last + 1,
    ...(row.origin === null ? {} : { origin: row.origin }),
  };
}
