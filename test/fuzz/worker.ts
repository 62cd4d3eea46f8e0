// The process in which cases run; its parent watches it (see campaign.ts).
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { caseNumber, caseRandom, Lineage } from './lineage.ts';
import type { Message, Plan } from './plan.ts';
import { Signals } from './signals.ts';
import type { TargetModule } from './target.ts';

/** Cases between two looks at the heap, which cost more than a look at the process. */
const HEAP_EVERY = 16;
/** A case that goes on tells so at most this often, in milliseconds. */
const BEAT_MILLIS = 100;
/** Characters of an error that are told. */
const ERROR_TEXT = 2000;

const plan = JSON.parse(process.argv[2]!) as Plan;
// A parent that is gone wants nothing more.
process.once('disconnect', () => process.exit());
process.on('SIGINT', () => {});

function tell(message: Message): void {
  process.send!(message);
}

const target = ((await import(pathToFileURL(plan.module).href)) as TargetModule).createTarget();
const seeds = await target.seeds({ corpus: plan.corpus });
const lineage = new Lineage(target, seeds, plan);
const signals = new Signals();
let told = 0;
let begun = 0;
let heap = 0;

function beat(): void {
  const now = Date.now();
  if (now - told < BEAT_MILLIS) return;
  told = now;
  tell({ kind: 'beat' });
}

async function runCase(name: string, input?: Uint8Array): Promise<void> {
  if (begun++ % HEAP_EVERY === 0) heap = process.memoryUsage().heapUsed;
  tell({ kind: 'begin', name, memory: process.memoryUsage.rss(), heap });
  told = Date.now();
  const bytes = input ?? lineage.input(name);
  signals.fresh = 0;
  const random = caseRandom(plan.seed, caseNumber(name), 'run');
  try {
    await target.run(bytes, { random, signals, folder: plan.folder, beat });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ kind: 'failed', name, text: text.slice(0, ERROR_TEXT) });
    return;
  }
  // A seed as it is can be drawn anyway.
  if (signals.fresh > 0 && !name.startsWith('@') && !plan.only && lineage.keep(name, bytes)) {
    tell({ kind: 'keep', name });
  }
}

/** Lets messages leave and timers run: cases that never wait would starve both. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

tell({ kind: 'ready', seeds: seeds.length });
if (plan.file) await runCase(plan.only ?? '0', readFileSync(plan.file));
else if (plan.only) await runCase(plan.only);
else {
  for (let i = plan.firstSeed; i < seeds.length; i++) {
    await runCase(`@${i}`);
    await breathe();
  }
  for (let i = plan.firstCase; i < plan.cases; i++) {
    if (plan.deadline !== undefined && Date.now() >= plan.deadline) break;
    await runCase(lineage.plan(i));
    await breathe();
  }
}
globalThis.gc?.();
const reached = target.reached(signals);
tell({ kind: 'done', memory: process.memoryUsage.rss(), signals: signals.count, reached });
process.disconnect();
