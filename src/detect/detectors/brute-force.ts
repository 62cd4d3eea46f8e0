import type { Detector, DetectorContext } from '../detector.ts';
import type { OpenEvidence } from '../evidence.ts';
import { addressText, type FlowRow, TCP } from '../flow-row.ts';
import { Windows } from '../windows.ts';

/**
 * TCP services that ask for a password first. Databases are left out: applications open many short,
 * equal connections to them.
 */
export const AUTHENTICATION_PORTS: ReadonlyMap<number, string> = new Map([
  [21, 'ftp'],
  [22, 'ssh'],
  [23, 'telnet'],
  [110, 'pop3'],
  [143, 'imap'],
  [445, 'smb'],
  [465, 'smtps'],
  [587, 'submission'],
  [990, 'ftps'],
  [993, 'imaps'],
  [995, 'pop3s'],
  [2222, 'ssh'],
  [3389, 'rdp'],
  [5900, 'vnc'],
]);

/**
 * Many short connections of like size from one source to one authentication service of one
 * destination. Only answered connections count: unanswered ones are a scan's or a flood's business.
 */
class BruteForce implements Detector {
  readonly kind = 'brute-force';
  readonly tables: Detector['tables'];
  readonly #context: DetectorContext;
  readonly #windows: Windows;
  readonly #key = new Uint32Array(9);
  /** Welford's running mean and sum of squares of the responder's bytes. */
  readonly #mean: Float64Array;
  readonly #squares: Float64Array;

  constructor(context: DetectorContext) {
    this.#context = context;
    const window = context.limits.bruteForceWindow * 1e6;
    const { bruteForce: slots } = context.sizes;
    this.#windows = new Windows({ slots, keyWords: 9, window, seed: context.seed });
    this.tables = new Map([[this.kind, this.#windows.table]]);
    this.#mean = new Float64Array(this.#windows.table.slots);
    this.#squares = new Float64Array(this.#windows.table.slots);
  }

  get late(): number {
    return this.#windows.late;
  }

  takeOver(from: BruteForce, copyOf: (evidence: OpenEvidence) => OpenEvidence): void {
    this.#windows.takeOver(from.#windows, copyOf);
    this.#mean.set(from.#mean);
    this.#squares.set(from.#squares);
  }

  observe(row: FlowRow): void {
    if (row.protocol !== TCP || !row.certain || !row.isNew || row.fruitless || !row.isIp) return;
    if (!AUTHENTICATION_PORTS.has(row.responderPort)) return;
    const { limits } = this.#context;
    if (row.end - row.start > limits.bruteForceDuration * 1e6) return;
    if (row.originatorPackets + row.responderPackets > limits.bruteForcePackets) return;
    const key = this.#key;
    for (let i = 0; i < 8; i++) key[i] = row.words[i]!;
    key[8] = row.responderPort;
    const slot = this.#windows.enter(key, row);
    if (slot < 0) return;
    if (this.#windows.fresh) {
      this.#mean[slot] = 0;
      this.#squares[slot] = 0;
    }
    this.#windows.keep(slot, row);
    const flows = this.#windows.flows[slot]!;
    const delta = row.responderBytes - this.#mean[slot]!;
    this.#mean[slot] = this.#mean[slot]! + delta / flows;
    this.#squares[slot] = this.#squares[slot]! + delta * (row.responderBytes - this.#mean[slot]!);
    if (flows >= limits.bruteForceFlows) this.#judge(slot, row);
  }

  judge(): void {}

  #judge(slot: number, row: FlowRow): void {
    const { limits, store } = this.#context;
    const flows = this.#windows.flows[slot]!;
    const spread = Math.sqrt(this.#squares[slot]! / flows) / Math.max(1, this.#mean[slot]!);
    if (spread > limits.bruteForceSpread) return;
    let evidence = this.#windows.raised[slot];
    if (!evidence) {
      const host = addressText(row.words, 0, row.addressLength);
      const threshold = limits.bruteForceFlows;
      evidence = store.open({
        kind: this.kind,
        host,
        role: 'source',
        threshold,
        unit: 'connections',
      });
      this.#windows.raise(slot, evidence);
    }
    const service = AUTHENTICATION_PORTS.get(row.responderPort)!;
    const reasons = [
      {
        feature: `short ${service} connections to one host`,
        value: flows,
        contribution: flows / limits.bruteForceFlows,
      },
      {
        feature: "spread of the server's bytes",
        value: Math.round(spread * 1000) / 1000,
        contribution: limits.bruteForceSpread / Math.max(0.01, spread),
      },
    ];
    evidence.measure(flows, reasons, 1, 1);
  }
}

/** See {@link AUTHENTICATION_PORTS} and `docs/detect.md`. */
export function createBruteForce(context: DetectorContext): Detector {
  return new BruteForce(context);
}
