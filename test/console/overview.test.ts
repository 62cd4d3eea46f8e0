import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Overview } from '../../src/serve/wire.ts';
import {
  builtConsole,
  executablePath,
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
  fixture = await startFixture({ folder: await builtConsole(), alerts: 40 });
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

/** The overview with the countries that a test wants. */
async function withCountries(
  t: { after(run: () => Promise<void>): void },
  countries: Overview['countries'],
): Promise<Page> {
  const context = await browser!.newContext();
  t.after(() => context.close());
  const tab = await context.newPage();
  await tab.route('**/api/overview?*', async (route) => {
    const answer = await route.fetch();
    const overview = (await answer.json()) as Overview;
    await route.fulfill({ response: answer, json: { ...overview, countries } });
  });
  await signIn(tab, fixture.address, 'vic');
  return tab;
}

test('where no address lies in a country, words stand in the place of the map', {
  skip,
}, async (t) => {
  const inside = [{ country: 'private', flows: 3596, attack: 0 }];
  const tab = await withCountries(t, { source: inside, destination: inside });
  const maps = tab.getByRole('region', { name: 'Countries' });
  await maps.getByText(/3.596 flows come from private networks .* no map can show/).waitFor();
  await maps.getByText(/3.596 flows go to private networks/).waitFor();
  assert.equal(await maps.locator('svg').count(), 0);
  assert.deepEqual(await violations(tab), []);
  await maps.getByRole('button', { name: 'Attack' }).click();
  await maps.getByText('No flow here is of an address that an open alert names.').first().waitFor();
  await maps.getByRole('button', { name: 'All' }).click();
  await maps.getByRole('link', { name: 'upload one' }).first().click();
  await tab.getByRole('heading', { name: 'Files', level: 1 }).waitFor();
});

test('one map is drawn where only one side has countries', { skip }, async (t) => {
  const source = [{ country: 'private', flows: 12, attack: 0 }];
  const destination = [...source, { country: 'CZ', flows: 7, attack: 3 }];
  const tab = await withCountries(t, { source, destination });
  const maps = tab.getByRole('region', { name: 'Countries' });
  await maps.getByText('12 flows come from private networks').waitFor();
  await maps.getByRole('img', { name: 'Destination countries' }).waitFor();
  await maps.getByText('Czechia').waitFor();
  assert.equal(await maps.locator('.chart > svg').count(), 1);
});
