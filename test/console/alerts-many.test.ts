import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { Random } from '../../src/base/index.ts';
import { atAlerts, type Stand } from './at-alerts.ts';
import { browserMissing as skip } from './browser.ts';
import { freshAlert } from './fixture/alerts.ts';

const open = ({ fixture }: Stand): number =>
  fixture.stage.alerts.filter(({ state }) => state === 'open').length;

/** Ticks all rows that are loaded, and then takes all that match. */
async function takeAll(tab: Page, count: number): Promise<void> {
  await tab.getByRole('checkbox', { name: 'Tick all rows that are loaded' }).click();
  await tab.getByRole('button', { name: `Take all ${count} that match` }).click();
  await tab.getByText(`All ${count} alerts that match`).waitFor();
}

test('all that match are resolved at once, also those not loaded, and taken back', {
  skip,
}, async (t) => {
  const stand = await atAlerts(t, { alerts: 900 });
  const { tab, fixture, told } = stand;
  const before = open(stand);
  assert.ok(before > 200, 'more than one page');
  await takeAll(tab, before);
  await tab.getByRole('button', { name: 'Resolve …' }).click();
  const dialog = tab.getByRole('dialog', { name: `Resolve ${before} alerts` });
  await dialog.getByText(`All ${before} are resolved together`).waitFor();
  await dialog.getByRole('button', { name: 'Resolve', exact: true }).click();
  await tab.getByText(`${before} alerts resolved: true positive.`).waitFor();
  assert.equal(open(stand), 0);
  const { body } = fixture.changes.find(({ route }) => route.endsWith('judge-matching'))!;
  assert.equal((body as { count: number }).count, before);
  await tab.getByText('No open alerts.').waitFor();
  await tab.getByRole('button', { name: 'Undo' }).click();
  await tab.locator('#row-0').waitFor();
  assert.equal(open(stand), before);
  assert.deepEqual(told, []);
});

test('an alert that came after the count is not among those that match', { skip }, async (t) => {
  const stand = await atAlerts(t, { alerts: 900 });
  const { tab, fixture } = stand;
  const before = open(stand);
  await takeAll(tab, before);
  const late = {
    ...freshAlert(new Random(9), fixture.stage.now),
    createdAt: fixture.stage.now + 1,
  };
  fixture.stage.alerts.push(late);
  await tab.getByRole('button', { name: 'Resolve …' }).click();
  await tab.getByRole('button', { name: 'Resolve', exact: true }).click();
  await tab.getByText(`${before} alerts resolved`).waitFor();
  assert.equal(open(stand), 1);
});

test('groups stand with the gravest first, each with all its alerts', { skip }, async (t) => {
  const { tab, fixture } = await atAlerts(t, { alerts: 900, path: '/alerts?group=host' });
  const grave = ['high', 'medium', 'low'];
  const groups = new Map<string, { count: number; worst: number }>();
  for (const { host, severity, state, suppressedBy } of fixture.stage.alerts) {
    if (state !== 'open' || suppressedBy !== null) continue;
    const { count, worst } = groups.get(host) ?? { count: 0, worst: 2 };
    groups.set(host, { count: count + 1, worst: Math.min(worst, grave.indexOf(severity)) });
  }
  const heads: string[] = [];
  const box = tab.getByRole('grid', { name: 'Alerts' });
  for (let at = 0; at < 200 && heads.length < groups.size; at++) {
    for (const text of await tab.locator('.grid-group').allInnerTexts()) {
      const host = /[0-9a-f]+[.:][0-9a-f.:]+/.exec(text)![0];
      if (!heads.includes(host)) heads.push(host);
      const { count, worst } = groups.get(host)!;
      assert.match(text, new RegExp(`${grave[worst]}\\s+${count} alerts?`), text);
    }
    await box.evaluate((element) => element.scrollBy(0, 500));
    await tab.waitForTimeout(60);
  }
  assert.equal(heads.length, groups.size);
  const worsts = heads.map((host) => groups.get(host)!.worst);
  assert.deepEqual(
    worsts,
    [...worsts].sort((a, b) => a - b),
  );
});

test('the way back from the third alert leads to the list', { skip }, async (t) => {
  const { tab } = await atAlerts(t);
  await tab.keyboard.press('j');
  await tab.keyboard.press('Enter');
  await tab.waitForURL(/\/alerts\/./);
  for (let step = 0; step < 2; step++) {
    const from = tab.url();
    await tab.locator('.alert-head').waitFor();
    await tab.keyboard.press('j');
    await tab.waitForURL((url) => url.href !== from);
  }
  await tab.goBack();
  await tab.waitForURL(/\/alerts$/);
  await tab.locator('#row-2.current').waitFor();
});
