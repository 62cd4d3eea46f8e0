import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { KIND_NAMES } from '../../console/src/alerts/words.ts';
import { atAlerts, type Stand } from './at-alerts.ts';
import { browserMissing as skip } from './browser.ts';
import { freshAlert } from './fixture/alerts.ts';

const query = (tab: Page): URLSearchParams => new URL(tab.url()).searchParams;
const judgements = ({ fixture }: Stand): readonly { readonly body: unknown }[] =>
  fixture.changes.filter(({ route }) => route === 'POST /api/alerts/judge');

test('the keyboard alone resolves, undoes, ticks, judges many, searches and opens', {
  skip,
}, async (t) => {
  const stand = await atAlerts(t);
  const { tab, fixture, told } = stand;
  const { keyboard } = tab;
  await keyboard.press('j');
  await keyboard.press('j');
  await tab.locator('#row-1.current').waitFor();
  assert.equal(await tab.getByRole('grid').getAttribute('aria-activedescendant'), 'row-1');
  const host = await tab.locator('#row-1 [role=gridcell]').nth(2).innerText();

  await keyboard.press('r');
  const dialog = tab.getByRole('dialog');
  await dialog.waitFor();
  await keyboard.press('ArrowDown');
  await keyboard.press('Tab');
  await keyboard.type('printer of the second floor');
  await keyboard.press('Tab');
  await keyboard.press('Tab');
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  // It stays where it was: nothing moves under the hand.
  await tab.locator('#row-1.faded').waitFor();
  assert.equal(await tab.locator('#row-1 [role=gridcell]').nth(2).innerText(), host);
  await tab.getByText('1 alert resolved: benign true positive.').waitFor();
  assert.equal(
    fixture.stage.alerts.filter(({ note }) => note === 'printer of the second floor').length,
    1,
  );
  await keyboard.press('u');
  await tab.getByText('Taken back').waitFor();
  assert.equal(await tab.locator('.faded').count(), 0);

  await keyboard.press('x');
  await keyboard.press('j');
  await keyboard.press('x');
  await tab.getByText('2 alerts ticked').waitFor();
  await keyboard.press('r');
  await tab.getByRole('dialog').getByRole('button', { name: 'Resolve' }).press('Enter');
  await tab.getByText('2 alerts resolved: true positive.').waitFor();
  const { body } = judgements(stand).at(-1) as { body: { targets: unknown[] } };
  assert.equal(body.targets.length, 2);
  await tab.getByRole('button', { name: 'Undo' }).last().press('Enter');
  await tab.getByText('Taken back: 2 alerts as before.').waitFor();

  await keyboard.press('/');
  await keyboard.type('brute');
  await tab.waitForURL(/q=brute/);
  await keyboard.press('Escape');
  await tab
    .getByRole('row', { name: /Password brute force/ })
    .first()
    .waitFor();
  await keyboard.press('j');
  await tab.locator('#row-0.current').waitFor();
  await keyboard.press('e');
  const beside = tab.getByRole('complementary', { name: 'The alert in short' });
  await beside.getByText('What pushed it').waitFor();
  const first = query(tab).get('beside');
  await keyboard.press('j');
  await tab.waitForURL((url) => url.searchParams.get('beside') !== first);
  await keyboard.press('Enter');
  await tab.getByRole('heading', { level: 1, name: /Password brute force/ }).waitFor();
  assert.deepEqual(told, []);
});

test('filters stand in the address with their counts, and a link shows the same', {
  skip,
}, async (t) => {
  const stand = await atAlerts(t);
  const { tab, fixture } = stand;
  const open = fixture.stage.alerts.filter(({ state }) => state === 'open');
  const high = open.filter(({ severity }) => severity === 'high');
  await tab.getByText(`${open.length} match`).waitFor();
  await tab.locator('summary', { hasText: 'Severity' }).press('Enter');
  const box = tab.getByRole('checkbox', { name: `high ${high.length}` });
  await box.press('Space');
  await tab.getByText(`${high.length} match`).waitFor();
  assert.deepEqual(query(tab).getAll('filter'), ['severity:eq:high']);
  await tab.keyboard.press('Escape');
  await tab.locator('summary', { hasText: 'Assignee' }).press('Enter');
  await tab.getByRole('checkbox', { name: /^nobody/ }).press('Space');
  const nobodys = high.filter(({ assignee }) => assignee === null);
  await tab.getByText(`${nobodys.length} match`).waitFor();
  await tab.getByRole('button', { name: /^Score/ }).click();
  await tab.waitForURL(/sort=score/);
  const best = Math.max(...nobodys.map(({ score }) => score));
  await tab.locator('#row-0', { hasText: String(best) }).waitFor();
  const again = await stand.context.newPage();
  await again.goto(tab.url());
  await again.locator('#row-0', { hasText: String(best) }).waitFor();
  assert.equal(
    await again.getByRole('grid').getAttribute('aria-rowcount'),
    `${nobodys.length + 1}`,
  );
  await again.getByRole('button', { name: 'Clear filters' }).click();
  await again.getByText(`${open.length} match`).waitFor();
});

