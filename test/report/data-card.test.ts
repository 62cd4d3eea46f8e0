import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDatasetCard } from '../../src/datasets/index.ts';
import {
  type DataCardInput,
  dataCardPage,
  explore,
  markdownOf,
  pageHtml,
} from '../../src/report/index.ts';
import { madeFlows } from '../evaluate/flows.ts';

const { table, classes, labels } = madeFlows(1500);
const hash = 'ab'.repeat(32);
const found = await explore({ name: 'ctu13', table, classes, labels, hash });
const card = findDatasetCard('ctu13');
const input: DataCardInput = {
  found,
  card,
  files: [{ path: '/a/b/made.binetflow', rows: 1500, management: 3, hash }],
  command: 'wiresift explore ctu13 made.binetflow --card card.md',
};

test('a card answers what the data are, where from, what is wrong, and what they are good for', () => {
  const page = dataCardPage(input);
  const titles = page.sections.map(({ title }) => title).filter((title) => title !== '');
  const asked =
    'Motivation,Composition,Columns,Collection,Preprocessing,What is wrong with it,Uses,Licence';
  assert.equal(titles.join(), asked);
  const markdown = markdownOf(page);
  for (const text of [card.publisher, card.licence, hash, input.command, 'made.binetflow']) {
    assert.ok(markdown.includes(text), text);
  }
  for (const text of card.errata) assert.ok(pageHtml(page).includes(text.slice(0, 20)), text);
  assert.doesNotMatch(markdown, /\/a\/b/, 'folders of this machine do not belong into a card');
});

test('every column stands there with its meaning, unit and role', () => {
  const markdown = markdownOf(dataCardPage(input));
  for (const { name, role } of table.schema.columns) {
    assert.match(markdown, new RegExp(`^\\| ${name} \\| .+ \\| ${role} \\|`, 'm'));
  }
});

test('what was found becomes advice: identity, copies, accuracy, rows without a class', () => {
  const markdown = markdownOf(dataCardPage(input));
  assert.match(markdown, /Do not teach .*SrcAddr/);
  assert.match(markdown, /Do not report accuracy: always saying normal has/);
  assert.match(markdown, /rows have no class/);
});

test('only the intended use is typed by hand', () => {
  const said = markdownOf(dataCardPage({ ...input, intendedUse: 'Teaching.' }));
  const plain = markdownOf(dataCardPage(input));
  const lines = (text: string): string[] => text.split('\n');
  const changed = lines(said).filter((line) => !lines(plain).includes(line));
  assert.deepEqual(changed, ['Teaching.']);
});

test('files that no registry knows get a card that says so', async () => {
  const bare = await explore({ name: 'capture.pcap', table });
  const markdown = markdownOf(
    dataCardPage({ found: bare, command: 'wiresift explore capture.pcap' }),
  );
  assert.match(markdown, /belong to no data set that the registry knows/);
  assert.match(markdown, /It has no labels/);
  assert.doesNotMatch(markdown, /undefined|null/);
});
