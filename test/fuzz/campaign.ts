import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Bounds, MAX_FINDINGS } from './bounds.ts';
import { caseNumber, Lineage } from './lineage.ts';
import type { Message, Plan } from './plan.ts';
import type { TargetModule } from './target.ts';
import { type Ending, mebibytes, WatchedProcess } from './watched.ts';

/** What to run. */
export interface CampaignOptions {
  /** File of the target: see `plan.ts`. */
  readonly module: string;
  readonly seed: number;
  readonly bounds: Bounds;
  /** Mutations; with `seconds`, as many as the time allows. */
  readonly cases: number;
  readonly seconds?: number | undefined;
  readonly corpus?: string | undefined;
  readonly only?: string | undefined;
  readonly file?: string | undefined;
  /** Leave out the pass over the seeds as they are. */
  readonly mutationsOnly?: boolean;
  /** Where inputs of findings go. */
  readonly savedIn: string;
  readonly onProgress?: (progress: Progress) => void;
}

/** How far a run is. */
export interface Progress {
  readonly done: number;
  readonly seconds: number;
  readonly memory: number;
  readonly findings: number;
}

/** One thing that must not happen. */
export interface Finding {
  readonly kind: Ending['kind'] | 'failed' | 'growth';
  /** The case's name, which brings its input back: see `lineage.ts`. */
  readonly name: string;
  readonly text: string;
  /** Where the input was saved, if it could be. */
  readonly saved?: string;
}

/** What a run has shown. */
export interface CampaignResult {
  readonly seeds: number;
  readonly cases: number;
  readonly seconds: number;
  readonly findings: readonly Finding[];
  /** Bytes: most held at once, most in the first half, held at the end; most on the heap. */
  readonly peakMemory: number;
  readonly firstHalfMemory: number;
  readonly endMemory: number;
  readonly peakHeap: number;
  readonly signals: number;
  readonly kept: number;
  readonly reached: readonly string[];
}

/** Runs the seeds as they are, then mutations, in watched processes. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-fuzz-'));
  try {
    return await new Campaign(options, folder).run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Campaign {
  readonly #options: CampaignOptions;
  readonly #folder: string;
  readonly #began = Date.now();
  readonly #findings: Finding[] = [];
  readonly #kept: string[] = [];
  #running = '';
  #nextSeed = 0;
  #nextCase = 0;
  #done = 0;
  #seeds = 0;
  #peak = 0;
  #firstHalf = 0;
  #end = 0;
  #heap = 0;
  #signals = 0;
  #reached: readonly string[] = [];
  #process: WatchedProcess | undefined;

  constructor(options: CampaignOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    if (options.mutationsOnly) this.#nextSeed = Number.MAX_SAFE_INTEGER;
  }

  async run(): Promise<CampaignResult> {
    let restarts = 0;
    for (;;) {
      this.#firstHalf = 0;
      const ending = await this.#work();
      if (!ending) break;
      await this.#found({ kind: ending.kind, name: this.#running, text: ending.text });
      restarts++;
      // Without a case begun, another process would end the same way.
      const single = this.#options.only !== undefined || this.#options.file !== undefined;
      if (this.#running === '' || single || this.#findings.length >= MAX_FINDINGS) break;
      this.#running = '';
    }
    if (restarts === 0) await this.#checkGrowth();
    return {
      seeds: this.#seeds,
      cases: this.#done,
      seconds: (Date.now() - this.#began) / 1000,
      findings: this.#findings,
      peakMemory: this.#peak,
      firstHalfMemory: this.#firstHalf,
      endMemory: this.#end,
      peakHeap: this.#heap,
      signals: this.#signals,
      kept: this.#kept.length,
      reached: this.#reached,
    };
  }

  async #work(): Promise<Ending | undefined> {
    const { module, corpus, seed, cases, seconds, only, file, bounds } = this.#options;
    const plan: Plan = {
      module,
      corpus,
      seed,
      cases,
      only,
      file,
      folder: this.#folder,
      firstSeed: this.#nextSeed,
      firstCase: this.#nextCase,
      deadline: seconds === undefined ? undefined : this.#began + seconds * 1000,
      kept: this.#kept,
    };
    const pending: Promise<void>[] = [];
    const process = new WatchedProcess({
      plan,
      bounds,
      onMessage: (message) => {
        const work = this.#hear(message);
        if (work) pending.push(work);
      },
      onMemory: (bytes) => this.#measured(bytes),
    });
    this.#process = process;
    const ending = await process.ended();
    await Promise.all(pending);
    return ending;
  }

  #hear(message: Message): Promise<void> | undefined {
    switch (message.kind) {
      case 'ready':
        this.#seeds = message.seeds;
        return undefined;
      case 'begin': {
        this.#running = message.name;
        this.#done++;
        if (message.name.startsWith('@')) this.#nextSeed = caseNumber(message.name) + 1;
        else {
          this.#nextSeed = Number.MAX_SAFE_INTEGER;
          this.#nextCase = caseNumber(message.name) + 1;
        }
        this.#heap = Math.max(this.#heap, message.heap);
        const seconds = (Date.now() - this.#began) / 1000;
        const findings = this.#findings.length;
        this.#options.onProgress?.({ done: this.#done, seconds, memory: this.#peak, findings });
        return undefined;
      }
      case 'keep':
        this.#kept.push(message.name);
        return undefined;
      case 'failed': {
        if (this.#findings.length + 1 >= MAX_FINDINGS) this.#process?.stop();
        return this.#found({ kind: 'failed', name: message.name, text: message.text });
      }
      case 'done':
        this.#end = message.memory;
        this.#signals = message.signals;
        this.#reached = message.reached;
        return undefined;
      default:
        return undefined;
    }
  }

  #measured(bytes: number): void {
    if (bytes > this.#peak) this.#peak = bytes;
    const { seconds, cases } = this.#options;
    const half =
      seconds === undefined
        ? this.#nextCase * 2 < cases
        : Date.now() - this.#began < (seconds * 1000) / 2;
    if (half && bytes > this.#firstHalf) this.#firstHalf = bytes;
  }

  /** Memory that the first half did not need and the second has not given back is a leak. */
  async #checkGrowth(): Promise<void> {
    const { growthBytes } = this.#options.bounds;
    if (this.#firstHalf === 0 || this.#end === 0) return;
    if (this.#end - this.#firstHalf <= growthBytes) return;
    const text = `${mebibytes(this.#end)} held at the end, at most ${mebibytes(this.#firstHalf)} in the first half`;
    this.#findings.push({ kind: 'growth', name: 'all', text });
  }

  async #found(finding: Omit<Finding, 'saved'>): Promise<void> {
    const place = this.#findings.push(finding) - 1;
    if (finding.name === '' || this.#options.file !== undefined) return;
    const { module, corpus, seed, savedIn } = this.#options;
    try {
      const loaded = (await import(pathToFileURL(module).href)) as TargetModule;
      const target = loaded.createTarget();
      const lineage = new Lineage(target, await target.seeds({ corpus }), { seed });
      mkdirSync(savedIn, { recursive: true });
      const saved = join(savedIn, `${target.name}-${seed}-${finding.name}.bin`);
      writeFileSync(saved, lineage.input(finding.name));
      this.#findings[place] = { ...finding, saved };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#findings[place] = { ...finding, text: `${finding.text}\n(input not saved: ${why})` };
    }
  }
}
