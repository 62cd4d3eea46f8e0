import { Random } from '../../src/base/index.ts';
import { type DatasetTable, findDataset } from '../../src/datasets/index.ts';
import {
  averagePrecision,
  harmlessClass,
  hostileScores,
  hostileTruth,
  makeSplit,
  prepareRows,
  rank,
  rocAuc,
  scoreRows,
  timeToDetect,
} from '../../src/evaluate/index.ts';
import { tableHistory } from '../../src/features/index.ts';
import { modelKind, type Parameters } from '../../src/models/index.ts';
import { numbers, texts, textTable } from '../../src/table/index.ts';
import { atBudget, ranked } from './ctu13.ts';
import { Journal } from './journal.ts';
import { dataFile, type Settings, steps } from './settings.ts';

/** Rows of unknown label that teach, as harmless; the others are the past of those that do. */
const BACKGROUND = 20_000;
const FALSE_PER_HOUR = 1;

const NETWORK: Parameters = { epochs: 6, batch: 256, clip: 1 };
const HOST_KINDS = ['host-gru', 'host-tcn', 'host-transformer'] as const;
const FLOWS = 16;

/** A kind of model with its parameters. */
interface Candidate {
  readonly name: string;
  readonly kind: string;
  readonly parameters: Parameters;
  /** A flow's score is the mean over its host's last 16: what takes no learning of sequences. */
  readonly smooth?: true;
}

/** Each network over the flows of a host, and the very same over the row alone. */
const CANDIDATES: readonly Candidate[] = [
  ...HOST_KINDS.flatMap((kind) => [
    { name: `${kind}, 16 flows`, kind, parameters: NETWORK },
    { name: `${kind}, 1 flow`, kind, parameters: { ...NETWORK, window: 1 } },
  ]),
  {
    name: 'host-gru, 16 flows, no gaps',
    kind: 'host-gru',
    parameters: { ...NETWORK, gap: false },
  },
  {
    name: 'host-gru, 1 flow, mean of 16',
    kind: 'host-gru',
    parameters: { ...NETWORK, window: 1 },
    smooth: true,
  },
  { name: 'boosting', kind: 'boosting', parameters: { l2: 1 } },
  { name: 'boosting, mean of 16', kind: 'boosting', parameters: { l2: 1 }, smooth: true },
  { name: 'forest', kind: 'forest', parameters: {} },
];

