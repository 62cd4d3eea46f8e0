import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { coverageOf, NO_LOSSES } from '../../src/detect/coverage.ts';
import type { Alert, EvidenceKind } from '../../src/detect/index.ts';
import { argusSchema } from '../../src/flow/index.ts';
import { type FlowPart, openStore, type Store, type StoreOptions } from '../../src/store/index.ts';
import { NumberBuilder, type Table, TextBuilder } from '../../src/table/index.ts';

/** 2011-08-16T11:00:00Z in microseconds. */
export const START = 1_313_492_400_000_000;
export const HOUR = 3_600_000_000;

export const ACTOR = { by: 'ann', address: '192.0.2.1' };

/** A folder of its own, gone after the test. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-store-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A clock that goes on by a second at each look, and can be set. */
export function testClock(start = START): { now: () => number; set: (time: number) => void } {
  let time = start;
  return {
    now: () => (time += 1_000_000),
    set: (at) => {
      time = at;
    },
  };
}

/** A store that is closed after the test. */
export async function temporaryStore(
  context: TestContext,
  options: Partial<StoreOptions> = {},
): Promise<Store> {
  const store = await openStore({
    folder: mkdtempSync(join(tmpdir(), 'wiresift-store-')),
    ...options,
  });
  context.after(async () => {
    await store.close();
    rmSync(store.folder, { recursive: true, force: true });
  });
  return store;
}

const KINDS: readonly EvidenceKind[] = ['horizontal-scan', 'brute-force', 'beacon', 'model'];
const SEVERITIES = ['high', 'medium', 'low'] as const;

/** An alert that differs from others by its number. */
export function makeAlert(number: number, changes: Partial<Alert> = {}): Alert {
  const kind = KINDS[number % KINDS.length]!;
  const first = START + number * 1_000_000;
  return {
    source: kind === 'model' ? 'model' : 'detector',
    kind,
    host: `10.0.${(number >> 3) & 255}.${number & 7}`,
    role: 'source',
    peers: ['192.0.2.7'],
    peerCount: 1 + (number % 50),
    ports: [22],
    portCount: 1,
    protocols: ['TCP'],
    first,
    last: first + 60_000_000,
    flows: 10 + number,
    uncertainFlows: 0,
    score: (number % 100) / 10,
    threshold: 5,
    unit: 'hosts',
    reasons: [{ feature: 'hosts', value: 9, contribution: 1.5 }],
    anomalies: [],
    communityIds: ['1:abc='],
    flowIds: [number],
    id: number.toString(16).padStart(16, '0'),
    title: `Title ${kind}`,
    severity: SEVERITIES[number % 3]!,
    technique: { id: 'T1046', name: 'Network Service Discovery', possible: false },
    agreement: 'no model',
    agreementText: 'No model was used.',
    models: [],
    coverage: coverageOf({ losses: NO_LOSSES, evicted: {}, late: 0, evidenceDropped: 0 }),
    versions: { program: '0.1.0' },
    ...changes,
  };
}

/** Rows of the argus view, `gap` microseconds apart. */
export function argusRows(rows: number, start = START, gap = 1_000_000, from = 0): Table {
  const numbers = (value: (row: number) => number) => {
    const builder = new NumberBuilder(rows);
    for (let row = 0; row < rows; row++) builder.push(value(row + from));
    return builder.finish();
  };
  const words = (value: (row: number) => string | undefined) => {
    const builder = new TextBuilder(rows);
    for (let row = 0; row < rows; row++) builder.push(value(row + from));
    return builder.finish();
  };
  return {
    schema: argusSchema,
    rows,
    columns: [
      numbers((row) => start + (row - from) * gap),
      numbers((row) => row / 4),
      words((row) => (row % 3 === 0 ? 'udp' : 'tcp')),
      words((row) => `10.0.0.${row % 7}`),
      words((row) => String(40_000 + (row % 100))),
      words(() => '->'),
      words((row) => `192.0.2.${row % 11}`),
      words((row) => (row % 5 === 0 ? undefined : '80')),
      words(() => 'CON'),
      numbers((row) => (row % 4 === 0 ? Number.NaN : 0)),
      numbers(() => 0),
      numbers((row) => 2 + (row % 9)),
      numbers((row) => 100 * (row % 20)),
      numbers((row) => 50 * (row % 20)),
    ],
  };
}

/** Sum of the parts' rows. */
export const rowsOf = (parts: readonly FlowPart[]): number =>
  parts.reduce((sum, { rows }) => sum + rows, 0);

/** Asserts on a code alone: messages may be reworded. */
export const code = (expected: string) => (error: unknown) =>
  (error as { code?: string }).code === expected ||
  (() => {
    throw new Error(`expected ${expected}, got ${String(error)}`, { cause: error });
  })();
