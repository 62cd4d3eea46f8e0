import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { VERSION } from '../../src/base/index.ts';
import { wiresift } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-'));
after(() => rmSync(folder, { recursive: true }));
const inFolder = (name: string): string => join(folder, name);

test('help, version and usage have the exit codes the page promises', () => {
  assert.deepEqual(wiresift(['--version']), { code: 0, stdout: `${VERSION}\n`, stderr: '' });
  const help = wiresift(['detect', '--help']);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /Examples:/);
  assert.equal(wiresift([]).code, 2);
  assert.equal(wiresift(['nonsense']).code, 2);
  assert.equal(wiresift(['flows']).code, 2);
  assert.equal(wiresift(['flows', '--max-flows', 'many', 'x.pcap']).code, 2);
});

test('detect names the attacker of the example, spares the benign hosts, and exits with 3 if asked', () => {
  const files = ['examples/attack.pcap', 'examples/office.pcap'];
  const run = wiresift(['detect', ...files, '--json', '--fail-on-alert']);
  assert.equal(run.code, 3, run.stderr);
  const alerts = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const truth = JSON.parse(readFileSync('examples/truth.json', 'utf8'));
  const named = new Set<string>(alerts.map((alert) => alert.wiresift.host));
  for (const attacker of Object.keys(truth.attackers)) assert.ok(named.has(attacker), attacker);
  for (const host of truth.benign) assert.ok(!named.has(host), `${host} is benign`);
  for (const alert of alerts) {
    assert.equal(alert.event_type, 'alert');
    assert.match(alert.community_id, /^1:/);
    assert.match(alert.wiresift.versions.model_hash, /^[0-9a-f]{64}$/);
  }
});

test('a benign capture gives no alert and exit code 0, as a table too', () => {
  const run = wiresift(['detect', 'examples/office.pcap', '--fail-on-alert']);
  assert.equal(run.code, 0, run.stderr);
  assert.equal(run.stdout, 'No alerts.\n');
});

test('flows are the same from a file, gzip and standard input', async () => {
  const { gzipSync } = await import('node:zlib');
  const bytes = readFileSync('examples/office.pcap');
  const plain = wiresift(['flows', 'examples/office.pcap']);
  assert.equal(plain.code, 0);
  assert.match(plain.stdout, /^StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos/);
  assert.equal(wiresift(['flows', '-'], bytes).stdout, plain.stdout);
  writeFileSync(inFolder('named.txt'), gzipSync(bytes));
  assert.equal(wiresift(['flows', inFolder('named.txt')]).stdout, plain.stdout);
});

test('flows come as JSON lines and Parquet with the same number of rows', async () => {
  const rows =
    wiresift(['flows', 'examples/office.pcap', '-q']).stdout.trim().split('\n').length - 1;
  const lines = wiresift(['flows', 'examples/office.pcap', '--format', 'jsonl']).stdout;
  assert.equal(lines.trim().split('\n').length, rows);
  const parquet = inFolder('office.parquet');
  assert.equal(
    wiresift(['flows', 'examples/office.pcap', '--format', 'parquet', '-o', parquet]).code,
    0,
  );
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const counted = await connection.runAndReadAll(`select count(*) from '${parquet}'`);
  assert.equal(Number(counted.getRows()[0]![0]), rows);
  connection.closeSync();
  instance.closeSync();
  assert.equal(wiresift(['flows', 'examples/office.pcap', '--format', 'parquet']).code, 2);
});

test('one pass gives all views, each equal to its own run', () => {
  const out = inFolder('views');
  const run = wiresift(['flows', 'examples/attack.pcap', '--view', 'argus,zeek,kdd', '-o', out]);
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(readdirSync(out).sort(), ['argus.binetflow', 'kdd.csv', 'zeek.csv']);
  for (const [view, name] of [
    ['argus', 'argus.binetflow'],
    ['zeek', 'zeek.csv'],
    ['kdd', 'kdd.csv'],
  ] as const) {
    const alone = wiresift(['flows', 'examples/attack.pcap', '--view', view, '-q']);
    assert.equal(readFileSync(join(out, name), 'utf8'), alone.stdout, view);
  }
  const row = readFileSync(join(out, 'kdd.csv'), 'utf8').split('\n')[0]!;
  assert.equal(row.split(',').length, 41);
});

