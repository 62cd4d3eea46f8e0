import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import {
  builtConsole,
  countScript,
  executablePath,
  MOST_SCRIPT,
  signIn,
  browserMissing as skip,
  violations,
} from './browser.ts';
import { type Fixture, startFixture } from './fixture/server.ts';

let browser: Browser | undefined;
let fixture: Fixture;
before(async () => {
  if (skip !== false) return;
  browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  fixture = await startFixture({ folder: await builtConsole(), alerts: 90 });
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

/** Pages with what tells that they stand. */
function pages(): readonly (readonly [path: string, there: string])[] {
  const { id } = fixture.stage.alerts.find(({ kind, model }) => kind === 'model' && model !== '')!;
  return [
    ['/', 'section:has-text("Traffic by time") .chart svg'],
    ['/alerts', '#row-0'],
    ['/alerts?group=host', '.grid-group'],
    [`/alerts?beside=${id}`, 'aside .reasons'],
    [`/alerts/${id}`, '.chart svg'],
  ];
}

for (const width of [360, 1440]) {
  test(`pages of alerts hold to WCAG in light and dark, ${width} pixels wide`, {
    skip,
  }, async (t) => {
    const context = await browser!.newContext({ viewport: { width, height: 800 } });
    t.after(() => context.close());
    const tab = await context.newPage();
    const told: string[] = [];
    tab.on('console', (message) => message.type() === 'error' && told.push(message.text()));
    tab.on('pageerror', (error) => told.push(error.message));
    await signIn(tab, fixture.address, 'ana');
    for (const [path, there] of pages()) {
      await tab.goto(`${fixture.address}${path}`);
      await tab.locator(there).first().waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await tab.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(tab), [], `${path}, ${colorScheme}`);
      }
      const room = await tab.evaluate('document.documentElement.scrollWidth');
      assert.ok(Number(room) <= width, `${path} is ${room} pixels wide`);
    }
    assert.deepEqual(told, []);
  });
}

test('dialogs and open filters hold to WCAG too', { skip }, async (t) => {
  const context = await browser!.newContext();
  t.after(() => context.close());
  const tab = await context.newPage();
  await signIn(tab, fixture.address, 'ana');
  await tab.goto(`${fixture.address}/alerts`);
  await tab.locator('#row-0').waitFor();
  for (const title of ['Severity', 'Host', 'Time']) {
    await tab.locator('summary', { hasText: title }).click();
    await tab.getByRole('group', { name: title }).waitFor();
    assert.deepEqual(await violations(tab), [], title);
    await tab.keyboard.press('Escape');
  }
  await tab.locator('#row-0').click();
  for (const key of ['r', 's']) {
    await tab.keyboard.press(key);
    await tab.getByRole('dialog').waitFor();
    assert.deepEqual(await violations(tab), [], key);
    await tab.keyboard.press('Escape');
    await tab.getByRole('dialog').waitFor({ state: 'detached' });
  }
});

test('no page loads more script than it may', { skip }, async (t) => {
  const folder = await builtConsole();
  for (const [path, there] of pages()) {
    const context = await browser!.newContext();
    t.after(() => context.close());
    const tab = await context.newPage();
    await signIn(tab, fixture.address, 'ana');
    const script = countScript(tab, folder);
    await tab.goto(`${fixture.address}${path}`);
    await tab.locator(there).first().waitFor();
    const packed = script();
    assert.ok(packed > 10_000 && packed < MOST_SCRIPT, `${path}: ${packed} bytes`);
  }
});
