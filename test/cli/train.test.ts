import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { argusTime, Random } from '../../src/base/index.ts';
import { wiresift } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-'));
after(() => rmSync(folder, { recursive: true }));
const data = join(folder, 'small.binetflow');

/** Two hours of flows in which one host opens connections that nobody answers. */
function smallData(): string {
  const random = new Random(5);
  const begin = Date.UTC(2026, 0, 5, 9) * 1000;
  const lines = [
    'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label',
  ];
  for (let i = 0; i < 4000; i++) {
    const time = argusTime(begin + Math.floor((i * 7200e6) / 4000));
    const duration = random.exponential(3).toFixed(6);
    const kind = random.next();
    const packets = 1 + random.int(4);
    if (kind < 0.05) {
      // Some are answered: what drops one-way flows would otherwise lose the class altogether.
      lines.push(
        `${time},${duration},tcp,10.0.0.66,${1024 + i},   ->,192.0.2.9,25,FSPA_FSPA,0,0,${6 + random.int(8)},${500 + random.int(2000)},${200 + random.int(250)},flow=From-Botnet-V1-TCP-Spam`,
      );
    } else if (kind < 0.2) {
      lines.push(
        `${time},${duration},tcp,10.0.0.66,${1024 + i},   ->,192.0.2.${i % 250},25,S_,0,,${packets},${62 * packets},${62 * packets},flow=From-Botnet-V1-TCP-Attempt`,
      );
    } else if (kind < 0.6) {
      const bytes = 500 + random.int(9000);
      lines.push(
        `${time},${duration},tcp,10.0.0.7,${1024 + i},   ->,198.51.100.9,80,FSPA_FSPA,0,0,${5 + random.int(15)},${bytes},${bytes >> 2},flow=From-Normal-V1-Web`,
      );
    } else {
      lines.push(
        `${time},${duration},udp,10.0.0.8,${1024 + i},  <->,10.0.0.1,53,CON,0,0,${packets},${107 * packets},${40 * packets},flow=Background-UDP`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
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
