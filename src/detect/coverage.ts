/** What was lost before flows came to detection; who reads packets or flows tells it. */
export interface Losses {
  /** Flows that left the meter before their end because its table was full (`--max-flows`). */
  readonly evictedFlows?: number;
  /** Of these, flows with packets of one side only: a flood's, as a rule. */
  readonly evictedOneWay?: number;
  /** Connections that left the tracker before their end because its table was full. */
  readonly evictedConnections?: number;
  /** Connections whose payload was not read for want of room: no service and no content of theirs. */
  readonly unreadConnections?: number;
  /** Rows of the kdd view counted at a later time than theirs, or pushed out of its time window. */
  readonly displacedRows?: number;
  /** Records of another tool, or messages of an exporter, that could not be read. */
  readonly unreadRecords?: number;
}

/**
 * What the bounds of memory left out of the stretch of traffic that an alert comes from. Its numbers
 * are lower bounds when anything was lost, and other hosts may have gone unseen.
 */
export interface Coverage extends Required<Losses> {
  /** Nothing was lost: every count is 0. */
  readonly complete: boolean;
  /** Keys that left a table of detection before their time, by table; only tables that lost some. */
  readonly countersEvicted: Readonly<Record<string, number>>;
  /** Flows that came after their window had passed. */
  readonly lateFlows: number;
  /** Evidence given up because the store was full. */
  readonly evidenceDropped: number;
}

/** The sum of two accounts. */
export function addLosses(a: Required<Losses>, b: Losses): Required<Losses> {
  return {
    evictedFlows: a.evictedFlows + (b.evictedFlows ?? 0),
    evictedOneWay: a.evictedOneWay + (b.evictedOneWay ?? 0),
    evictedConnections: a.evictedConnections + (b.evictedConnections ?? 0),
    unreadConnections: a.unreadConnections + (b.unreadConnections ?? 0),
    displacedRows: a.displacedRows + (b.displacedRows ?? 0),
    unreadRecords: a.unreadRecords + (b.unreadRecords ?? 0),
  };
}

/** Nothing lost. */
export const NO_LOSSES: Required<Losses> = {
  evictedFlows: 0,
  evictedOneWay: 0,
  evictedConnections: 0,
  unreadConnections: 0,
  displacedRows: 0,
  unreadRecords: 0,
};

/** What detection itself had to leave out, and what was lost before it. */
export interface CoverageCounts {
  readonly losses: Required<Losses>;
  readonly evicted: Readonly<Record<string, number>>;
  readonly late: number;
  readonly evidenceDropped: number;
}

/** Puts the accounts together. */
export function coverageOf({ losses, evicted, late, evidenceDropped }: CoverageCounts): Coverage {
  const lost = Object.entries(evicted).filter(([, count]) => count > 0);
  const before = Object.values(losses).reduce((sum, count) => sum + count, 0);
  const sum = before + late + evidenceDropped + lost.length;
  return {
    complete: sum === 0,
    ...losses,
    countersEvicted: Object.fromEntries(lost),
    lateFlows: late,
    evidenceDropped,
  };
}

/** What was lost, as words with their numbers; '' when nothing was. */
export function coverageText(coverage: Coverage): string {
  const { evictedFlows, evictedOneWay, unreadRecords, lateFlows, evidenceDropped } = coverage;
  const { evictedConnections, unreadConnections, displacedRows } = coverage;
  const counters = Object.entries(coverage.countersEvicted);
  const parts = [
    evictedFlows > 0 ? `flows evicted ${evictedFlows} (one-way ${evictedOneWay})` : '',
    evictedConnections > 0 ? `connections evicted ${evictedConnections}` : '',
    unreadConnections > 0 ? `connections with payload not read ${unreadConnections}` : '',
    displacedRows > 0 ? `kdd rows displaced ${displacedRows}` : '',
    unreadRecords > 0 ? `records not read ${unreadRecords}` : '',
    ...counters.map(([name, count]) => `${name} counters evicted ${count}`),
    lateFlows > 0 ? `flows too late for their window ${lateFlows}` : '',
    evidenceDropped > 0 ? `evidence dropped ${evidenceDropped}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