test('new alerts announce themselves and nothing moves; others’ judgements show in place', {
  skip,
}, async (t) => {
  const { tab, fixture } = await atAlerts(t);
  const { stage } = fixture;
  await tab.getByRole('grid').evaluate((grid) => {
    grid.scrollTop = 700;
  });
  await tab.locator('#row-25').waitFor();
  const before = await tab.locator('#row-25').innerText();
  const fresh = freshAlert(stage.random, stage.now + 1e6);
  stage.alerts.push(fresh);
  stage.publish('alert', { ids: [fresh.id], change: 'added', count: 1 });
  await tab.getByRole('button', { name: '1 new' }).waitFor();
  assert.equal(await tab.locator('#row-25').innerText(), before);
  assert.equal(await tab.getByRole('grid').evaluate((grid) => grid.scrollTop), 700);

  const shown = stage.alerts.filter(({ state }) => state === 'open');
  shown.sort((a, b) => b.last - a.last);
  const judged = { ...shown[26]!, state: 'resolved' as const, version: 2 };
  stage.alerts[stage.alerts.findIndex(({ id }) => id === judged.id)] = judged;
  stage.publish('alert', { ids: [judged.id], change: 'judged', count: 1 });
  await tab.locator('#row-25.faded').waitFor();

  await tab.getByRole('button', { name: '1 new' }).click();
  await tab.locator('#row-0', { hasText: fresh.host }).waitFor();
  assert.equal(await tab.getByRole('button', { name: /new$/ }).count(), 0);
});

test('groups fold, and are ticked as one', { skip }, async (t) => {
  const { tab, fixture } = await atAlerts(t, { path: '/alerts?group=kind' });
  const first = tab.locator('.grid-group').first();
  const kind = (await first.innerText())
    .replace(/^\W*/, '')
    .split(/\s{2,}|\n/)[0]!
    .trim();
  const [word] = Object.entries(KIND_NAMES).find(([, name]) => kind.startsWith(name))!;
  const count = fixture.stage.alerts.filter(
    (one) => one.kind === word && one.state === 'open',
  ).length;
  await first.getByText(`${count} alerts`).waitFor();
  await first.getByRole('button', { name: 'tick all' }).click();
  await tab.getByText(`${count} alerts ticked`).waitFor();
  await first.getByRole('button').first().click();
  // What follows the head is then the next head.
  await tab.locator('.grid-group + .grid-group').first().waitFor();
  assert.equal(await first.getByRole('button').first().getAttribute('aria-expanded'), 'false');
  await tab.keyboard.press('j');
  assert.notEqual(await tab.locator('.current').innerText(), '');
});

test('a rule is made of an alert, tells what it hides, and is taken back', { skip }, async (t) => {
  const { tab, fixture } = await atAlerts(t);
  await tab.keyboard.press('j');
  await tab.keyboard.press('s');
  const dialog = tab.getByRole('dialog', { name: 'Suppress what is like this' });
  await dialog.getByText(/of now would be hidden/).waitFor();
  await dialog.getByLabel('Why').fill('the backup runs at night');
  await dialog.getByRole('button', { name: 'Make the rule' }).click();
  await tab.getByText(/The rule stands; \d+ alerts? hidden by it/).waitFor();
  const hidden = (): number => fixture.stage.alerts.filter((one) => one.suppressedBy).length;
  assert.ok(hidden() > 0);
  await tab.getByRole('button', { name: 'Remove it' }).click();
  await tab.waitForTimeout(300);
  assert.equal(hidden(), 0);
});

test('a viewer sees no way to judge, and the keys do nothing', { skip }, async (t) => {
  const stand = await atAlerts(t, { name: 'vic' });
  const { tab } = stand;
  await tab.keyboard.press('j');
  await tab.keyboard.press('x');
  await tab.keyboard.press('r');
  assert.equal(await tab.getByRole('dialog').count(), 0);
  assert.equal(await tab.getByRole('checkbox', { name: 'Tick this row' }).count(), 0);
  await tab.keyboard.press('Enter');
  await tab.getByText('Your role may look at alerts').waitFor();
  assert.equal(await tab.getByRole('button', { name: /Resolve/ }).count(), 0);
  assert.equal(judgements(stand).length, 0);
});

test('ten thousand alerts: few rows are drawn, and the last is reached', {
  skip,
}, async (t) => {
  const { tab } = await atAlerts(t, { alerts: 10_000 });
  const grid = tab.getByRole('grid');
  const total = Number(await grid.getAttribute('aria-rowcount')) - 1;
  assert.ok(total > 7000, `${total} rows`);
  await grid.focus();
  for (let i = 0; i < 80; i++) {
    await tab.keyboard.press('End');
    const at = Number((await grid.getAttribute('aria-activedescendant'))?.split('-')[1]);
    if (at === total - 1) break;
    await tab.waitForTimeout(60);
  }
  await tab.locator(`#row-${total - 1}`).waitFor();
  assert.ok((await tab.locator('.grid-row').count()) < 80);
});

test('text of packets stays text', { skip }, async (t) => {
  const { tab, fixture, told } = await atAlerts(t);
  const { stage } = fixture;
  const evil = '<img src=x onerror="document.title=1">';
  const row = { ...freshAlert(stage.random, stage.now + 1e6), host: evil, title: evil, note: evil };
  stage.alerts.push(row);
  await tab.reload();
  await tab.locator('#row-0', { hasText: '<img' }).waitFor();
  await tab.goto(`${fixture.address}/alerts/${row.id}`);
  await tab.getByRole('heading', { level: 1, name: evil }).waitFor();
  await tab.getByText('Time line').first().waitFor();
  assert.equal(await tab.locator('img').count(), 0);
  assert.equal(await tab.title(), 'Wiresift');
  assert.deepEqual(told, []);
});
