import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDetection, type Detection, FlowScorer, ScorerSet } from '../src/detect/index.ts';
import { wilson } from '../src/evaluate/index.ts';
import { type LoadedModel, meterCaptures } from '../src/pipeline.ts';
import type { Cell, Section } from '../src/report/index.ts';

/** What one model says of captures that its data know nothing of. */
export interface ForeignCounts {
  captures: number;
  /** Captures in which it finds at least one host too unlikely. */
  capturesRaised: number;
  hosts: number;
  hostsRaised: number;
  flows: number;
  above: number;
}

/** {@link ForeignCounts} of harmless and of hostile captures. */
export interface Foreign {
  readonly benign: ForeignCounts;
  readonly attack: ForeignCounts;
}

interface Capture {
  readonly path: string;
  readonly label: 'benign' | 'attack';
}

const none = (): ForeignCounts => ({
  captures: 0,
  capturesRaised: 0,
  hosts: 0,
  hostsRaised: 0,
  flows: 0,
  above: 0,
});

/** Captures of `manifest.csv` that are labelled as a whole; none when the folder is not there. */
export function labelledCaptures(folder: string): Capture[] {
  const manifest = join(folder, 'manifest.csv');
  if (!existsSync(manifest)) return [];
  return readFileSync(manifest, 'utf8')
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [file, , label] = line.split(',', 3);
      if (label !== 'benign' && label !== 'attack') return [];
      return [{ path: join(folder, file!), label } as const];
    });
}

/** Runs the models over each capture on its own, as `wiresift detect` does, and counts what they say. */
export async function measureForeign(
  models: readonly LoadedModel[],
  captures: readonly Capture[],
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Map<string, Foreign>> {
  const scorers = new ScorerSet(
    models.map(({ file, hash, name }) => new FlowScorer(file, hash, name)),
  );
  const found = new Map(models.map(({ name = '' }) => [name, { benign: none(), attack: none() }]));
  for (const [i, { path, label }] of captures.entries()) {
    const detection = createDetection({ version: 'measured', models: scorers.facts });
    await run(path, scorers, detection);
    detection.finish();
    for (const { name, scored, above, hosts, raised } of detection.summary.models) {
      const counts = found.get(name)![label];
      counts.captures++;
      counts.capturesRaised += raised > 0 ? 1 : 0;
      counts.hosts += hosts;
      counts.hostsRaised += raised;
      counts.flows += scored;
      counts.above += above;
    }
    onProgress(i + 1, captures.length);
  }
  return found;
}

async function run(path: string, scorers: ScorerSet, detection: Detection): Promise<void> {
  const { zeek, kdd } = scorers.needs;
  await meterCaptures([path], {
    onBatch: (batch) => scorers.addBatch(detection, batch),
    ...(zeek ? { onConns: (conns) => scorers.addConns(detection, conns) } : {}),
    ...(kdd ? { onKdd: (rows) => scorers.addKdd(detection, rows) } : {}),
  });
}

/** Upper bound of the share of harmless foreign flows at or above the threshold. */
export function foreignUpper({ benign }: Foreign): number {
  return wilson(benign.above, benign.flows).high;
}

/** The card's section: what was measured, and what follows from it. */
export function foreignSection(
  { benign, attack }: Foreign,
  role: string,
  folder: string,
): Section {
  const row = (name: string, counts: ForeignCounts): Cell[] => {
    const share = counts.flows > 0 ? (100 * counts.above) / counts.flows : 0;
    return [
      name,
      counts.captures,
      counts.flows,
      `${counts.above} (${share.toFixed(1)} %)`,
      counts.hosts,
      counts.hostsRaised,
      counts.capturesRaised,
    ];
  };
  const how = `Every capture of ${folder} that is labelled as a whole, each on its own, metered by wiresift. A host is raised when it has more flows above the threshold than the measured false-positive rate explains (docs/detect.md, "The model at host level").`;
  const verdict =
    role === 'corroborates'
      ? 'It flags harmless flows of other networks far more often than those of its own testbed. It therefore corroborates only: it raises no alert, and what it says stands in the alerts of others. Its hosts are held against the upper bound of the share measured here, not of its own validation rows.'
      : 'It may raise alerts by itself.';
  const head = 'captures,number,flows,above the threshold,hosts,raised,captures with one'.split(',');
  return {
    title: 'On other networks',
    blocks: [
      { kind: 'text', text: how },
      { kind: 'table', head, rows: [row('harmless', benign), row('with an attack', attack)] },
      { kind: 'text', text: verdict },
    ],
  };
}
