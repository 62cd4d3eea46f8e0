import { type Model, modelKind, type Parameters } from '../src/models/index.ts';
import { type BenchData, generatedData, tonIotData, tonIotMissing } from './models-data.ts';
import { measureMemory } from './models-memory.ts';
import { findPython, type Measured, type Scikit, startScikit } from './models-scikit.ts';

/** What is read or generated, and what is fitted. */
interface Plan {
  data: string;
  targets: string[];
  rows: number;
  cols: number;
  classes: number;
  trees: number;
  depth: number;
  iterations: number;
  leaf: number;
  steps: number;
  tolerance: number;
  queries: number;
  seed: number;
  repeats: number;
  threads: number[];
  kinds: string[];
}

/** Medians over the repeats, and the spread of the fits. */
interface Result extends Measured {
  readonly data: string;
  readonly by: 'wiresift' | 'scikit-learn';
  readonly kind: string;
  readonly threads: number;
  readonly fitSpread: readonly [number, number];
}

const USAGE = `options: --data ton-iot|generated  --targets label,type  --rows N (0: as they are)
  --cols N (0: all)  --classes N --trees N --depth N --iterations N --leaf N --steps N --tolerance X
  --queries N (rows that scikit-learn's neighbours are asked)  --seed N --repeats N --threads 1,2
  --kinds forest,tree,…  --python PATH|none  --json  --memory [--rows N --cols N --threads N]`;

const NUMBERS = [
  ...['rows', 'cols', 'classes', 'trees', 'depth', 'iterations', 'leaf'],
  ...['steps', 'tolerance', 'queries', 'seed', 'repeats'],
];
const LISTS = ['targets', 'kinds'];
/** Kinds that work in several threads, here and there. */
const THREADED = ['forest', 'extra-trees', 'boosting', 'logistic', 'knn'];

/** Parameters of each kind, the same as `scikit/models.py` gives its own. */
function parametersOf(kind: string, plan: Plan): Parameters {
  const { trees, depth, leaf, iterations, steps, tolerance } = plan;
  if (kind === 'tree') return { maxDepth: depth, minSamplesLeaf: leaf };
  if (kind === 'boosting') return { iterations, l2: 0 };
  if (kind === 'logistic') return { maxIterations: steps, tolerance };
  if (kind === 'knn') return { k: 5, p: 1, weights: 'distance' };
  const forest = kind === 'forest' || kind === 'extra-trees';
  return forest ? { trees, maxDepth: depth, minSamplesLeaf: leaf } : {};
}

function parse(args: readonly string[]): { plan: Plan; python: string | undefined; json: boolean } {
  const plan: Plan = {
    data: tonIotMissing ? 'generated' : 'ton-iot',
    targets: ['label', 'type'],
    rows: 0,
    cols: 0,
    classes: 8,
    trees: 100,
    depth: 15,
    iterations: 100,
    leaf: 1,
    steps: 500,
    tolerance: 1e-6,
    queries: 1000,
    seed: 1,
    repeats: 3,
    threads: [1],
    kinds: ['tree', 'forest', 'extra-trees', 'boosting', 'logistic', 'knn', 'naive-bayes'],
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
    else if (name === 'data') plan.data = value;
    else if (name === 'threads') plan.threads = value.split(',').map(Number);
    else if (LISTS.includes(name)) plan[name as 'kinds'] = value.split(',');
    else if (NUMBERS.includes(name)) plan[name as 'rows'] = Number(value);
    else throw new Error(`unknown option --${name}\n${USAGE}`);
  }
  return { plan, python, json };
}