/** Rows to learn from and to judge, of data that were read. */
interface Task {
  readonly name: string;
  readonly text: string;
  readonly data: DatasetTable;
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** How one model with one seed did. */
interface Result {
  readonly averagePrecision: number;
  readonly rocAuc: number;
  /** Share of hostile flows found at one alert an hour, and at one false alert an hour. */
  readonly recallAtOne: number;
  readonly recallAtOneFalse: number;
  /** Hostile hosts found at one false alert an hour, of all; seconds and flows until each was. */
  readonly found: number;
  readonly hosts: number;
  readonly seconds: number | null;
  readonly flows: number;
  readonly cost: number;
}

const ZEEK = (name: string): string => `zeek-labelled/${name}.conn.log.labeled.gz`;

async function tasks(settings: Settings): Promise<Task[]> {
  const byTime = (name: string, text: string, data: DatasetTable): Task => {
    const time = data.table.schema.columns.find(({ role }) => role === 'time')!.name;
    const rows = Int32Array.from(data.labels.keys());
    const plan = { kind: 'time', trainFraction: 0.6, by: 'span' } as const;
    const input = { rows, labels: data.labels, times: numbers(data.table, time) };
    const { train, test } = makeSplit(input, plan);
    return { name, text, data, train, test };
  };
  const read = (dataset: string, files: readonly string[]): Promise<DatasetTable> =>
    findDataset(dataset).read(files.map((file) => dataFile(settings, file)));
  const ctu13 = await read('ctu13', ['ctu13/capture20110816.binetflow.gz']);
  const iot = await read('zeek-labelled', [ZEEK('iot23-34-1')]);
  const learn = ['iot23-34-1', 'stf-003', 'stf-005'];
  const judge = ['iot23-honeypot-4-1', 'stf-001', 'stf-006', 'stf-008'];
  const all = await read('zeek-labelled', [...learn, ...judge].map(ZEEK));
  const from = all.files[learn.length]!.firstRow;
  const known = Int32Array.from(all.labels.keys()).filter((row) => all.labels[row]! >= 0);
  return [
    byTime('ctu13', 'CTU-13, scenario 6, cut at 60 % of the time', ctu13),
    byTime('iot23', 'IoT-23, capture 34-1, cut at 60 % of the time', iot),
    {
      name: 'hosts',
      text: `Zeek logs of other hosts: learned from ${learn.join(', ')}; judged on ${judge.join(', ')}`,
      data: all,
      train: known.filter((row) => row < from),
      test: known.filter((row) => row >= from),
    },
  ];
}

/** 1 at the rows that teach: all labelled ones and some of the others. */
function taughtBy({ data, train }: Task, seed: number): Float32Array {
  const weights = Float32Array.from(train, (row) => (data.labels[row]! >= 0 ? 1 : 0));
  const unknown = Int32Array.from(weights.keys()).filter((i) => weights[i] === 0);
  new Random(seed).fork('background').shuffle(unknown);
  for (const i of unknown.subarray(0, BACKGROUND)) weights[i] = 1;
  return weights;
}

async function runOne(
  task: Task,
  { kind, parameters, smooth }: Candidate,
  seed: number,
  threads: number,
): Promise<Result> {
  const began = process.cpuUsage();
  const harmless = harmlessClass(task.data.classes);
  const labels = task.data.labels.map((label) => (label < 0 ? harmless : label));
  const data = { ...task.data, labels };
  const rows = task.train;
  const { pipeline, input } = await prepareRows({ data, rows, seed, threads, modelKind: kind });
  const weights = taughtBy(task, seed);
  const model = await modelKind(kind)
    .create(parameters)
    .fit({ ...input, weights }, { seed, threads });
  const probabilities = await scoreRows({ model, pipeline }, data, task.test, { threads });
  const { user, system } = process.cpuUsage(began);
  if (smooth) smoothen(task, probabilities);
  return { ...judged(task, probabilities), cost: (user + system) / 1e6 };
}

/** Each row's probabilities become the means over the last flows of its host. */
function smoothen({ data: { table }, test }: Task, probabilities: Float32Array): void {
  const { hosts, times } = tableHistory(table, test);
  const order = Int32Array.from(hosts.keys()).sort((a, b) => times[a]! - times[b]! || a - b);
  const last = new Map<number, number[]>();
  for (const i of order) {
    const kept = [...(last.get(hosts[i]!) ?? []), probabilities[2 * i + 1]!].slice(-FLOWS);
    last.set(hosts[i]!, kept);
    const mean = kept.reduce((sum, each) => sum + each, 0) / kept.length;
    probabilities.set([1 - mean, mean], 2 * i);
  }
}

/** Hours that the rows cover, file by file: between files there may be years. */
function hoursOf(files: DatasetTable['files'], rows: Int32Array, times: Float64Array): number {
  const spans = files.map(({ firstRow, rows: count }) => {
    const own = times.filter((_, i) => rows[i]! >= firstRow && rows[i]! < firstRow + count).sort();
    return own.length > 0 ? own.at(-1)! - own[0]! : 0;
  });
  return spans.reduce((sum, each) => sum + each, 0) / 3600e6;
}

function judged({ data, test }: Task, probabilities: Float32Array): Omit<Result, 'cost'> {
  const { table, classes, files } = data;
  const harmless = harmlessClass(classes);
  const scores = hostileScores(probabilities, classes.length, harmless);
  // Of unknown label counts as harmless: that is the natural share of hostile flows.
  const truth = hostileTruth(data.labels, test, harmless).map((each) => (each === 1 ? 1 : 0));
  const ranking = rank(scores, Uint8Array.from(truth));
  const time = table.schema.columns.find(({ role }) => role === 'time')!.name;
  const host = table.schema.columns.find(({ name }) => ['SrcAddr', 'id.orig_h'].includes(name))!;
  const times = Float64Array.from(test, (row) => numbers(table, time)[row]!);
  const hours = hoursOf(files, test, times);
  const order = ranked(scores, truth);
  const budget = (onlyFalse: boolean) =>
    atBudget(truth, order, { perHour: FALSE_PER_HOUR, hours, onlyFalse });
  const { alerts, recall } = budget(true);
  const above = new Uint8Array(test.length);
  for (const i of order.subarray(0, alerts)) above[i] = 1;
  const { codes } = texts(table, host.name);
  const hosts = Int32Array.from(test, (row) => codes[row]!);
  const detections = timeToDetect({ times, hosts, truth, above });
  const found = detections.filter(({ seconds }) => seconds !== null);
  return {
    averagePrecision: averagePrecision(ranking),
    rocAuc: rocAuc(ranking),
    recallAtOne: budget(false).recall,
    recallAtOneFalse: recall,
    found: found.length,
    hosts: detections.length,
    seconds: found.length > 0 ? found[found.length >> 1]!.seconds : null,
    flows: found.length > 0 ? found[found.length >> 1]!.rowsBefore : 0,
  };
}

/** Sequence models against the same networks without, boosting and forest. */
export async function run(settings: Settings): Promise<void> {
  const journal = new Journal<Result>(settings.journal);
  const seeds = settings.quick ? 1 : settings.seeds;
  const list = (await tasks(settings)).filter(({ name }) => !settings.quick || name !== 'ctu13');
  const progress = steps('sequences', list.length * CANDIDATES.length * seeds);
  const found = new Map<string, Result[]>();
  try {
    for (let seed = 1; seed <= seeds; seed++) {
      for (const task of [...list].reverse()) {
        for (const candidate of CANDIDATES) {
          const { name } = candidate;
          const { kind, parameters } = candidate;
          const embeds = modelKind(kind).embeds?.(parameters) === true;
          const known = [task.name, name, parameters, seed];
          const key = embeds ? [...known, 'embedded'] : known;
          const own = await journal.get(key, () => runOne(task, candidate, seed, settings.threads));
          const place = `${task.name} ${name}`;
          found.set(place, [...(found.get(place) ?? []), own]);
          progress.done();
        }
      }
    }
  } finally {
    progress.stop();
  }
  if (settings.json) {
    process.stdout.write(`${JSON.stringify(Object.fromEntries(found), null, 2)}\n`);
    return;
  }
  for (const task of list) print(task, found);
}

/** The mean, and the range where there are several. */
function spread(values: readonly number[]): string {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!Number.isFinite(mean)) return '–';
  return values.length > 1
    ? `${mean.toFixed(4)} (${low.toFixed(4)}–${high.toFixed(4)})`
    : mean.toFixed(4);
}

