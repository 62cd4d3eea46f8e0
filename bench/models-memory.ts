import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { modelKind, type Parameters } from '../src/models/index.ts';
import { generate } from './models-data.ts';

/** What the memory is measured on. */
interface Plan {
  rows: number;
  cols: number;
  classes: number;
  threads: number;
  trees: number;
  iterations: number;
  seed: number;
}

const self = fileURLToPath(import.meta.url);
const MEGABYTE = 1e6;

function parametersOf(kind: string, { trees, iterations }: Plan): Parameters {
  return kind === 'forest' ? { trees, maxDepth: 15 } : { iterations };
}

/** Generates, trains and prints its own peak: one kind, in a process of its own. */
async function trainOnce(kind: string, plan: Plan): Promise<void> {
  const { matrix, labels } = generate(plan);
  const before = process.resourceUsage().maxRSS * 1024;
  const classes = Array.from({ length: plan.classes }, (_, k) => `class${k}`);
  const start = performance.now();
  const estimator = modelKind(kind).create(parametersOf(kind, plan));
  await estimator.fit({ matrix, labels, classes }, { seed: plan.seed, threads: plan.threads });
  const seconds = (performance.now() - start) / 1000;
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ before, peak, seconds, matrix: matrix.data.byteLength }));
}

/** Prints the peak of resident memory of training forest and boosting, each in its own process. */
export function measureMemory(args: readonly string[]): void {
  const plan: Plan = {
    rows: 5_000_000,
    cols: 24,
    classes: 2,
    threads: 2,
    trees: 4,
    iterations: 10,
    seed: 1,
  };
  let kinds = ['forest', 'boosting'];
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i]!.replace(/^--/, '');
    if (name === 'kinds') kinds = args[i + 1]!.split(',');
    else if (name in plan) plan[name as 'rows'] = Number(args[i + 1]);
    else throw new Error(`unknown option --${name}; known: ${Object.keys(plan).join(', ')}, kinds`);
  }
  console.log(`${plan.rows} rows × ${plan.cols} columns, ${plan.classes} classes`);
  for (const kind of kinds) {
    const output = execFileSync(process.execPath, [self, kind, JSON.stringify(plan)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 3600_000,
    });
    const { before, peak, seconds, matrix } = JSON.parse(output) as Record<string, number>;
    const mega = (bytes: number): string => `${Math.round(bytes / MEGABYTE)} MB`;
    console.log(
      `${kind}, threads ${plan.threads}: peak ${mega(peak!)} resident, of which the matrix ` +
        `${mega(matrix!)}; ${mega(before!)} before training; ${seconds!.toFixed(1)} s`,
    );
  }
}

if (process.argv[1] === self) {
  await trainOnce(process.argv[2]!, JSON.parse(process.argv[3]!) as Plan);
}
