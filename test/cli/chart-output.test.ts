import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { chartNames } from '../../src/cli/chart-output.ts';
import { wiresift } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-charts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('names of files come from titles, plain, unique, and within their folder', () => {
  assert.deepEqual(chartNames(['Rows by class', 'Rows, by class!', "Cramér's V", '../..', '']), [
    'rows-by-class',
    'rows-by-class-2',
    'cramers-v',
    'chart',
    'chart-2',
  ]);
  assert.ok(chartNames(['x'.repeat(500)])[0]!.length <= 80);
});

const conn = [
  '#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state',
  '#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring',
  ...Array.from(
    { length: 30 },
    (_, i) =>
      `${1_300_000_000 + i * 60}.5\tC${i}\t10.0.0.${i % 3}\t${1024 + i}\t8.8.8.8\t53\tudp\tdns\t0.${i + 1}\t${40 + i}\t100\tSF`,
  ),
  '',
].join('\n');

test('explore writes charts as SVG and PNG, and a card as Markdown and as a page', () => {
  const data = join(folder, 'conn.log');
  writeFileSync(data, `#separator \\x09\n#path\tconn\n${conn}`);
  const pictures = join(folder, 'new', 'pictures');
  const card = join(folder, 'card.md');
  const run = wiresift(['explore', data, '--svg', pictures, '--png', pictures, '--card', card]);
  assert.equal(run.code, 0, run.stderr);
  const names = readdirSync(pictures);
  assert.ok(names.includes('rows-over-time.svg') && names.includes('rows-over-time.png'));
  assert.equal(names.filter((name) => name.endsWith('.svg')).length * 2, names.length);
  const svg = readFileSync(join(pictures, 'rows-over-time.svg'), 'utf8');
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.doesNotMatch(svg, /var\(--/, 'a file of its own has its own colours');
  const told = readFileSync(card, 'utf8');
  assert.match(told, /^# Data card: /);
  assert.match(told, /wiresift explore conn\.log --card card\.md/);
  const page = join(folder, 'card.html');
  const again = wiresift(['explore', data, '--card', page, '--intended-use', 'A look.']);
  assert.equal(again.code, 0, again.stderr);
  assert.match(readFileSync(page, 'utf8'), /<h1>Data card: [\s\S]*A look\./);
  assert.equal(wiresift(['explore', data, '--card', 'card.txt']).code, 2);
});