const middle = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[times.length >> 1]!;

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function measureOwn(
  plan: Plan,
  { kind, threads }: { kind: string; threads: number },
  data: BenchData,
): Promise<Measured> {
  const { train, trainLabels, test, testLabels, classes } = data;
  const estimator = modelKind(kind).create(parametersOf(kind, plan));
  const start = performance.now();
  const used = process.cpuUsage();
  const model: Model = await estimator.fit(
    { matrix: train, labels: trainLabels, classes },
    { seed: plan.seed, threads },
  );
  const fitSeconds = (performance.now() - start) / 1000;
  const fitCpu = cpuSince(used);
  const times: number[] = [];
  let shares = new Float32Array(0);
  // Neighbours build their tree when first asked, which counts; other kinds warm up.
  const passes = kind === 'knn' ? 1 : 4;
  for (let pass = 0; pass < passes; pass++) {
    const from = process.cpuUsage();
    shares = model.score(test) as Float32Array<ArrayBuffer>;
    if (pass > 0 || passes === 1) times.push(cpuSince(from));
  }
  const right = countRight(shares, testLabels, classes.length);
  return {
    fitSeconds,
    fitCpu,
    scoreCpu: middle(times),
    accuracy: right / test.rows,
    asked: test.rows,
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

/** Runs of both sides in turn, so that what else the machine does falls on both. */
async function compare(
  plan: Plan,
  work: { kind: string; threads: number },
  data: BenchData,
  scikit: Scikit | undefined,
): Promise<Result[]> {
  const own: Measured[] = [];
  const theirs: Measured[] = [];
  for (let r = 0; r < plan.repeats; r++) {
    own.push(await measureOwn(plan, work, data));
    if (scikit) theirs.push(await scikit.measure({ ...plan, ...work }));
  }
  const results = [summary('wiresift', own)];
  if (scikit) results.push(summary('scikit-learn', theirs));
  return results.map((each) => ({ ...each, ...work, data: data.name }));
}

function summary(by: Result['by'], runs: readonly Measured[]) {
  const fits = runs.map((run) => run.fitSeconds);
  return {
    by,
    fitSeconds: middle(fits),
    fitSpread: [Math.min(...fits), Math.max(...fits)] as const,
    fitCpu: middle(runs.map((run) => run.fitCpu)),
    scoreCpu: middle(runs.map((run) => run.scoreCpu)),
    accuracy: middle(runs.map((run) => run.accuracy)),
    asked: runs[0]!.asked,
  };
}

/** Above 1 is faster here. */
function print(results: readonly Result[]): void {
  for (const each of results) {
    const spread = each.fitSpread.map((time) => time.toFixed(2)).join('-');
    console.log(
      `  ${each.by.padEnd(13)} fit ${each.fitSeconds.toFixed(3)} s (${spread}), ` +
        `processor ${each.fitCpu.toFixed(2)} s, score processor ${each.scoreCpu.toFixed(4)} s, ` +
        `held-out accuracy ${each.accuracy.toFixed(4)} ` +
        `on ${each.asked} rows`,
    );
  }
  const [own, theirs] = results;
  if (!own || !theirs) return;
  const fit = (theirs.fitSeconds / own.fitSeconds).toFixed(2);
  const cpu = (theirs.fitCpu / own.fitCpu).toFixed(2);
  const score = (theirs.scoreCpu / own.scoreCpu).toFixed(2);
  const gap = (own.accuracy - theirs.accuracy).toFixed(4);
  console.log(
    `  ratio         fit × ${fit} (processor × ${cpu}), score × ${score}, accuracy ${gap}`,
  );
}

async function load(plan: Plan): Promise<BenchData[]> {
  if (plan.data === 'generated') {
    const { rows, cols, classes, seed } = plan;
    return [generatedData({ rows: rows || 460_000, cols: cols || 24, classes, seed })];
  }
  if (tonIotMissing) throw new Error(tonIotMissing);
  const found: BenchData[] = [];
  for (const target of plan.targets) found.push(await tonIotData(target, plan));
  return found;
}

/**
 * Times fitting and scoring of every kind of model, beside scikit-learn on the same cells with the
 * same number of threads, run by run in turn; `--memory` measures the peak of memory instead.
 */
export async function run(args: string[]): Promise<void> {
  if (args.includes('--memory')) return measureMemory(args.filter((arg) => arg !== '--memory'));
  const { plan, python: named, json } = parse(args);
  const python = findPython(named);
  const results: Result[] = [];
  for (const data of await load(plan)) {
    const { train, test, classes } = data;
    const scikit = python ? startScikit(python, data) : undefined;
    if (!json) {
      console.log(
        `${data.name}: ${train.rows} rows to learn from, ${test.rows} held out, ` +
          `${train.cols} columns, ${classes.length} classes, seed ${plan.seed}`,
      );
    }
    for (const kind of plan.kinds) {
      for (const threads of THREADED.includes(kind) ? plan.threads : [1]) {
        const found = await compare(plan, { kind, threads }, data, scikit);
        results.push(...found);
        if (json) continue;
        console.log(`${kind}, threads ${threads}`);
        print(found);
      }
    }
    scikit?.close();
  }
  if (json) console.log(JSON.stringify({ plan, results }));
}
