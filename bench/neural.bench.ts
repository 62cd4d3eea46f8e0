import { parseArgs } from 'node:util';
import { type FitInput, type Model, modelKind } from '../src/models/index.ts';
import { generate } from './models-data.ts';
import { type Cost, type EpochPlan, type Rival, tfjs, torch } from './neural-rivals.ts';

const COLUMNS = 46;
const CLASSES = 9;
const ROUNDS = 5;
/** About so long is one measurement of ours, in whole epochs: clocks are coarse, machines busy. */
const SECONDS = 0.3;

/** What is trained unless `--rows` says otherwise, and the layers where they are not the kind's. */
const SUBJECTS: Readonly<Record<string, { readonly rows: number; readonly layers?: object }>> = {
  ann: { rows: 100_000 },
  cnn: { rows: 20_480 },
  gru: {
    rows: 20_480,
    layers: {
      steps: 'columns',
      layers: [
        { layer: 'gru', units: 64, sequence: true },
        { layer: 'gru', units: 32 },
      ],
    },
  },
  transformer: { rows: 6144 },
};

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

/** Cost of an epoch: from the end of the first, so without what is done once. */
async function epochs(input: FitInput, { kind, batch, threads }: EpochPlan, count: number) {
  const layers = SUBJECTS[kind]?.layers;
  const network = layers ? { network: JSON.stringify(layers) } : {};
  // The rivals have no pieces.
  const settings = modelKind(kind).create({ epochs: count + 1, batch, pieces: 0, ...network });
  let cpu = process.cpuUsage();
  let clock = performance.now();
  const cost = { cpu: 0, clock: 0 };
  const onProgress = (done: number) => {
    if (done === count + 1) {
      const { user, system } = process.cpuUsage(cpu);
      cost.cpu = (user + system) / 1e6 / count;
      cost.clock = (performance.now() - clock) / 1e3 / count;
    }
    if (done !== 1) return;
    cpu = process.cpuUsage();
    clock = performance.now();
  };
  const model = await settings.fit(input, { seed: 1, threads, onProgress });
  return { model, cost };
}

function scored(model: Model, input: FitInput): number {
  model.score(input.matrix);
  const rates = Array.from({ length: ROUNDS }, () => {
    const cpu = process.cpuUsage();
    model.score(input.matrix);
    return (input.matrix.rows * 1e6) / process.cpuUsage(cpu).user;
  });
  return median(rates);
}

/** Ours and each rival in turns, a line with the ratio for each. */
async function compare(input: FitInput, plan: EpochPlan, rivals: readonly Rival[]) {
  const by: keyof Cost = plan.threads === 1 ? 'cpu' : 'clock';
  const warm = await epochs(input, plan, 1);
  const count = Math.max(1, Math.round(SECONDS / warm.cost.clock));
  for (const rival of rivals) await rival.ready();
  const own: number[] = [];
  const others = rivals.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    own.push((await epochs(input, plan, count)).cost[by]);
    for (const [i, rival] of rivals.entries()) others[i]!.push((await rival.epoch())[by]);
  }
  const seconds = median(own);
  const what = by === 'cpu' ? 'processor time' : 'the clock';
  const head = `${plan.kind}, ${plan.rows} rows, threads ${plan.threads}`;
  process.stdout.write(`${head}: ${seconds.toFixed(3)} s of ${what} an epoch\n`);
  rivals.forEach(({ name }, i) => {
    const theirs = median(others[i]!);
    const ratio = `ours takes ${(seconds / theirs).toFixed(2)} of it`;
    process.stdout.write(`  ${name} ${theirs.toFixed(3)} s; ${ratio}\n`);
  });
  return warm.model;
}

/**
 * Epochs of named networks on one thread and two, in turns with PyTorch's where a Python that has
 * it is named, and with TensorFlow.js where its folder is.
 */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string' },
      batch: { type: 'string', default: '512' },
      kinds: { type: 'string', default: 'ann,cnn,gru,transformer' },
      threads: { type: 'string', default: '1,2' },
      python: { type: 'string' },
      tfjs: { type: 'string' },
    },
  });
  const batch = Number(values.batch);
  process.stdout.write(`${COLUMNS} columns, ${CLASSES} classes, batch ${batch}\n`);
  for (const kind of values.kinds.split(',')) {
    const rows = Number(values.rows ?? SUBJECTS[kind]?.rows ?? 10_000);
    const { matrix, labels } = generate({ rows, cols: COLUMNS, classes: CLASSES, seed: 1 });
    const classes = Array.from({ length: CLASSES }, (_, k) => `class${k}`);
    const input = { matrix, labels, classes };
    let model: Model | undefined;
    for (const threads of values.threads.split(',').map(Number)) {
      const plan = { kind, rows, columns: COLUMNS, classes: CLASSES, batch, threads };
      const rivals: Rival[] = [];
      if (values.python && kind in SUBJECTS) rivals.push(torch(values.python, plan));
      if (values.tfjs && kind === 'ann') rivals.push(tfjs(values.tfjs, plan));
      try {
        model = await compare(input, plan, rivals);
      } finally {
        for (const rival of rivals) rival.stop();
      }
    }
    const rate = Math.round(scored(model!, input));
    process.stdout.write(`${kind}: scores ${rate} rows a second of processor time\n`);
  }
}
