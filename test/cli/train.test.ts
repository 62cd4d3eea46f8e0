import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { wiresift } from './run.ts';
import { smallData } from './small-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-'));
after(() => rmSync(folder, { recursive: true }));
const data = join(folder, 'small.binetflow');

writeFileSync(data, smallData());

test('train writes a model and its card; the same seed gives the same bytes on any number of threads', () => {
  const [one, two] = ['1', '2'].map((threads) => {
    const path = join(folder, `m${threads}.safetensors`);
    const run = wiresift([
      'train',
      'ctu13',
      data,
      '--param',
      'trees=10',
      '--threads',
      threads,
      '-o',
      path,
    ]);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /average precision/);
    assert.doesNotMatch(run.stdout, /^accuracy/m);
    return path;
  });
  assert.deepEqual(readFileSync(one!), readFileSync(two!));
  const card = readFileSync(join(folder, 'm1.md'), 'utf8');
  assert.match(card, /# Model card: forest on ctu13/);
  assert.match(card, /wiresift train ctu13 small\.binetflow --model forest/);

  const again = wiresift(['evaluate', one!, data, '--json', '--prior-work']);
  assert.equal(again.code, 0, again.stderr);
  const { evaluation, priorWork } = JSON.parse(again.stdout);
  assert.match(evaluation.warnings.join(' '), /THESE DATA TRAINED THE MODEL/);
  assert.ok(evaluation.data.rows < 2000, 'the test part only');
  assert.ok(priorWork.steps.some((step: { flaw: string }) => step.flaw === 'leaks'));
  const text = wiresift(['evaluate', one!, data, '--prior-work']).stdout;
  assert.match(text, /LEAKY/);
});

test('a column that identifies is refused as a feature unless the user insists', () => {
  const path = join(folder, 'identity.safetensors');
  const base = ['train', 'ctu13', data, '--model', 'tree', '-o', path, '--features', 'SrcAddr,Dur'];
  const refused = wiresift(base);
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /FEATURE_IDENTITY/);
  const leaky = wiresift([...base, '--allow-identity']);
  assert.equal(leaky.code, 1);
  assert.match(leaky.stdout, /LEAK identity-column: SrcAddr tells who/);
  assert.match(leaky.stderr, /no card while a leak is open/);
  const card = join(folder, 'identity.md');
  assert.ok(!existsSync(card));
  const reason = 'identity-column=the servers of this site are known by address';
  const others = ['target-copy=one host attacks', 'identifying-column=three hosts in all'];
  const accepted = [reason, ...others].flatMap((each) => ['--accept-leak', each]);
  const run = wiresift([...base, '--allow-identity', ...accepted]);
  assert.equal(run.code, 0, run.stdout);
  assert.match(readFileSync(card, 'utf8'), /accepted: the servers of this site are known/);
  const wrong = wiresift([...base, '--accept-leak', 'luck=none']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /LEAK_NAME/);
});

test('wrong parameters and thresholds are usage errors that name the right ones', () => {
  const base = ['train', 'ctu13', data, '-o', join(folder, 'x.safetensors')];
  const wrong = wiresift([...base, '--param', 'treees=3']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /trees/);
  assert.equal(wiresift([...base, '--threshold', 'luck']).code, 2);
  assert.equal(wiresift([...base, '--abstain', 'error=2']).code, 2);
  assert.equal(wiresift([...base, '--abstain', 'often']).code, 2);
  assert.equal(wiresift(['train', 'nothing', data, '-o', 'x']).code, 2);
});
