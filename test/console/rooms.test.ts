import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { browserMissing, violations } from './browser.ts';
import { ADMIN, type RunningConsole, runningConsole } from './running-console.ts';

const skip = browserMissing;
const capture = fileURLToPath(new URL('../../examples/attack.pcap', import.meta.url));
const hash = createHash('sha256').update(readFileSync(capture)).digest('hex');

let running: RunningConsole | undefined;
let tab: Page;
before(async () => {
  if (skip) return;
  running = await runningConsole();
  tab = await running.open(ADMIN);
});
after(async () => running?.close());

const go = async (path: string): Promise<void> => {
  await tab.goto(`${running!.address}${path}`);
  await tab.locator('h1').first().waitFor();
};
const toast = (text: RegExp) => tab.locator('.toast', { hasText: text });

test('an upload goes on after the line broke, tells its hash, and is analysed', {
  skip,
}, async () => {
  await go('/files');
  let broken = 0;
  await tab.route('**/content', async (route) => {
    if (route.request().method() === 'PUT' && broken++ === 0) await route.abort();
    else await route.continue();
  });
  await tab.locator('input[type=file]').setInputFiles(capture);
  await tab.getByText(`SHA-256 ${hash}`).waitFor();
  assert.ok(broken >= 2, 'the first piece broke and was sent again');
  await tab.unroute('**/content');
  await tab
    .getByRole('row', { name: /attack\.pcap/ })
    .first()
    .waitFor();
  await tab.locator('.grid .badge', { hasText: 'analysed' }).waitFor();
});

test('the same bytes are not taken twice', { skip }, async () => {
  await tab.locator('input[type=file]').setInputFiles(capture);
  await tab.getByText('was there already; not taken twice').waitFor();
});

test('a host is found and named by keyboard alone, and the name taken back', { skip }, async () => {
  await go('/hosts');
  await tab.getByRole('row', { name: /192\.168\.10\.66/ }).waitFor();
  await tab.getByRole('grid', { name: 'Hosts' }).focus();
  await tab.keyboard.press('ArrowDown');
  await tab.keyboard.press('Enter');
  await tab.waitForURL(/\/hosts\/192\.168\.10\.66/);
  await tab.getByRole('heading', { name: /192\.168\.10\.66/ }).waitFor();
  const name = tab.getByLabel('Name', { exact: true });
  await name.focus();
  await tab.keyboard.type('<b>kiosk</b>');
  await tab.keyboard.press('Enter');
  await tab.getByRole('heading', { name: '192.168.10.66 <b>kiosk</b>' }).waitFor();
  await toast(/name and note were saved/)
    .getByRole('button', { name: 'Undo' })
    .press('Enter');
  await tab.getByRole('heading', { name: '192.168.10.66', exact: true }).waitFor();
});

test('a hunt is built of columns, stands in the address, and is kept', { skip }, async () => {
  await go('/flows');
  const count = tab.getByLabel('Flows found').getByRole('status');
  await tab
    .getByLabel('Flows found')
    .getByText(/\d flows$/)
    .waitFor();
  const all = await count.textContent();
  const form = tab.getByRole('form', { name: 'One more condition' });
  await form.getByLabel('Column').selectOption('Dport');
  await form.getByLabel('Value').fill('22');
  await form.getByRole('button', { name: 'Add condition' }).click();
  await tab.waitForURL(/where=Dport%3Aequal%3A22/);
  const told = await tab.getByLabel('Flows found').getByRole('status').elementHandle();
  await tab.waitForFunction(`told => told.textContent !== ${JSON.stringify(all)}`, told);
  const found = await count.textContent();
  await tab.getByLabel('Column to look at').selectOption('Dur');
  await tab.locator('.chart svg[role=img]').waitFor();
  await tab.getByLabel('Column to look at').selectOption('State');
  await tab.getByRole('region', { name: 'Most frequent values' }).waitFor();
  await tab.getByRole('button', { name: 'Keep as hunt …' }).click();
  await tab.getByRole('dialog').getByLabel('Name').fill('Secure shell');
  await tab.keyboard.press('Enter');
  await toast(/“Secure shell” was kept/).waitFor();
  await go('/flows');
  await tab.getByRole('combobox', { name: /^Hunt/ }).selectOption({ label: 'Secure shell' });
  await tab.waitForURL(/where=Dport%3Aequal%3A22/);
  await tab.getByLabel('Flows found').getByText(found!, { exact: true }).waitFor();
  const href = await tab.getByRole('link', { name: 'Download as CSV' }).getAttribute('href');
  const csv = await tab.evaluate((path) => fetch(path!).then((answer) => answer.text()), href);
  const ports = csv.trim().split('\n').slice(1);
  assert.ok(ports.length > 1 && ports.every((line) => line.includes(',22,')), csv.slice(0, 300));
});

