import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { WiresiftError } from '../src/base/index.ts';
import { createAppConnection } from '../src/decode/index.ts';
import { ArgusCsv, KddCsv, ZeekTsv } from '../src/flow/index.ts';
import { meterCaptures, type SegmentSummary } from '../src/pipeline.ts';
import { readHead, readTurns } from './fuzz/conversation.ts';

const CASES = fileURLToPath(new URL('./captures', import.meta.url));

/** What `expected.json` of a case says; only what is given is checked. */
interface Expected {
  readonly options?: { readonly maxFlows?: number; readonly statusInterval?: number };
  /** Code of the error with which the file is refused. */
  readonly error?: string;
  readonly format?: string;
  readonly frames?: number;
  /** Of a conversation instead of a capture. */
  readonly service?: string;
  /** All rows of the argus view; or some that must be among them. */
  readonly rows?: readonly string[];
  readonly rowsAmong?: readonly string[];
  /** All rows of the zeek view, tabs as spaces and without the uid; all rows of the kdd view. */
  readonly zeek?: readonly string[];
  readonly kdd?: readonly string[];
  readonly records?: number;
  readonly evicted?: number;
  /** Oddities of the file and of its packets, all of them with their counts. */
  readonly fileAnomalies?: Readonly<Record<string, number>>;
  readonly anomalies?: Readonly<Record<string, number>>;
  /** Milliseconds within which the case is over even on a slow machine. */
  readonly millis?: number;
}

/** The service that a conversation shows, of a case whose input is `conversation.bin`. */
function serviceOf(bytes: Uint8Array): string {
  const { protocol, originatorPort, responderPort } = readHead(bytes);
  const connection = createAppConnection(protocol, originatorPort, responderPort);
  for (const { fromOriginator, gap, start, end, length } of readTurns(bytes)) {
    if (gap) connection.gap(fromOriginator, length);
    else connection.data(fromOriginator, bytes, start, end, 1e15);
  }
  connection.end();
  return connection.service;
}

/** What came out of a case. */
interface Outcome {
  readonly segments: readonly SegmentSummary[];
  readonly rows: readonly string[];
  readonly zeek: readonly string[];
  readonly kdd: readonly string[];
  readonly error?: string;
  readonly millis: number;
}

async function inputOf(folder: string): Promise<Uint8Array> {
  const script = join(folder, 'make.ts');
  if (!existsSync(script)) return readFileSync(join(folder, 'input.bin'));
  const { make } = (await import(pathToFileURL(script).href)) as { make(): Uint8Array };
  return make();
}

/** A line of the zeek view: tabs as spaces, the uid left out. */
function zeekLine(line: string): string {
  return line.split('\t').toSpliced(1, 1).join(' ');
}

async function play(folder: string, expected: Expected): Promise<Outcome> {
  const place = mkdtempSync(join(tmpdir(), 'wiresift-'));
  const path = join(place, 'input');
  const csv = new ArgusCsv();
  const rows: string[] = [];
  const zeek: string[] = [];
  const kdd: string[] = [];
  const tsv = new ZeekTsv();
  const lines = new KddCsv();
  let segments: readonly SegmentSummary[] = [];
  let error: string | undefined;
  writeFileSync(path, await inputOf(folder));
  const began = performance.now();
  try {
    segments = await meterCaptures([path], {
      meter: expected.options ?? {},
      onBatch: (batch) => {
        rows.push(...Buffer.from(csv.write(batch)).toString().trimEnd().split('\n'));
      },
      ...(expected.zeek || expected.kdd
        ? {
            tracker: { ignoreChecksums: true },
            onConns: (conns) =>
              void zeek.push(...tsv.write(conns).trimEnd().split('\n').map(zeekLine)),
            onKdd: (found) => void kdd.push(...lines.write(found).trimEnd().split('\n')),
          }
        : {}),
    });
  } catch (thrown) {
    if (!(thrown instanceof WiresiftError)) throw thrown;
    error = thrown.code;
  } finally {
    rmSync(place, { recursive: true });
  }
  return {
    segments,
    rows,
    zeek,
    kdd,
    millis: performance.now() - began,
    ...(error ? { error } : {}),
  };
}

function check(expected: Expected, { segments, rows, zeek, kdd, error, millis }: Outcome): void {
  assert.equal(error, expected.error);
  const [segment] = segments;
  const [file] = segment?.files ?? [];
  if (expected.format !== undefined) assert.equal(file?.format, expected.format);
  if (expected.frames !== undefined) assert.equal(file?.frames, expected.frames);
  if (expected.rows) assert.deepEqual(rows, expected.rows);
  for (const row of expected.rowsAmong ?? []) assert.ok(rows.includes(row), `no row ${row}`);
  if (expected.zeek) assert.deepEqual(zeek, expected.zeek);
  if (expected.kdd) assert.deepEqual(kdd, expected.kdd);
  if (expected.records !== undefined) assert.equal(segment?.meter?.records, expected.records);
  if (expected.evicted !== undefined) assert.equal(segment?.meter?.evicted, expected.evicted);
  if (expected.fileAnomalies) assert.deepEqual({ ...file?.anomalies }, expected.fileAnomalies);
  if (expected.anomalies) {
    const counts = segment?.anomalies.map(({ name, packets }) => [name, packets]);
    assert.deepEqual(Object.fromEntries(counts ?? []), expected.anomalies);
  }
  if (expected.millis !== undefined) {
    assert.ok(millis < expected.millis, `${millis} ms, expected less than ${expected.millis}`);
  }
}

describe('capture cases', () => {
  const names = readdirSync(CASES, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  it('are there, each with a README', () => {
    assert.ok(names.length >= 5);
    for (const { name } of names) assert.ok(existsSync(join(CASES, name, 'README.md')), name);
  });

  for (const { name } of names) {
    const folder = join(CASES, name);
    it(name, async () => {
      const text = readFileSync(join(folder, 'expected.json'), 'utf8');
      const expected = JSON.parse(text) as Expected;
      assert.ok(Object.keys(expected).length > 0, 'expected.json says nothing');
      const conversation = join(folder, 'conversation.bin');
      if (existsSync(conversation)) {
        assert.equal(serviceOf(readFileSync(conversation)), expected.service);
      } else check(expected, await play(folder, expected));
    });
  }
});
