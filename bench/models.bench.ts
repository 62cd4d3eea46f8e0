import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Random } from '../src/base/index.ts';
import { createMatrix, type Matrix } from '../src/features/index.ts';
import { modelKind, type Parameters } from '../src/models/index.ts';

/** What is generated and fitted. */
interface Plan {
  rows: number;
  cols: number;
  classes: number;
  trees: number;
  depth: number;
  iterations: number;
  leaf: number;
  seed: number;
  repeats: number;
  threads: number[];
  kinds: string[];
}

/** One measured figure: medians over the repeats, and the spread. */
interface Result {
  readonly by: 'wiresift' | 'scikit-learn';
  readonly kind: string;
  readonly threads: number;
  readonly fitSeconds: number;
  readonly fitSpread: readonly [number, number];
  readonly scoreSeconds: number;
  readonly rowsPerSecond: number;
  readonly accuracy: number;
}

const USAGE = `options: --rows N --cols N --classes N --trees N --depth N --iterations N --leaf N
  --seed N --repeats N --threads 1,2  --kinds forest,tree,…  --python PATH|none  --json`;

/** Parameters of each kind, the same as `scikit/models.py` gives its own. */
function parametersOf(kind: string, plan: Plan): Parameters {
  const { trees, depth, leaf, iterations } = plan;
  if (kind === 'tree') return { maxDepth: depth, minSamplesLeaf: leaf };
  if (kind === 'boosting') return { iterations };
  if (kind === 'knn') return { k: 5, p: 1, weights: 'distance' };
  const forest = kind === 'forest' || kind === 'extra-trees';
  return forest ? { trees, maxDepth: depth, minSamplesLeaf: leaf } : {};
}

/** Kinds that work in several threads, here and there. */
const THREADED = ['forest', 'extra-trees', 'boosting'];

/**
 * Flow-like data: a third of the columns are heavy-tailed numbers, the rest zeros and ones; the
 * class follows from sums of some of them with noise. The script for scikit-learn makes the same.
 */
export function generate(plan: Pick<Plan, 'rows' | 'cols' | 'classes' | 'seed'>): {
  matrix: Matrix;
  labels: Int32Array;
} {
  const { rows, cols, classes } = plan;
  const random = new Random(plan.seed);
  const names = Array.from({ length: cols }, (_, c) => `f${String(c).padStart(3, '0')}`);
  const matrix = createMatrix(rows, names);
  const labels = new Int32Array(rows);
  const numeric = Math.max(1, Math.ceil(cols / 3));
  for (let i = 0; i < rows; i++) {
    let score = random.normal();
    for (let c = 0; c < cols; c++) {
      const value = c < numeric ? Math.fround(Math.log1p(random.exponential(50))) : random.int(2);
      matrix.data[i * cols + c] = value;
      if (c % 4 === 0) score += c < numeric ? value - 3.5 : value - 0.5;
      if (c % 7 === 1 && value > 0.5 && score > 0) score -= 1;
    }
    labels[i] = Math.min(classes - 1, Math.max(0, Math.floor(classes / 2 + score)));
  }
  return { matrix, labels };
}

const NUMBERS = [
  ...['rows', 'cols', 'classes', 'trees', 'depth'],
  ...['iterations', 'leaf', 'seed', 'repeats'],
];

function parse(args: readonly string[]): { plan: Plan; python: string | undefined; json: boolean } {
  const plan: Plan = {
    rows: 460_000,
    cols: 24,
    classes: 8,
    trees: 100,
    depth: 15,
    iterations: 100,
    leaf: 1,
    seed: 1,
    repeats: 1,
    threads: [1, 2],
    kinds: ['tree', 'forest', 'extra-trees', 'boosting', 'logistic'],
  };
  let python: string | undefined;
  let json = false;
  for (let i = 0; i < args.length; i++) {
    const name = args[i]!.replace(/^--/, '');
    if (name === 'json') {
      json = true;
      continue;
    }
    const value = args[++i];
    if (value === undefined) throw new Error(`--${name} needs a value\n${USAGE}`);
    if (name === 'python') python = value;
    else if (name === 'threads') plan.threads = value.split(',').map(Number);
    else if (name === 'kinds') plan.kinds = value.split(',');
    else if (NUMBERS.includes(name)) {
      plan[name as 'rows'] = Number(value);
    } else throw new Error(`unknown option --${name}\n${USAGE}`);
  }
  return { plan, python, json };
}

const middle = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[times.length >> 1]!;

