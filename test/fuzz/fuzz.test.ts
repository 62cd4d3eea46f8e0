import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sharedMissing } from '../shared-data.ts';
import { BOUNDS } from './bounds.ts';
import {
  type CampaignOptions,
  type CampaignResult,
  type Finding,
  runCampaign,
} from './campaign.ts';
import { captureSeeds } from './captures.ts';
import { TARGETS } from './plan.ts';

const MIB = 1024 * 1024;
const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const faultModule = (name: string): string =>
  fileURLToPath(new URL(`./faults/${name}.ts`, import.meta.url));

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function fuzz(
  module: string,
  savedIn: string,
  options: Partial<CampaignOptions> = {},
): Promise<CampaignResult> {
  return runCampaign({ module, savedIn, seed: 7, bounds: BOUNDS, cases: 40, ...options });
}

/** A finding without the stack below its first line, which tells who called. */
function told({ kind, name, text, saved }: Finding): Finding {
  return { kind, name, text: text.split('\n')[0]!, ...(saved ? { saved } : {}) };
}

describe('what the harness finds', { concurrency: 2 }, () => {
  it('an exception: told with its stack, the input saved, and the case replayed alone', async () => {
    await inFolder(async (savedIn) => {
      const module = faultModule('throws');
      const { findings, cases } = await fuzz(module, savedIn);
      assert.equal(cases, 42, 'the run goes on behind a finding');
      const [first] = findings;
      assert.equal(first!.kind, 'failed');
      assert.match(first!.text, /RangeError: first byte \d+\n.*throws\.ts/s);
      assert.equal(readFileSync(first!.saved!)[0]! % 2, 1);
      const again = await fuzz(module, savedIn, { only: first!.name });
      assert.equal(again.cases, 1);
      assert.deepEqual(again.findings.map(told), [told(first!)]);
      const fromFile = await fuzz(module, savedIn, { file: first!.saved });
      assert.equal(told(fromFile.findings[0]!).text, told(first!).text);
    });
  });

  it('a case that builds upon kept inputs comes back from its name alone', async () => {
    await inFolder(async (savedIn) => {
      const { findings, kept } = await fuzz(faultModule('throws'), savedIn, { cases: 120 });
      assert.ok(kept > 3, `${kept} kept`);
      const deep = findings.find(({ name }) => name.includes('.'));
      assert.ok(deep, findings.map(({ name }) => name).join(' '));
      const again = await fuzz(faultModule('throws'), savedIn, { only: deep.name });
      assert.deepEqual(again.findings.map(told), [told(deep)]);
    });
  });

  it('an endless loop, and goes on with the case behind it', async () => {
    await inFolder(async (savedIn) => {
      const bounds = { ...BOUNDS, hangMillis: 600 };
      const { findings, cases } = await fuzz(faultModule('hangs'), savedIn, { bounds, cases: 12 });
      assert.ok(findings.length > 0);
      assert.ok(findings.every(({ kind }) => kind === 'hang'));
      assert.equal(cases, 14, 'no case is left out and none runs twice');
      assert.ok(readFileSync(findings[0]!.saved!).length < 32);
    });
  });

  it('a process that ends', async () => {
    await inFolder(async (savedIn) => {
      const { findings } = await fuzz(faultModule('dies'), savedIn, { cases: 16 });
      assert.equal(findings[0]!.kind, 'crash');
      assert.match(findings[0]!.text, /exit code 1\n.*nobody waits for this/s);
      assert.ok(existsSync(findings[0]!.saved!));
    });
  });

  it('memory past its bound', async () => {
    await inFolder(async (savedIn) => {
      const bounds = { ...BOUNDS, memoryBytes: 200 * MIB, growthBytes: 1e12 };
      const options = { bounds, cases: 400 };
      const { findings, peakMemory } = await fuzz(faultModule('grows'), savedIn, options);
      assert.equal(findings[0]!.kind, 'memory');
      assert.match(findings[0]!.text, /held, 200.0 MiB allowed/);
      assert.ok(peakMemory > 200 * MIB);
    });
  });

  it('memory that grows from the first half to the second', async () => {
    await inFolder(async (savedIn) => {
      const bounds = { ...BOUNDS, growthBytes: 16 * MIB };
      const { findings } = await fuzz(faultModule('grows'), savedIn, { bounds, cases: 120 });
      assert.deepEqual(
        findings.map(({ kind }) => kind),
        ['growth'],
      );
    });
  });
});

describe('what it does not find', { concurrency: 2 }, () => {
  const clean = async (target: string, options: Partial<CampaignOptions>): Promise<void> => {
    await inFolder(async (savedIn) => {
      const result = await fuzz(TARGETS.get(target)!, savedIn, options);
      assert.deepEqual(result.findings, []);
      assert.ok(result.cases >= options.cases!, `${result.cases} cases`);
      assert.ok(result.signals > 10, `${result.signals} signals`);
    });
  };

  it('300 mutations of the examples and, where they are, of 20 other captures', async () => {
    await inFolder(async (corpus) => {
      const examples = captureSeeds(EXAMPLES);
      const others = sharedMissing === false ? captureSeeds() : [];
      const some = others.filter((_, i) => i % Math.ceil(others.length / 20) === 0);
      [...examples, ...some].forEach(({ name }, i) => {
        symlinkSync(name, join(corpus, `${i}.pcap`));
      });
      await clean('flows', { cases: 300, corpus });
    });
  });

  it('mutations of model files', async () => clean('model', { cases: 200 }));

  it('mutations of conversations', async () => {
    await clean('stream', { cases: 300, corpus: EXAMPLES });
  });

  it('mutations of Argus text', async () => clean('binetflow', { cases: 40 }));
});
