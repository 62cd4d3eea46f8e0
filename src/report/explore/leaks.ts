import { Random } from '../../base/index.ts';
import { confusion, meanRecall, mostProbable } from '../../evaluate/index.ts';
import { balancedWeights, createMatrix, type Matrix } from '../../features/index.ts';
import { modelKind } from '../../models/index.ts';
import type { Table, TextColumn } from '../../table/index.ts';
import type { RowClasses } from './classes.ts';
import type { LeakScan } from './exploration.ts';

/** Rows of the scan, half to make the rules from, half to judge them. */
const MOST_ROWS = 60_000;
/** Steps that a column of numbers is cut into, by equal counts. */
const STEPS = 64;
/** Words of a column that get a rule of their own. */
const MOST_WORDS = 4096;

/** Rows of the two halves, drawn once for all columns. */
interface Halves {
  readonly learn: Int32Array;
  readonly judge: Int32Array;
}

function halvesOf(classes: RowClasses, seed: number): Halves {
  const known: number[] = [];
  for (let row = 0; row < classes.codes.length; row++) {
    if (classes.codes[row]! < classes.known) known.push(row);
  }
  const random = new Random(seed).fork('explore');
  for (let i = known.length - 1; i > 0; i--) {
    const j = random.int(i + 1);
    const swapped = known[i]!;
    known[i] = known[j]!;
    known[j] = swapped;
  }
  const used = Math.min(known.length, MOST_ROWS);
  const half = used >> 1;
  return {
    learn: Int32Array.from(known.slice(0, half)),
    judge: Int32Array.from(known.slice(half, used)),
  };
}

/** Cells of one column as small numbers, for the rows of both halves. */
interface Coded {
  readonly learn: Int32Array;
  readonly judge: Int32Array;
  /** Codes are below it. */
  readonly size: number;
}

/** Numbers as the equal share of the learning half that they fall into; empty cells are 0. */
function stepCodes(values: Float64Array, { learn, judge }: Halves): Coded {
  const sorted = Float64Array.from(learn, (row) => values[row]!)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const edges: number[] = [];
  for (let step = 1; step < STEPS && sorted.length > 0; step++) {
    const edge = sorted[Math.floor((step * sorted.length) / STEPS)]!;
    if (edges.length === 0 || edge > edges[edges.length - 1]!) edges.push(edge);
  }
  const codeOf = (row: number): number => {
    const value = values[row]!;
    if (Number.isNaN(value)) return 0;
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (edges[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
  return { learn: learn.map(codeOf), judge: judge.map(codeOf), size: edges.length + 2 };
}

/** Words in the order in which the learning half meets them; others are 0. */
function wordCodes(column: TextColumn, { learn, judge }: Halves): Coded {
  const places = new Int32Array(column.dictionary.length + 1);
  let met = 0;
  for (const row of learn) {
    const place = column.codes[row]! + 1;
    if (places[place] === 0 && met < MOST_WORDS) places[place] = ++met;
  }
  const codeOf = (row: number): number => places[column.codes[row]! + 1]!;
  return { learn: learn.map(codeOf), judge: judge.map(codeOf), size: met + 1 };
}

/** Judges the rule "each cell value means the class that it most raises above the class's share". */
function columnScore(
  coded: Coded,
  labels: Int32Array,
  truth: Int32Array,
  names: readonly string[],
): number {
  const known = names.length;
  const counts = new Float64Array(coded.size * known);
  const totals = new Float64Array(known);
  labels.forEach((label, i) => {
    counts[coded.learn[i]! * known + label]!++;
    totals[label]!++;
  });
  const rule = Int32Array.from({ length: coded.size }, (_, code) => {
    let best = 0;
    let most = -1;
    for (let c = 0; c < known; c++) {
      const share = totals[c]! > 0 ? counts[code * known + c]! / totals[c]! : 0;
      if (share > most) {
        most = share;
        best = c;
      }
    }
    return best;
  });
  return meanRecall(
    confusion(
      truth,
      coded.judge.map((code) => rule[code]!),
      names,
    ),
  );
}

function matrixOf(columns: readonly Int32Array[], names: readonly string[]): Matrix {
  const matrix = createMatrix(columns[0]!.length, names);
  columns.forEach((codes, c) => {
    for (let i = 0; i < codes.length; i++) matrix.data[i * columns.length + c] = codes[i]!;
  });
  return matrix;
}

/**
 * How well each single column, and a tree of depth 2 over all, tell the label of rows that they were
 * not made from. What a column reaches alone, a model reaches without having learned anything about
 * attacks. Null when there are no two classes.
 */
export async function scanLeaks(
  table: Table,
  classes: RowClasses,
  options: { readonly seed: number; readonly onColumn?: () => void },
): Promise<LeakScan | null> {
  if (classes.known < 2) return null;
  const halves = halvesOf(classes, options.seed);
  if (halves.learn.length < classes.known || halves.judge.length === 0) return null;
  const specs = table.schema.columns;
  const indexes = [...specs.keys()].filter((index) => specs[index]!.role !== 'label');
  const known = classes.names.slice(0, classes.known);
  const labels = Int32Array.from(halves.learn, (row) => classes.codes[row]!);
  const truth = Int32Array.from(halves.judge, (row) => classes.codes[row]!);
  const coded = indexes.map((index) => {
    const column = table.columns[index]!;
    return column.kind === 'number' ? stepCodes(column.values, halves) : wordCodes(column, halves);
  });
  const columns = indexes.map((index, place) => {
    const balancedAccuracy = columnScore(coded[place]!, labels, truth, known);
    options.onColumn?.();
    return { name: specs[index]!.name, role: specs[index]!.role, balancedAccuracy };
  });
  columns.sort((a, b) => b.balancedAccuracy - a.balancedAccuracy || (a.name < b.name ? -1 : 1));
  const names = indexes.map((index) => specs[index]!.name);
  const matrix = matrixOf(
    coded.map(({ learn }) => learn),
    names,
  );
  const weights = balancedWeights(labels);
  const tree = await modelKind('tree')
    .create({ maxDepth: 2 })
    .fit({ matrix, labels, classes: known, weights }, { seed: options.seed });
  const probabilities = tree.score(
    matrixOf(
      coded.map(({ judge }) => judge),
      names,
    ),
  );
  const said = mostProbable(probabilities, classes.known);
  const balancedAccuracy = meanRecall(confusion(truth, said, known));
  const asked = names.filter((_, index) => tree.importances()[index]! > 0);
  return {
    rows: halves.learn.length + halves.judge.length,
    columns,
    tree: { balancedAccuracy, columns: asked },
    chance: 1 / classes.known,
  };
}