async function measure(plan: Plan, kind: string, threads: number): Promise<Result> {
  const { matrix, labels } = generate(plan);
  const classes = Array.from({ length: plan.classes }, (_, k) => `class${k}`);
  const estimator = modelKind(kind).create(parametersOf(kind, plan));
  const fits: number[] = [];
  const scores: number[] = [];
  let right = 0;
  for (let r = 0; r < plan.repeats; r++) {
    const start = performance.now();
    const model = await estimator.fit({ matrix, labels, classes }, { seed: plan.seed, threads });
    fits.push((performance.now() - start) / 1000);
    // The first pass warms the kernel up and is not counted.
    model.score(matrix);
    const from = performance.now();
    const shares = model.score(matrix);
    scores.push((performance.now() - from) / 1000);
    right = countRight(shares, labels, plan.classes);
  }
  const scoreSeconds = middle(scores);
  return {
    by: 'wiresift',
    kind,
    threads,
    fitSeconds: middle(fits),
    fitSpread: [Math.min(...fits), Math.max(...fits)],
    scoreSeconds,
    rowsPerSecond: plan.rows / scoreSeconds,
    accuracy: right / plan.rows,
  };
}

function countRight(shares: Float32Array, labels: Int32Array, classes: number): number {
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (shares[i * classes + k]! > shares[i * classes + best]!) best = k;
    }
    if (best === labels[i]) right++;
  }
  return right;
}

function runScikit(python: string, plan: Plan): Result[] {
  const script = fileURLToPath(new URL('scikit/models.py', import.meta.url));
  const { matrix, labels } = generate(plan);
  const head = Buffer.from(`${JSON.stringify(plan)}\n`);
  const cells = Buffer.from(matrix.data.buffer, 0, matrix.data.byteLength);
  const input = Buffer.concat([head, cells, Buffer.from(labels.buffer)]);
  const output = execFileSync(python, ['-W', 'ignore', script], {
    input,
    stdio: ['pipe', 'pipe', 'inherit'],
    maxBuffer: 1 << 20,
    encoding: 'utf8',
  });
  return JSON.parse(output) as Result[];
}

function print(results: readonly Result[]): void {
  const head = [
    'by',
    'kind',
    'threads',
    'fit s',
    'spread s',
    'score s',
    'rows/s',
    'train accuracy',
  ];
  const lines = results.map((each) => [
    each.by,
    each.kind,
    String(each.threads),
    each.fitSeconds.toFixed(2),
    each.fitSpread.map((time) => time.toFixed(2)).join('-'),
    each.scoreSeconds.toFixed(3),
    Math.round(each.rowsPerSecond).toLocaleString('en'),
    each.accuracy.toFixed(4),
  ]);
  const widths = head.map((word, c) => Math.max(word.length, ...lines.map((l) => l[c]!.length)));
  for (const line of [head, ...lines]) {
    console.log(line.map((cell, c) => cell.padEnd(widths[c]!)).join('  '));
  }
}

/** Fit and score of scikit-learn over ours, kind by kind: above 1 is faster here. */
function printRatios(results: readonly Result[]): void {
  for (const theirs of results.filter((each) => each.by === 'scikit-learn')) {
    const ours = results.find(
      (each) =>
        each.by === 'wiresift' && each.kind === theirs.kind && each.threads === theirs.threads,
    );
    if (!ours) continue;
    const fit = (theirs.fitSeconds / ours.fitSeconds).toFixed(2);
    const score = (theirs.scoreSeconds / ours.scoreSeconds).toFixed(2);
    const gap = (ours.accuracy - theirs.accuracy).toFixed(4);
    console.log(
      `${theirs.kind}, threads ${theirs.threads}: fit × ${fit}, score × ${score}, accuracy ${gap}`,
    );
  }
}

/** A Python that has scikit-learn: the one named, else `python3` if it has; undefined for none. */
function findPython(named: string | undefined): string | undefined {
  if (named === 'none') return undefined;
  const python = named ?? 'python3';
  try {
    execFileSync(python, ['-c', 'import sklearn'], { stdio: 'ignore' });
    return python;
  } catch {
    if (named) throw new Error(`${named} cannot import sklearn`);
    process.stderr.write(
      'scikit-learn not installed: no comparison (--python PATH names another)\n',
    );
    return undefined;
  }
}

/**
 * Times fitting and scoring of every kind of model on seeded, generated data, with one and more
 * threads, beside scikit-learn on the same cells, with the same number of threads.
 */
export async function run(args: string[]): Promise<void> {
  const { plan, python: named, json } = parse(args);
  const python = findPython(named);
  const results: Result[] = [];
  for (const kind of plan.kinds) {
    const counts = THREADED.includes(kind) ? plan.threads : [1];
    for (const threads of counts) results.push(await measure(plan, kind, threads));
  }
  if (python) results.push(...runScikit(python, plan));
  if (json) {
    console.log(JSON.stringify({ plan, results }));
    return;
  }
  console.log(
    `${plan.rows} rows × ${plan.cols} columns, ${plan.classes} classes, seed ${plan.seed}`,
  );
  print(results);
  printRatios(results);
}
