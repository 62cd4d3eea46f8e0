import type { Detector, DetectorContext } from '../detector.ts';
import { DistinctCounts } from '../distinct.ts';
import type { OpenEvidence } from '../evidence.ts';
import { addressText, type FlowRow, hashWords, ICMP, ICMPV6, TCP, UDP } from '../flow-row.ts';
import { Windows } from '../windows.ts';

const ECHO_REQUEST = 8;
const ECHO_REQUEST_V6 = 128;

/** Whether a flow can be a probe: a new request whose originator is known, to one host. */
function mayProbe(row: FlowRow): boolean {
  if (!row.isIp || !row.isNew || row.toMany) return false;
  const { protocol } = row;
  if (protocol === TCP) return row.certain;
  if (protocol === UDP) return !row.looksLikeReply;
  const type = (row.words[8]! >>> 8) & 255;
  return (
    (protocol === ICMP && type === ECHO_REQUEST) ||
    (protocol === ICMPV6 && type === ECHO_REQUEST_V6)
  );
}

/** How a kind of scan groups flows and what it counts in a group. */
interface ScanShape {
  readonly kind: 'horizontal-scan' | 'vertical-scan';
  readonly unit: string;
  readonly threshold: number;
  readonly slots: number;
  readonly keyWords: number;
  accepts(row: FlowRow): boolean;
  fillKey(row: FlowRow, key: Uint32Array): void;
  /** Hash of what must be distinct. */
  item(row: FlowRow): number;
}

/** Counts distinct targets of fruitless flows per key and window; most of the key's flows must be fruitless. */
class ScanDetector implements Detector {
  readonly kind: ScanShape['kind'];
  readonly tables: Detector['tables'];
  readonly #shape: ScanShape;
  readonly #context: DetectorContext;
  readonly #windows: Windows;
  readonly #distinct: DistinctCounts;
  readonly #fruitless: Uint32Array;
  readonly #key: Uint32Array;

  constructor(shape: ScanShape, context: DetectorContext) {
    const { slots, keyWords } = shape;
    this.kind = shape.kind;
    this.#shape = shape;
    this.#context = context;
    const window = context.limits.scanWindow * 1e6;
    this.#windows = new Windows({ slots, keyWords, window, seed: context.seed });
    this.tables = new Map([[shape.kind, this.#windows.table]]);
    this.#distinct = new DistinctCounts(this.#windows.table.slots);
    this.#fruitless = new Uint32Array(this.#windows.table.slots);
    this.#key = new Uint32Array(keyWords);
  }

  get late(): number {
    return this.#windows.late;
  }

  takeOver(from: ScanDetector, copyOf: (evidence: OpenEvidence) => OpenEvidence): void {
    this.#windows.takeOver(from.#windows, copyOf);
    this.#distinct.takeOver(from.#distinct);
    this.#fruitless.set(from.#fruitless);
  }

  observe(row: FlowRow): void {
    if (!mayProbe(row) || !this.#shape.accepts(row)) return;
    this.#shape.fillKey(row, this.#key);
    const windows = this.#windows;
    const slot = windows.enter(this.#key, row);
    if (slot < 0) return;
    if (windows.fresh) {
      this.#distinct.clear(slot);
      this.#fruitless[slot] = 0;
    }
    if (!row.fruitless) return;
    windows.keep(slot, row);
    this.#fruitless[slot] = this.#fruitless[slot]! + 1;
    const grew = this.#distinct.add(slot, this.#shape.item(row));
    if (grew) this.#judge(slot, row);
  }

  judge(): void {}

  #judge(slot: number, row: FlowRow): void {
    const { limits, store } = this.#context;
    const { kind, threshold, unit } = this.#shape;
    const fruitless = this.#fruitless[slot]!;
    // The estimate may err upward, but a flow has one target.
    const targets = Math.min(fruitless, this.#distinct.count(slot));
    const share = fruitless / this.#windows.flows[slot]!;
    if (targets < threshold || share < limits.scanFruitless) return;
    let evidence = this.#windows.raised[slot];
    if (!evidence) {
      const host = addressText(row.words, 0, row.addressLength);
      evidence = store.open({ kind, host, role: 'source', threshold, unit });
      this.#windows.raise(slot, evidence);
    }
    const horizontal = kind === 'horizontal-scan';
    const reasons = [
      { feature: `distinct ${unit}`, value: targets, contribution: targets / threshold },
      {
        feature: 'share of flows without success',
        value: Math.round(share * 1000) / 1000,
        contribution: share / limits.scanFruitless,
      },
    ];
    evidence.measure(targets, reasons, horizontal ? targets : 1, horizontal ? 1 : targets);
  }
}

/** One source, one protocol and port, many destinations; ICMP echo counts as a port of its own. */
export function createHorizontalScan(context: DetectorContext): Detector {
  const shape: ScanShape = {
    kind: 'horizontal-scan',
    unit: 'destinations',
    threshold: context.limits.horizontalScanHosts,
    slots: context.sizes.horizontal,
    keyWords: 5,
    accepts: () => true,
    fillKey({ words, protocol, responderPort }, key) {
      for (let i = 0; i < 4; i++) key[i] = words[i]!;
      key[4] = (protocol << 16) | responderPort;
    },
    item: (row) => hashWords(row.words, 4, 4, 1),
  };
  return new ScanDetector(shape, context);
}

/** One source, one destination and protocol, many ports. */
export function createVerticalScan(context: DetectorContext): Detector {
  const port = new Uint32Array(1);
  const shape: ScanShape = {
    kind: 'vertical-scan',
    unit: 'ports',
    threshold: context.limits.verticalScanPorts,
    slots: context.sizes.vertical,
    keyWords: 9,
    accepts: ({ protocol }) => protocol === TCP || protocol === UDP,
    fillKey({ words, protocol }, key) {
      for (let i = 0; i < 8; i++) key[i] = words[i]!;
      key[8] = protocol;
    },
    item(row) {
      port[0] = row.responderPort;
      return hashWords(port, 0, 1, 1);
    },
  };
  return new ScanDetector(shape, context);
}
