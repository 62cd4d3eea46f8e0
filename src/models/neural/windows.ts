import type { MatrixHistory } from '../../features/index.ts';

/** How rows of a host become steps. */
export interface WindowPlan {
  /** Most rows, the judged one included. */
  readonly window: number;
  /** Columns of a row. */
  readonly cols: number;
  /** Whether each step also tells how long after the one before it ended. */
  readonly gap: boolean;
}

/** Rows that windows are cut from: who came before whom, and when. */
export interface Past {
  /** The row of the same host before each, or -1. */
  readonly before: Int32Array;
  /** Microseconds. */
  readonly times: Float64Array;
}

/** Gaps in logarithms of milliseconds, so that three seconds are about 1. */
const GAP_SCALE = 1 / 8;

/** Numbers of a step: the columns, and the gap where it is told. */
export function stepWidth({ cols, gap }: Omit<WindowPlan, 'window'>): number {
  return cols + (gap ? 1 : 0);
}

/** Rows in the order of time, equal times in the order given; those without host or time left out. */
export function rowsInTime({ hosts, times }: MatrixHistory): Int32Array {
  const known = Int32Array.from(hosts.keys()).filter(
    (row) => hosts[row]! >= 0 && Number.isFinite(times[row]!),
  );
  return known.sort((a, b) => times[a]! - times[b]! || a - b);
}

/** Who came before whom in a matrix; without a history nobody did. */
export function pastOf(history: MatrixHistory | undefined, rows: number): Past {
  const before = new Int32Array(rows).fill(-1);
  if (!history) return { before, times: new Float64Array(rows) };
  const last = new Map<number, number>();
  for (const row of rowsInTime(history)) {
    const host = history.hosts[row]!;
    before[row] = last.get(host) ?? -1;
    last.set(host, row);
  }
  return { before, times: history.times };
}

/**
 * Copies the window of a row: as many of its host's last rows as there are and fit, the row itself
 * last, zeros before them.
 * @param to window × step width numbers
 * @param cells rows × columns
 * @returns rows found, at least 1
 */
export function gatherWindow(
  to: Float32Array,
  { cells, past }: { readonly cells: Float32Array; readonly past: Past },
  row: number,
  { window, cols, gap }: WindowPlan,
): number {
  const { before, times } = past;
  const width = stepWidth({ cols, gap });
  let step = window - 1;
  for (let at = row; ; ) {
    const from = at * cols;
    const place = step * width;
    for (let c = 0; c < cols; c++) to[place + c] = cells[from + c]!;
    const earlier = before[at]!;
    const ends = earlier < 0 || step === 0;
    if (gap) {
      const milliseconds = ends ? 0 : (times[at]! - times[earlier]!) / 1000;
      to[place + cols] = GAP_SCALE * Math.log1p(milliseconds);
    }
    if (ends) break;
    at = earlier;
    step--;
  }
  to.fill(0, 0, step * width);
  return window - step;
}
