import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { wiresift } from './run.ts';
import { smallData } from './small-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-network-'));
after(() => rmSync(folder, { recursive: true }));
const data = join(folder, 'small.binetflow');
const path = (name: string): string => join(folder, name);

writeFileSync(data, smallData());

const train = (...more: readonly string[]) => wiresift(['train', 'ctu13', data, ...more]);

describe('train with a network', () => {
  it('tells epochs on standard error, writes curves and carries a checkpoint on', () => {
    const words = ['--model', 'ann', '--param', 'epochs=3', '--param', 'earlyStopping=9'];
    const files = ['--checkpoint', path('c'), '--curves', path('c.json'), '--svg', path('svg')];
    const first = train(...words, ...files, '--json', '-o', path('one.safetensors'));
    assert.equal(first.code, 0, first.stderr);
    assert.ok(JSON.parse(first.stdout).views.length > 0);
    assert.match(first.stderr, /^layer +output +trained/m);
    assert.match(first.stderr, /^epoch 3\/3: loss .*held-out loss .*balanced/m);
    assert.match(first.stderr, /ended after all of its 3 epochs/);
    const curves = JSON.parse(readFileSync(path('c.json'), 'utf8'));
    assert.equal(curves.epochs.length, 3);
    assert.equal(curves.ending, 'epochs');
    assert.equal(readdirSync(path('svg')).length, 4);
    assert.match(readFileSync(path('one.html'), 'utf8'), /How it was trained/);
    const again = train(...words, '--checkpoint', path('c'), '-o', path('two.safetensors'));
    assert.match(again.stderr, /carried on after epoch 3/);
    assert.deepEqual(readFileSync(path('two.safetensors')), readFileSync(path('one.safetensors')));
    const other = train(...words, '--seed', '2', '--checkpoint', path('c'), '-o', path('no'));
    assert.equal(other.code, 2);
    assert.match(other.stderr, /checkpoint of a training with other/);
    assert.ok(!existsSync(path('no')));
  });

  it('says why it stopped when the loss diverged, and still gives a model', () => {
    const wild = ['optimiser=sgd', 'learningRate=10', 'clip=0', 'epochs=5'];
    const words = wild.flatMap((each) => ['--param', each]);
    const run = train('--model', 'ann', ...words, '-o', path('wild.safetensors'));
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /stopped in epoch \d: the loss was no number/);
    const told = wiresift(['models', 'network', path('wild.safetensors')]);
    assert.match(told.stdout, /dense \(output\)/);
    assert.match(told.stdout, /a lower learningRate or clip may help/);
    const json = wiresift(['models', 'network', path('wild.safetensors'), '--json']);
    assert.equal(JSON.parse(json.stdout).ending, 'divergence');
  });

  it('refuses what only networks can do, before it reads the data', () => {
    for (const option of ['--checkpoint', '--svg']) {
      const run = wiresift(['train', 'ctu13', path('missing'), option, 'x.html', '-o', path('no')]);
      assert.equal(run.code, 2);
      assert.match(run.stderr, /a kind that learns in epochs/);
    }
    const base = ['--model', 'calibrated', '--param', 'base=gru', '--curves', path('x.txt')];
    const run = wiresift(['train', 'ctu13', path('missing'), ...base, '-o', path('no')]);
    assert.match(run.stderr, /ends in \.html or \.json/);
    const same = ['--model', 'gru', '--curves', path('m.html'), '-o', path('m.safetensors')];
    const card = wiresift(['train', 'ctu13', path('missing'), ...same]);
    assert.match(card.stderr, /the card of the model goes there/);
  });
});