test('a threshold is tried before it is saved, confirmed, and taken back', { skip }, async () => {
  await go('/models');
  await tab.getByRole('link', { name: 'ctu13-botnet' }).click();
  const slider = tab.getByRole('slider', { name: /Threshold/ });
  await slider.waitFor();
  const before = await tab.locator('output').textContent();
  await slider.focus();
  for (let i = 0; i < 20; i++) await tab.keyboard.press('ArrowRight');
  const tried = await tab.locator('output').textContent();
  assert.ok(Number(tried) > Number(before));
  await tab.getByText('nothing is saved yet').waitFor();
  assert.match((await tab.locator('.threshold .tiles').textContent()) ?? '', /recall/);
  await tab.getByRole('button', { name: 'Save …' }).click();
  const dialog = tab.getByRole('dialog');
  assert.match((await dialog.textContent()) ?? '', /Flagged flows a day.*Recall.*from now on/s);
  await dialog.getByRole('button', { name: 'Set the threshold' }).click();
  await toast(/threshold is/)
    .getByRole('button', { name: 'Undo' })
    .click();
  await tab.locator('output').getByText(before!, { exact: true }).waitFor();
  await tab.getByText('Take the model’s own').waitFor({ state: 'detached' });
});

test('settings, people, tokens and rules are changed', { skip }, async () => {
  await go('/settings');
  await tab.getByRole('spinbutton', { name: 'Job days' }).fill('30');
  await tab.getByRole('button', { name: 'Save Job days' }).click();
  await toast(/Job days is 30 now/).waitFor();
  await go('/settings/people');
  const person = tab.getByRole('form', { name: 'One more person' });
  await person.getByLabel('Name').fill('vera');
  await person.getByRole('button', { name: 'Add person' }).click();
  const once = tab.getByRole('dialog', { name: 'One-time password of vera' });
  assert.ok(((await once.locator('.secret').textContent()) ?? '').length >= 10);
  await once.getByRole('button', { name: 'I have kept it' }).click();
  await tab.getByRole('row', { name: /vera/ }).waitFor();
  await go('/settings/tokens');
  const token = tab.getByRole('form', { name: 'One more token' });
  await token.getByLabel('Name').fill('collector');
  await token.getByRole('button', { name: 'Make token' }).click();
  const secret = await tab.getByRole('dialog').locator('.secret').textContent();
  assert.match(secret ?? '', /^wsf_/);
  await tab.getByRole('button', { name: 'I have kept it' }).click();
  await tab.getByRole('row', { name: /collector/ }).waitFor();
  assert.ok(!(await tab.content()).includes(secret!));
  await go('/settings/suppressions');
  const rule = tab.getByRole('form', { name: 'One more rule' });
  await rule.getByLabel('Host or network').fill('192.168.10.66');
  await rule.getByLabel('Why').fill('our own scanner');
  await rule.getByRole('button', { name: 'Hide …' }).click();
  await tab.getByRole('dialog').getByRole('button', { name: 'Hide them' }).click();
  await toast(/4 alerts changed/).waitFor();
  await tab.getByRole('button', { name: /Remove 192/ }).click();
  await toast(/rule was removed/).waitFor();
  await go('/settings/audit');
  await tab.getByRole('cell', { name: 'suppression.remove' }).first().waitFor();
});

/** Pixels by which the page is wider than its window. */
const WIDER = 'document.documentElement.scrollWidth - innerWidth';
const PAGES = [
  '/files',
  '/hosts',
  '/hosts/192.168.10.66',
  '/flows?where=Proto%3Aequal%3Atcp&look=Dur&log=1',
  '/models',
  '/settings',
  '/settings/people',
  '/settings/tokens',
  '/settings/suppressions',
  '/settings/audit',
];

for (const look of [{ width: 1440 }, { width: 1440, dark: true }, { width: 390 }]) {
  const { width, dark = false } = look;
  test(`axe finds nothing at ${width} px, ${dark ? 'dark' : 'light'}`, { skip }, async () => {
    const own = await running!.open(ADMIN, look);
    const id = await own.evaluate<string>(
      `fetch('/api/models').then((answer) => answer.json()).then(({ models }) => models[0].id)`,
    );
    for (const path of [...PAGES, `/models/${id}`]) {
      await own.goto(`${running!.address}${path}`);
      await own.locator('h1').first().waitFor();
      await own.waitForLoadState('networkidle').catch(() => undefined);
      assert.deepEqual(await violations(own), [], path);
      const wider = await own.evaluate<number>(WIDER);
      assert.ok(wider <= 0, `${path} is ${wider} px wider than the window`);
    }
    await own.close();
  });
}

test('a file goes when its consequences were read', { skip }, async () => {
  await go('/files');
  await tab
    .getByRole('row', { name: /attack\.pcap/ })
    .first()
    .dblclick();
  const panel = tab.getByRole('region', { name: 'The file chosen' });
  await panel.getByRole('button', { name: 'Delete …' }).click();
  const dialog = tab.getByRole('dialog', { name: /Delete attack\.pcap/ });
  assert.match((await dialog.textContent()) ?? '', /flow records and \d+ alerts/);
  await dialog.getByRole('button', { name: 'Keep as it is' }).click();
  assert.ok(await panel.isVisible());
  await panel.getByRole('button', { name: 'Delete …' }).click();
  await tab.getByRole('button', { name: 'Delete for good' }).click();
  await tab.getByText('No capture was uploaded yet').waitFor();
});
