import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readOnnx } from '../../src/models/onnx/cut.ts';
import { wiresift } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-onnx-'));
after(() => rmSync(folder, { recursive: true }));

test('models export writes a shipped model, and says what it takes and gives', () => {
  const path = join(folder, 'botnet.onnx');
  const run = wiresift(['models', 'export', 'ctu13-botnet', '-o', path, '--json']);
  assert.equal(run.code, 0, run.stderr);
  const summary = JSON.parse(run.stdout);
  const bytes = readFileSync(path);
  assert.equal(summary.bytes, bytes.length);
  assert.equal(summary.kind, 'forest');
  assert.deepEqual(summary.inputs[0], { name: 'Dur', type: 'double', width: 1 });
  assert.ok(summary.operators.RegexFullMatch > 0);
  const { metadata } = readOnnx(bytes, path);
  assert.match(metadata.get('wiresift.hash')!, /^[0-9a-f]{64}$/);
  assert.equal(metadata.get('wiresift.schema'), 'argus@1');
});

test('models export --matrix takes one input; a wrong name is an error of usage', () => {
  const path = join(folder, 'matrix.onnx');
  const run = wiresift(['models', 'export', 'ctu13-botnet', '-o', path, '--matrix']);
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, /inputs\n {2}matrix: float, rows × \d+\noutputs\n {2}probabilities/);
  assert.equal(wiresift(['models', 'export', 'ctu13-botnet', '-o', join(folder, 'x.bin')]).code, 2);
  assert.equal(wiresift(['models', 'export', 'ctu13-botnet']).code, 2);
  assert.deepEqual(readdirSync(folder).sort(), ['botnet.onnx', 'matrix.onnx']);
  assert.match(wiresift(['models', 'export', '--help']).stdout, /Examples:/);
});
