import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { AlertDetail } from '../../src/serve/wire.ts';
import { browserMissing } from '../console/browser.ts';
import { Caller, example, type Started, startService } from './service.ts';
import { assertClean, openBrowser, openWindow, settle, until, type Window } from './window.ts';

const PASSWORD = 'correct horse battery';

/** Presses Tab until what has the focus is meant. */
async function tabTo(tab: Page, expression: string): Promise<void> {
  for (let steps = 0; steps < 60; steps++) {
    if (await tab.evaluate(`(${expression})(document.activeElement)`)) return;
    await tab.keyboard.press('Tab');
  }
  throw new Error(`Tab never came to ${expression}`);
}

const says = (text: string): string => `(one) => one?.textContent?.trim() === '${text}'`;

test('everything by the keyboard', { skip: browserMissing }, async (t) => {
  let service!: Started;
  let browser!: Browser;
  let window!: Window;
  let tab!: Page;
  let admin!: Caller;
  before(async () => {
    [service, browser] = await Promise.all([startService(PASSWORD), openBrowser()]);
    admin = await Caller.signIn(service.address, 'admin', PASSWORD);
    await admin.upload(example('attack.pcap'));
    window = await openWindow(browser);
    tab = window.tab;
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
  });
  const keys = async (...pressed: string[]): Promise<void> => {
    for (const key of pressed) await tab.keyboard.press(key);
  };
  const path = (): string => new URL(tab.url()).pathname;
  const reach = (wanted: RegExp): Promise<void> =>
    tab.waitForURL((url) => wanted.test(url.pathname));
  const current = (): Promise<string> =>
    tab.evaluate(`document.querySelector('.grid-row.current')?.innerText ?? ''`);
  const rowAt = (at: number) => tab.locator(`#row-${at}.current`);

  await t.test('signs in', async () => {
    await tab.goto(service.address);
    await tabTo(tab, `(one) => one?.name === 'name'`);
    await tab.keyboard.type('admin');
    await keys('Tab');
    await tab.keyboard.type(PASSWORD);
    await keys('Enter');
    await tab.getByRole('navigation', { name: 'Pages' }).waitFor();
  });

  await t.test('goes to every page with g and a letter; ? lists the keys', async () => {
    const pages = {
      a: '/alerts',
      h: '/hosts',
      f: '/flows',
      u: '/files',
      m: '/models',
      s: '/settings',
    };
    for (const [key, wanted] of Object.entries({ ...pages, o: '/' })) {
      await keys('g', key);
      await tab.waitForURL((url) => url.pathname === wanted);
      await settle(tab);
      assert.ok(await tab.evaluate(`document.querySelectorAll('h1').length`), wanted);
    }
    await keys('?');
    const dialog = tab.getByRole('dialog', { name: 'Keys' });
    await dialog.getByText('Alerts').first().waitFor();
    await keys('g', 'a');
    assert.equal(path(), '/', 'keys rest while a dialog is open');
    await keys('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  await t.test('walks the list, opens, explains, searches', async () => {
    await keys('g', 'a');
    await tab.locator('#row-0').waitFor();
    await settle(tab);
    await keys('j');
    await rowAt(0).waitFor();
    await keys('j', 'j');
    await rowAt(2).waitFor();
    const third = await current();
    await keys('k');
    await rowAt(1).waitFor();
    await keys('j', 'e');
    await tab
      .getByRole('complementary', { name: 'The alert in short' })
      .getByRole('heading')
      .first()
      .waitFor();
    await keys('e');
    await tab
      .getByRole('complementary', { name: 'The alert in short' })
      .waitFor({ state: 'hidden' });
    await keys('Enter');
    await reach(/^\/alerts\/.+/);
    await tab.getByRole('heading', { level: 1 }).filter({ hasText: ':' }).waitFor();
    const first = path();
    await keys('j');
    await tab.waitForURL((url) => url.pathname !== first);
    await keys('k');
    await tab.waitForURL((url) => url.pathname === first);
    await keys('g', 'a');
    await reach(/^\/alerts$/);
    await tab.locator('#row-0').waitFor();
    assert.notEqual(third, '');
    await keys('/');
    await tab.keyboard.type('192.168.10.31');
    await tab.waitForURL(/q=192\.168\.10\.31/);
    await until(tab, `document.querySelectorAll('[id^=row-]').length === 1`);
    await keys('Escape');
    assert.equal((await tab.evaluate(`document.activeElement.type`)) === 'search', false);
  });

  await t.test('resolves with r and takes it back with u', async () => {
    await keys('j');
    await rowAt(0).waitFor();
    const { rows } = await admin.get<{ rows: { id: string; version: number }[] }>(
      '/api/alerts?filter=host:eq:192.168.10.31',
    );
    const id = rows[0]!.id;
    const state = async (): Promise<string> =>
      (await admin.get<AlertDetail>(`/api/alerts/${id}`)).row.state;
    await keys('r');
    const dialog = tab.getByRole('dialog');
    await dialog.waitFor();
    await keys('ArrowDown');
    await tabTo(tab, `(one) => one?.name === 'note'`);
    await tab.keyboard.type('seen, r and all');
    await tabTo(tab, says('Resolve'));
    await keys('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await tab
      .locator('.toast')
      .filter({ hasText: '1 alert resolved: benign true positive.' })
      .waitFor();
    assert.equal(await state(), 'resolved');
    await keys('u');
    await tab.locator('.toast').filter({ hasText: 'Taken back' }).waitFor();
    assert.equal(await state(), 'open');
  });

  await t.test('ticks with x, and signs out', async () => {
    await keys('g', 'o', 'g', 'a');
    await tab.locator('#row-2').waitFor();
    await keys('j', 'x', 'j', 'x');
    await tab.getByText('2 alerts ticked').waitFor();
    await tabTo(tab, says('Sign out')).catch(async () => {
      await tab.keyboard.press('Shift+Tab');
      throw new Error('Sign out is out of reach');
    });
    await keys('Enter');
    await tab.getByRole('button', { name: 'Sign in' }).waitFor();
    assertClean(window);
  });
});
