/** What the metric reads; all in parallel. */
export interface WindowsInput {
  /** Start of each row, microseconds; rows without a time are left out. */
  readonly times: Float64Array;
  /** Who began the flow. */
  readonly hosts: Int32Array;
  /** 1 hostile, 0 harmless, -1 unknown (left out, as in the paper). */
  readonly truth: Int8Array;
  /** Whether the row is above the threshold. */
  readonly above: Uint8Array;
}

/** Counts and rates of Garcia et al. 2014; rates are null where nothing stands below the line. */
export interface WindowsMetric {
  readonly windowSeconds: number;
  readonly windows: number;
  /** Time-weighted, each window's hits divided by its hosts of that side. */
  readonly tTP: number;
  readonly tFN: number;
  readonly tFP: number;
  readonly tTN: number;
  readonly recall: number | null;
  readonly falsePositiveRate: number | null;
  readonly precision: number | null;
  readonly f1: number | null;
}

const WINDOW_SECONDS = 300;
/** The paper's α: how fast a late detection loses weight. */
const DECAY = 0.01;

interface Seen {
  readonly truth: number;
  hit: boolean;
}

const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

/**
 * The error metric of Garcia, Grill, Stiborek, Zunino 2014, "An empirical comparison of botnet
 * detection methods": by window and address instead of by flow. A hostile address found in a window
 * counts once, and 1 + e^(−αn) times in the n-th window, since an early find is worth more.
 */
export function windowsMetric(
  { times, hosts, truth, above }: WindowsInput,
  windowSeconds = WINDOW_SECONDS,
): WindowsMetric {
  let first = Number.POSITIVE_INFINITY;
  for (const time of times) if (time < first) first = time;
  const windows = new Map<number, Map<number, Seen>>();
  for (let i = 0; i < times.length; i++) {
    if (truth[i]! < 0 || Number.isNaN(times[i]!)) continue;
    const window = Math.floor((times[i]! - first) / (windowSeconds * 1e6));
    let seen = windows.get(window);
    if (!seen) {
      seen = new Map();
      windows.set(window, seen);
    }
    // An address with hostile and harmless flows in one window is a hostile one.
    const old = seen.get(hosts[i]!);
    const hostile = Math.max(truth[i]!, old?.truth ?? 0);
    seen.set(hosts[i]!, { truth: hostile, hit: (old?.hit ?? false) || above[i] === 1 });
  }
  const sums = { tTP: 0, tFN: 0, tFP: 0, tTN: 0 };
  for (const [window, seen] of [...windows].sort(([a], [b]) => a - b)) {
    const weight = 1 + Math.exp(-DECAY * (window + 1));
    const counts = { TP: 0, FN: 0, FP: 0, TN: 0 };
    for (const { truth: hostile, hit } of seen.values()) {
      if (hostile === 1) counts[hit ? 'TP' : 'FN']++;
      else counts[hit ? 'FP' : 'TN']++;
    }
    const hostile = counts.TP + counts.FN;
    const harmless = counts.FP + counts.TN;
    if (hostile > 0) {
      sums.tTP += (counts.TP * weight) / hostile;
      sums.tFN += (counts.FN * weight) / hostile;
    }
    if (harmless > 0) {
      sums.tFP += counts.FP / harmless;
      sums.tTN += counts.TN / harmless;
    }
  }
  const { tTP, tFN, tFP, tTN } = sums;
  const recall = ratio(tTP, tTP + tFN);
  const precision = ratio(tTP, tTP + tFP);
  return {
    windowSeconds,
    windows: windows.size,
    ...sums,
    recall,
    falsePositiveRate: ratio(tFP, tFP + tTN),
    precision,
    f1:
      recall === null || precision === null
        ? null
        : ratio(2 * precision * recall, precision + recall),
  };
}

/** When a hostile host was first found. */
export interface HostDetection {
  readonly host: number;
  /** Its first hostile row, microseconds. */
  readonly first: number;
  /** Seconds until its first hostile row above the threshold; null: never. */
  readonly seconds: number | null;
  /** Hostile rows before that one, or all of them. */
  readonly rowsBefore: number;
}

/** How long each hostile host went unseen, longest last, those never found at the end. */
export function timeToDetect({ times, hosts, truth, above }: WindowsInput): HostDetection[] {
  const order = Uint32Array.from(times.keys())
    .filter((i) => truth[i] === 1 && !Number.isNaN(times[i]!))
    .sort((a, b) => times[a]! - times[b]! || a - b);
  const found = new Map<number, { first: number; seconds: number | null; rowsBefore: number }>();
  for (const i of order) {
    const host = hosts[i]!;
    const entry = found.get(host) ?? { first: times[i]!, seconds: null, rowsBefore: 0 };
    found.set(host, entry);
    if (entry.seconds !== null) continue;
    if (above[i]) entry.seconds = (times[i]! - entry.first) / 1e6;
    else entry.rowsBefore++;
  }
  const late = ({ seconds }: { seconds: number | null }): number =>
    seconds ?? Number.POSITIVE_INFINITY;
  return [...found]
    .map(([host, entry]) => ({ host, ...entry }))
    .sort((a, b) => (late(a) === late(b) ? a.host - b.host : late(a) - late(b)));
}
