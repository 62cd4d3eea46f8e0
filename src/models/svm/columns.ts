import { Random } from '../../base/index.ts';
import type { FoldedRows } from '../fold-rows.ts';
import { separate } from './coordinate.ts';
import { joinCoefficients } from './decision.ts';
import { drawLandmarks, type Landmarks, landmarkColumns, overNearness } from './landmarks.ts';
import { NEWTON_COLUMNS, separateNewton } from './newton.ts';
import { fitSigmoid } from './sigmoid.ts';
import { costWithout, gammaOf, type Separator, type SvmTask, sidesOf } from './task.ts';

/** Entries of folded rows as rows of the columns that are separated. */
interface Entries {
  readonly cols: number;
  /** Entries × cols. */
  readonly cells: Float64Array;
  readonly squares: Float64Array;
}

/** The primal or its dual over the columns themselves, or over landmarks of the kernel. */
export function columnSeparator(task: SvmTask): Separator {
  const { folded, tested, cost, marks } = task;
  const landmarks = landmarksOf(task);
  const entries = entriesOf(folded, landmarks);
  const others = tested === folded ? entries : entriesOf(tested, landmarks);
  const learned = marks ? costWithout(task) : cost;
  const separations: Float64Array[] = [];
  return {
    separate(k) {
      const own = separateEntries(task, entries, { k, cost });
      separations.push(own);
      const part = marks ? separateEntries(task, entries, { k, cost: learned }) : own;
      return fitSigmoid(task, k, (e) => distanceOf(part, others, e));
    },
    decision() {
      const linear = {
        outputs: separations.length,
        coefficients: joinCoefficients(
          separations.map((w) => (landmarks ? overNearness(w, landmarks) : w.slice(0, -1))),
        ),
        intercepts: Float64Array.from(separations, (w) => w.at(-1)!),
      };
      if (!landmarks) return linear;
      return { ...linear, landmarks: landmarks.cells, gamma: landmarks.gamma };
    },
  };
}

function landmarksOf(task: SvmTask): Landmarks | undefined {
  const count = task.parameters.landmarks;
  if (count === undefined) return undefined;
  return drawLandmarks(task.folded, { count, gamma: gammaOf(task), seed: task.seed });
}

function entriesOf(folded: FoldedRows, landmarks: Landmarks | undefined): Entries {
  const cols = landmarks?.count ?? folded.cols;
  const columns = landmarks ? landmarkColumns(folded, landmarks) : folded.cells;
  const cells = new Float64Array(folded.label.length * cols);
  const squares = new Float64Array(folded.label.length);
  for (let i = 0; i < folded.points; i++) {
    for (let e = folded.start[i]!; e < folded.start[i + 1]!; e++) {
      let sum = 1;
      for (let c = 0; c < cols; c++) {
        const cell = columns[i * cols + c]!;
        cells[e * cols + c] = cell;
        sum += cell * cell;
      }
      squares[e] = sum;
    }
  }
  return { cols, cells, squares };
}

/** @returns a slope a column, then the intercept */
function separateEntries(
  { kind, parameters, folded, seed }: SvmTask,
  entries: Entries,
  { k, cost }: { k: number; cost: Float64Array },
): Float64Array {
  const input = { ...entries, rows: cost.length, side: sidesOf(folded, k), cost };
  const { maxIterations, tolerance } = parameters;
  if (kind === 'linear-svm' && entries.cols <= NEWTON_COLUMNS) {
    return separateNewton(input, tolerance);
  }
  return separate(input, { maxIterations, tolerance, seed: new Random(seed).fork(k).seed });
}

function distanceOf(w: Float64Array, { cols, cells }: Entries, entry: number): number {
  let sum = w[cols]!;
  for (let c = 0; c < cols; c++) sum += w[c]! * cells[entry * cols + c]!;
  return sum;
}