test("Zeek's log has its own header, and is read back as flows", () => {
  const log = wiresift([
    'flows',
    'examples/attack.pcap',
    '--view',
    'zeek',
    '--format',
    'log',
    '-q',
  ]);
  assert.match(log.stdout, /^#separator/);
  const path = inFolder('conn.log');
  writeFileSync(path, log.stdout);
  const table = wiresift(['flows', path, '--format', 'jsonl', '-q']);
  assert.equal(table.code, 0, table.stderr);
  const rows = log.stdout.split('\n').filter((line) => line && !line.startsWith('#')).length;
  assert.equal(table.stdout.trim().split('\n').length, rows);
});

test('flows of another tool are judged like packets; the model speaks of its own schema only', () => {
  const flows = inFolder('attack.binetflow');
  wiresift(['flows', 'examples/attack.pcap', '-o', flows, '-q']);
  const hostsOf = (path: string): string[] => {
    const run = wiresift(['detect', path, '--json']);
    assert.equal(run.code, 0, run.stderr);
    const lines = run.stdout.trim().split('\n');
    return [...new Set(lines.map((line): string => JSON.parse(line).wiresift.host))].sort();
  };
  assert.deepEqual(hostsOf(flows), hostsOf('examples/attack.pcap'));
  const log = inFolder('conn2.log');
  writeFileSync(
    log,
    wiresift(['flows', 'examples/attack.pcap', '--view', 'zeek', '--format', 'log']).stdout,
  );
  const zeek = wiresift(['detect', log]);
  assert.equal(zeek.code, 0, zeek.stderr);
  assert.match(zeek.stderr, /ton-iot-threat \d+ scored/);
  assert.match(zeek.stdout, /192\.168\.10\.66/);
});

test('rows without addresses are scored and counted, and accuse no host', () => {
  const path = inFolder('rows.kdd');
  const flood =
    '0,icmp,ecr_i,SF,1032,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,511,511,0,0,0,0,1,0,0,255,255,1,0,1,0,0,0,0,0,smurf.';
  writeFileSync(path, `${Array.from({ length: 20 }, () => flood).join('\n')}\n`);
  const run = wiresift(['detect', path]);
  assert.equal(run.code, 0, run.stderr);
  assert.equal(run.stdout, 'No alerts.\n');
  assert.match(run.stderr, /20 of 20 rows carry no time or addresses/);
  assert.match(run.stderr, /kdd99-category: 20 of 20 rows at or above [\d.]+: dos 20/);
  const alone = wiresift(['detect', path, '--model', 'ctu13-botnet']);
  assert.match(alone.stderr, /no model given reads kdd@1: detectors alone/);
});

test('models are chosen by name or file, each once, and an unknown one is refused', () => {
  const names = ['--model', 'ctu13-botnet', '--model', 'models/ton-iot-type.safetensors'];
  const run = wiresift([
    'detect',
    'examples/attack.pcap',
    '--json',
    ...names,
    '--model',
    'ctu13-botnet',
  ]);
  assert.equal(run.code, 0, run.stderr);
  const [alert] = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const heard = alert.wiresift.models.map((model: { name: string }) => model.name);
  assert.deepEqual(heard, ['ctu13-botnet', 'ton-iot-type']);
  const missing = wiresift(['detect', 'examples/office.pcap', '--model', 'no-such-model']);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /ctu13-botnet, kdd99-category/);
});

test('captures and flow files do not mix', () => {
  const flows = inFolder('mixed.binetflow');
  wiresift(['flows', 'examples/office.pcap', '-o', flows, '-q']);
  assert.equal(wiresift(['flows', 'examples/office.pcap', flows]).code, 2);
});

test('what is no capture is an error that helps, and leaves no file', () => {
  writeFileSync(inFolder('notes.pcap'), 'just some notes');
  const before = readdirSync(folder);
  const run = wiresift(['flows', inFolder('notes.pcap'), '-o', inFolder('none.csv')]);
  assert.equal(run.code, 1);
  assert.match(run.stderr, /notes\.pcap, byte 0: saw .*expected .*\[CAPTURE_MAGIC\]/);
  assert.ok(!readdirSync(folder).some((name) => name.includes('.tmp-')));
  assert.ok(readdirSync(folder).length <= before.length + 1);
  assert.equal(wiresift(['flows', inFolder('absent.pcap')]).code, 1);
});

test('good captures before a bad one still count', () => {
  writeFileSync(inFolder('bad.pcap'), 'x');
  const out = inFolder('some.csv');
  const run = wiresift(['flows', 'examples/office.pcap', inFolder('bad.pcap'), '-o', out]);
  assert.equal(run.code, 1);
  assert.equal(readFileSync(out, 'utf8'), wiresift(['flows', 'examples/office.pcap']).stdout);
});

test('a capture cut off in its last packet is told, and what came before counts', () => {
  const bytes = readFileSync('examples/office.pcap');
  writeFileSync(inFolder('cut.pcap'), bytes.subarray(0, bytes.length - 7));
  const run = wiresift(['flows', inFolder('cut.pcap')]);
  assert.equal(run.code, 0);
  assert.match(run.stderr, /capture_truncated_record 1/);
  assert.ok(run.stdout.split('\n').length > 100);
});

test('datasets and models list what there is, as text and as JSON', () => {
  assert.match(wiresift(['datasets']).stdout, /ctu13: .*\n\s+source/);
  const datasets = JSON.parse(wiresift(['datasets', 'list', '--json']).stdout);
  assert.ok(datasets.some((each: { name: string }) => each.name === 'ctu13'));
  assert.match(wiresift(['datasets', 'show', 'ctu13']).stdout, /From-Botnet/);
  assert.equal(wiresift(['datasets', 'show', 'nothing']).code, 2);
  const kinds = JSON.parse(wiresift(['models', '--json']).stdout);
  assert.ok(kinds.some((each: { kind: string }) => each.kind === 'forest'));
});

test('a damaged model is refused with its place, not run', () => {
  const bytes = readFileSync('models/ctu13-botnet.safetensors');
  writeFileSync(inFolder('cut.safetensors'), bytes.subarray(0, bytes.length - 100));
  const run = wiresift(['detect', 'examples/office.pcap', '--model', inFolder('cut.safetensors')]);
  assert.equal(run.code, 1);
  assert.match(run.stderr, /\[MODEL_FILE\]/);
});
