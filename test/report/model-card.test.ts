import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trainModel } from '../../src/evaluate/index.ts';
import { hashModel, saveModel } from '../../src/models/index.ts';
import {
  type CardInput,
  INTENDED_USE,
  modelCard,
  modelCardPage,
  pageHtml,
} from '../../src/report/index.ts';
import { madeFlows } from '../evaluate/flows.ts';

const { file, evaluation, record } = await trainModel({
  data: madeFlows(3000),
  modelKind: 'tree',
  parameters: { maxDepth: 4 },
  seed: 1,
});
const bytes = saveModel(file);
const cellOf = (rows: number): string => rows.toLocaleString('en').replaceAll(',', '\u202f');
const input: CardInput = {
  file,
  evaluation,
  bytes,
  leaks: record.leaks,
  command: 'wiresift train ctu13 made.binetflow --model tree -o tree.safetensors',
  data: { title: 'made flows', licence: 'ours', citation: 'none', errata: ['half is background'] },
};

test('a card holds what identifies the model, how to make it again, and how it did', () => {
  const card = modelCard(input);
  assert.match(card, /^# Model card: tree on/);
  assert.ok(card.includes(hashModel(bytes)));
  assert.ok(card.includes(input.command));
  assert.ok(card.includes('half is background'));
  for (const view of evaluation.views) assert.ok(card.includes(view.name), view.name);
  assert.match(card, /average precision/);
  assert.doesNotMatch(card, /^\| accuracy/m, 'accuracy leads nobody');
  for (const warning of evaluation.warnings) assert.ok(card.includes(warning));
});

test('the same run gives the same card', () => {
  assert.equal(modelCard(input), modelCard(input));
});

test('names from data cannot break a table or bring markup along', () => {
  const hostile = '| <img src=x onerror=alert(1)>\n# title';
  const card = modelCard({ ...input, data: { ...input.data, title: hostile } });
  const line = card.split('\n').find((each) => each.includes('onerror'))!;
  assert.ok(line.startsWith('| data set |'));
  assert.doesNotMatch(line, /[^\\]<img/);
  assert.doesNotMatch(card, /^# title/m);
});

test('the card tells split, classes, calibration and limits; in HTML with the curves drawn', () => {
  const whole = { ...input, record };
  const card = modelCard(whole);
  const titles = [...card.matchAll(/^## (.+)$/gm)].map(([, title]) => title).join();
  const parts =
    'Use,Data,Split,Leak gate,How it did on flows it had not seen,What to beware of,Class by class,Calibration,What it looks at';
  assert.equal(titles, parts);
  assert.match(card, new RegExp(`rows that taught \\| ${cellOf(record.rows.train)} \\|`));
  assert.match(card, /\| mean score of a bin \| share that is hostile \| from \| to \|/);
  for (const { name } of evaluation.byClass.perClass) {
    assert.match(card, new RegExp(`^\\| ${name} \\| .*\\[`, 'm'), 'with its interval');
  }
  const html = pageHtml(modelCardPage(whole));
  for (const title of [
    'Reliability',
    'Receiver operating characteristic',
    'Precision and recall',
  ]) {
    assert.ok(html.includes(`aria-label="${title}`), title);
  }
  assert.doesNotMatch(html + card, /undefined|NaN\b(?! \()/);
});

test('the intended use is the one thing that a person says', () => {
  assert.ok(modelCard(input).includes(INTENDED_USE));
  const said = modelCard({ ...input, intendedUse: 'For *my* desk.' });
  assert.ok(said.includes('## Use\n\nFor \\*my\\* desk.\n'));
  const elsewhere = {
    title: 'On other networks',
    blocks: [{ kind: 'text', text: 'Worse.' }],
  } as const;
  const more = modelCard({ ...input, sections: [elsewhere] });
  assert.match(more, /## On other networks\n\nWorse\.\n\n## What it looks at/);
  assert.doesNotMatch(more, /Every figure comes from this data set/);
});

test('a card is refused while a leak is open, and tells the reason of an accepted one', () => {
  const finding = {
    name: 'identity-column',
    weight: 'leak',
    where: 'SrcAddr',
    text: 'SrcAddr tells who, not what.',
    todo: 'Leave it out',
  } as const;
  const leaks = { ...record.leaks, passed: false, findings: [finding] };
  assert.throws(() => modelCard({ ...input, leaks }), { code: 'CARD_REFUSED' });
  const accepted = [{ name: 'identity-column', reason: 'servers are known' }] as const;
  const card = modelCard({ ...input, leaks: { ...leaks, passed: true, accepted } });
  assert.match(card, /accepted: servers are known/);
});
