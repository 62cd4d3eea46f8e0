import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type FitInput, type Model, modelKind } from '../src/models/index.ts';
import { generate } from './models-data.ts';

const COLUMNS = 46;
const CLASSES = 9;
/** Fits of one and of this many epochs: the difference leaves out what is done once. */
const EPOCHS = 4;
const ROUNDS = 3;

interface Cost {
  readonly cpu: number;
  readonly clock: number;
}

async function fit(kind: string, input: FitInput, batch: number, epochs: number) {
  const cpu = process.cpuUsage();
  const clock = performance.now();
  const model = await modelKind(kind).create({ epochs, batch }).fit(input, { seed: 1 });
  const { user, system } = process.cpuUsage(cpu);
  const cost: Cost = { cpu: (user + system) / 1e6, clock: (performance.now() - clock) / 1e3 };
  return { model, cost };
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

function scored(model: Model, input: FitInput): number {
  model.score(input.matrix);
  const rates = Array.from({ length: ROUNDS }, () => {
    const cpu = process.cpuUsage();
    model.score(input.matrix);
    return (input.matrix.rows * 1e6) / process.cpuUsage(cpu).user;
  });
  return median(rates);
}

/** Epochs of named networks, beside PyTorch's where a Python that has it is named. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '100000' },
      batch: { type: 'string', default: '512' },
      kinds: { type: 'string', default: 'ann' },
      python: { type: 'string' },
    },
  });
  const [rows, batch] = [Number(values.rows), Number(values.batch)];
  const { matrix, labels } = generate({ rows, cols: COLUMNS, classes: CLASSES, seed: 1 });
  const classes = Array.from({ length: CLASSES }, (_, k) => `class${k}`);
  const input = { matrix, labels, classes };
  process.stdout.write(`${rows} rows × ${COLUMNS} columns, ${CLASSES} classes, batch ${batch}\n`);
  for (const kind of values.kinds.split(',')) {
    await fit(kind, input, batch, 1);
    const own: Cost[] = [];
    const other: Cost[] = [];
    let last: Model | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      const one = await fit(kind, input, batch, 1);
      const more = await fit(kind, input, batch, EPOCHS);
      const per = (name: keyof Cost) => (more.cost[name] - one.cost[name]) / (EPOCHS - 1);
      own.push({ cpu: per('cpu'), clock: per('clock') });
      last = more.model;
      if (values.python && kind === 'ann') other.push(torch(values.python, rows, batch));
    }
    const cpu = median(own.map((cost) => cost.cpu));
    const line = `${kind}: ${cpu.toFixed(3)} s of processor time an epoch`;
    const rate = Math.round(scored(last!, input));
    process.stdout.write(`${line}, scores ${rate} rows a second of processor time\n`);
    if (other.length === 0) continue;
    const theirs = median(other.map((cost) => cost.cpu));
    const ratio = (cpu / theirs).toFixed(2);
    process.stdout.write(`  PyTorch ${theirs.toFixed(3)} s; ratio ${ratio}\n`);
  }
}

function torch(python: string, rows: number, batch: number): Cost {
  const script = fileURLToPath(new URL('scikit/neural-torch.py', import.meta.url));
  const words = [script, rows, COLUMNS, CLASSES, batch].map(String);
  return JSON.parse(execFileSync(python, words, { encoding: 'utf8' })) as Cost;
}