function print(task: Task, found: ReadonlyMap<string, readonly Result[]>): void {
  const hostile = task.test.reduce((sum, row) => sum + (task.data.labels[row] === 1 ? 1 : 0), 0);
  const titles = ['model', 'PR AUC', 'ROC AUC', '1 alert/h', '1 false/h', 'hosts found'];
  const table = textTable(
    [...titles, 'flows before', 'seconds', 'cpu s'].map(
      (title, i) => ({ title, align: i === 0 ? 'left' : 'right' }) as const,
    ),
    CANDIDATES.map(({ name }) => {
      const own = found.get(`${task.name} ${name}`)!;
      const mean = (of: (each: Result) => number): string =>
        (own.reduce((sum, each) => sum + of(each), 0) / own.length).toFixed(1);
      const late = own.filter(({ seconds }) => seconds !== null);
      return [
        name,
        spread(own.map((each) => each.averagePrecision)),
        spread(own.map((each) => each.rocAuc)),
        spread(own.map((each) => each.recallAtOne)),
        spread(own.map((each) => each.recallAtOneFalse)),
        `${mean((each) => each.found)} of ${own[0]!.hosts}`,
        late.length > 0 ? mean((each) => each.flows) : '–',
        late.length > 0 ? mean((each) => each.seconds ?? 0) : '–',
        mean((each) => each.cost),
      ];
    }),
  );
  process.stdout.write(
    `\n${task.text}\n${task.test.length} flows judged, ${hostile} hostile ` +
      `(${((100 * hostile) / task.test.length).toFixed(2)} %)\n${table}\n`,
  );
}
