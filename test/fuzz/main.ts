import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BOUNDS } from './bounds.ts';
import { type CampaignResult, type Finding, runCampaign } from './campaign.ts';
import { captureFolder } from './captures.ts';
import { isCaseName } from './lineage.ts';
import { TARGETS } from './plan.ts';
import { mebibytes } from './watched.ts';

const USAGE = `usage: npm run fuzz -- [options]
  --mutations N     random mutations after the seeds as they are; default 10000
  --seconds N       mutate for so long instead
  --seed S          a whole number; default 1. Case k of seed s is always the same
  --corpus PATH     where seeds are listed; default the collection beside the project, else examples
  --target NAME     ${[...TARGETS.keys()].join(', ')}; default flows
  --case NAME       only this case, as a finding names it: 4410, 812.4410 or @17
  --input FILE      only the bytes of this file; with --case, delivered as to that case
  --json            the result as JSON on standard output`;

const SAVED_IN = fileURLToPath(new URL('../../.fuzz', import.meta.url));
/** Milliseconds between two lines of progress. */
const PROGRESS_MILLIS = 5000;
const DEFAULT_MUTATIONS = 10_000;

interface Settings {
  readonly target: string;
  readonly seed: number;
  readonly mutations: number;
  readonly seconds: number | undefined;
  readonly corpus: string | undefined;
  readonly only: string | undefined;
  readonly file: string | undefined;
  readonly json: boolean;
}

function wrong(message: string): never {
  process.stderr.write(`fuzz: ${message}\n${USAGE}\n`);
  process.exit(2);
}

function whole(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    wrong(`--${name} ${text}: expected a whole number`);
  }
  return value;
}

const TEXT = { type: 'string' } as const;
const SWITCH = { type: 'boolean', default: false } as const;
const OPTIONS = {
  mutations: TEXT,
  seconds: TEXT,
  seed: TEXT,
  corpus: TEXT,
  target: TEXT,
  case: TEXT,
  input: TEXT,
  json: SWITCH,
  help: SWITCH,
} as const;

function parse(args: string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>> {
  try {
    return parseArgs({ args, options: OPTIONS });
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function readSettings(args: string[]): Settings {
  const { values } = parse(args);
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  const seconds = whole('seconds', values.seconds);
  const mutations = whole('mutations', values.mutations);
  if (seconds !== undefined && mutations !== undefined) wrong('give --seconds or --mutations');
  const target = values.target ?? 'flows';
  if (!TARGETS.has(target)) wrong(`no target ${target}`);
  if (values.case !== undefined && !isCaseName(values.case)) wrong(`--case ${values.case}`);
  return {
    target,
    seed: whole('seed', values.seed) ?? 1,
    mutations: seconds === undefined ? (mutations ?? DEFAULT_MUTATIONS) : 0xffff_ffff,
    seconds,
    corpus: values.corpus === undefined ? undefined : resolve(values.corpus),
    only: values.case,
    file: values.input === undefined ? undefined : resolve(values.input),
    json: values.json,
  };
}

/** The command that runs just this case again. */
function replay(settings: Settings, { name }: Finding): string {
  const { target, seed, corpus, mutations, file } = settings;
  const parts = ['npm run fuzz --', '--target', target, '--seed', seed];
  if (corpus !== undefined) parts.push('--corpus', corpus);
  if (file !== undefined) parts.push('--input', file);
  if (name === 'all' || name === '') parts.push('--mutations', mutations);
  else parts.push('--case', name);
  return parts.join(' ');
}

function report(settings: Settings, result: CampaignResult): string {
  const { cases, seconds, findings } = result;
  const lines = findings.map((finding) => {
    const saved = finding.saved ? `\n  input:  ${finding.saved}` : '';
    const text = finding.text.replaceAll('\n', '\n  ');
    return `${finding.kind} in case ${finding.name}\n  ${text}${saved}\n  replay: ${replay(settings, finding)}\n`;
  });
  const { peakMemory, firstHalfMemory, endMemory, peakHeap, signals, kept, reached } = result;
  lines.push(
    `target ${settings.target}, seed ${settings.seed}, ${result.seeds} seeds`,
    `${cases} cases in ${seconds.toFixed(1)} s: ${(cases / seconds).toFixed(0)} cases/s`,
    `memory: peak ${mebibytes(peakMemory)} of ${mebibytes(BOUNDS.memoryBytes)} allowed, first half ${mebibytes(firstHalfMemory)}, end ${mebibytes(endMemory)}; heap ${mebibytes(peakHeap)}`,
    ...[...reached, `${signals} signals, ${kept} inputs kept`].map((line) => `reached: ${line}`),
    findings.length === 0 ? 'no findings' : `${findings.length} findings`,
  );
  return `${lines.join('\n')}\n`;
}

const settings = readSettings(process.argv.slice(2));
if (!settings.json && !settings.only && !settings.file && settings.target === 'flows') {
  process.stderr.write(`captures below ${settings.corpus ?? captureFolder()}\n`);
}
let told = Date.now();
const result = await runCampaign({
  module: TARGETS.get(settings.target)!,
  seed: settings.seed,
  bounds: BOUNDS,
  cases: settings.mutations,
  seconds: settings.seconds,
  corpus: settings.corpus,
  only: settings.only,
  file: settings.file,
  savedIn: SAVED_IN,
  onProgress({ done, seconds, memory, findings }) {
    if (settings.json || Date.now() - told < PROGRESS_MILLIS) return;
    told = Date.now();
    const rate = (done / seconds).toFixed(0);
    process.stderr.write(
      `${done} cases, ${rate} cases/s, peak ${mebibytes(memory)}, ${findings} findings\n`,
    );
  },
});
if (settings.json) {
  const findings = result.findings.map((one) => ({ ...one, replay: replay(settings, one) }));
  process.stdout.write(`${JSON.stringify({ ...result, findings }, null, 2)}\n`);
} else process.stdout.write(report(settings, result));
process.exitCode = result.findings.length > 0 ? 1 : 0;
