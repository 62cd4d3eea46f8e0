import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { builtConsole, executablePath, signIn, browserMissing as skip } from './browser.ts';
import { type Fixture, startFixture } from './fixture/server.ts';

let browser: Browser | undefined;
let fixture: Fixture;
before(async () => {
  if (skip !== false) return;
  browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  fixture = await startFixture({ folder: await builtConsole() });
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

async function opened(
  t: { after(run: () => Promise<void>): void },
  path: string,
  name = 'ana',
): Promise<Page> {
  const context = await browser!.newContext({ acceptDownloads: true });
  t.after(() => context.close());
  const tab = await context.newPage();
  await signIn(tab, fixture.address, name);
  await tab.goto(`${fixture.address}${path}`);
  return tab;
}

const ofModel = () =>
  fixture.stage.alerts.find(
    ({ kind, model, state, origin }) =>
      kind === 'model' && model !== '' && state === 'open' && origin !== null,
  )!;

test('an alert tells what happened, what pushed it, and how the model stands', {
  skip,
}, async (t) => {
  const row = ofModel();
  const tab = await opened(t, `/alerts/${row.id}`);
  const panel = (name: string) => tab.getByRole('region', { name });
  await tab.getByText(`${row.flows} flows with ${row.peerCount} hosts`).waitFor();
  await panel('Score').getByText('calibrated probability').waitFor();
  await panel('Score').getByText('is no probability: it was not calibrated').waitFor();
  await panel('Score').getByText('Reliability (calibration error').waitFor();
  await panel('Score').locator('.chart').getByText('this alert').waitFor();
  // In the evaluation, and where one flow in a hundred, a thousand, ten thousand is hostile: ever less.
  const told = await panel('Score').locator('table.worth tbody td:nth-child(2)').allInnerTexts();
  const shares = told.map((text) => Number.parseFloat(text));
  assert.equal(shares.length, 4);
  assert.ok(shares[0]! > shares[2]! && shares[2]! > shares[3]!, told.join());
  await panel('What pushed it')
    .getByRole('img', { name: /Usual values, nine in ten from 60 to 41.800 B.*here 74 B/ })
    .waitFor();
  const ticks = await panel('What pushed it').locator('.usual-axis').first().innerText();
  assert.match(ticks, /100.*10.000.* B/s);
  await panel('What pushed it').getByText('Most frequent: CON').waitFor();
  await panel('The model at this threshold').getByText('of hostile flows reach it').waitFor();
  await panel('The model at this threshold').getByText('alerts a day here').waitFor();
  await panel('The model at this threshold')
    .getByText(/stored flows of 14 captures/)
    .waitFor();
  await panel('Time line').getByText('Time line: flows by peer').waitFor();
  const technique = panel('Facts').getByRole('link', { name: /T1071/ });
  assert.equal(await technique.getAttribute('href'), 'https://attack.mitre.org/techniques/T1071/');
  assert.equal(await technique.getAttribute('rel'), 'noreferrer noopener');
  assert.match(await panel('See it again').locator('pre').innerText(), /^wiresift detect /);
  await panel('Other evidence').getByRole('link', { name: 'open' }).first().click();
  await tab.waitForURL((url) => !url.pathname.endsWith(row.id));
  await tab.getByRole('heading', { level: 1 }).waitFor();
});

test('it is resolved with a note, given away, opened again; the history tells all', {
  skip,
}, async (t) => {
  const row = ofModel();
  const tab = await opened(t, `/alerts/${row.id}`);
  const history = tab.getByRole('region', { name: 'History' });
  await history.getByText('Nobody has judged it yet.').waitFor();
  await tab.getByRole('combobox', { name: 'Assignee' }).selectOption({ label: 'admin' });
  await history.getByText('given to admin').waitFor();
  await tab.locator('body').press('r');
  const dialog = tab.getByRole('dialog');
  await dialog.getByRole('radio', { name: /^false positive/ }).check();
  await dialog.getByLabel('Note').fill('seen with its owner');
  await dialog.getByRole('button', { name: 'Resolve' }).click();
  await history.getByText('resolved: false positive; note: seen with its owner').waitFor();
  await tab.locator('blockquote', { hasText: 'seen with its owner' }).waitFor();
  await history.getByRole('button', { name: 'Undo' }).click();
  await tab.getByText('Taken back: 1 alert as before.').waitFor();
  assert.equal(fixture.stage.alerts.find(({ id }) => id === row.id)!.state, 'open');
});

test('labels come and go; flows and packets are downloaded', { skip }, async (t) => {
  const row = ofModel();
  const tab = await opened(t, `/alerts/${row.id}`);
  const labels = tab.getByRole('region', { name: 'Labels' });
  await labels.getByRole('combobox', { name: 'Label', exact: true }).fill('botnet');
  await labels.getByRole('button', { name: 'Label it' }).click();
  await labels.getByRole('button', { name: 'Remove the label botnet' }).click();
  await labels.getByText('botnet', { exact: true }).waitFor({ state: 'detached' });
  for (const [name, file] of [
    ['Download CSV', 'flows.csv'],
    ['Download packets (pcap)', 'alert.pcap'],
  ] as const) {
    const coming = tab.waitForEvent('download');
    await tab.getByRole('link', { name }).click();
    assert.equal((await coming).suggestedFilename(), file);
  }
});

test('an alert that is not there says so', { skip }, async (t) => {
  const tab = await opened(t, '/alerts/none');
  await tab.getByText('There is no alert none.').waitFor();
});

test('the overview leads on: by kind, by host, by severity; the maps turn to attacks', {
  skip,
}, async (t) => {
  const tab = await opened(t, '/', 'vic');
  const open = fixture.stage.alerts.filter(({ state }) => state === 'open');
  await tab.getByRole('link', { name: `${open.length} open alerts` }).waitFor();
  const maps = tab.getByRole('region', { name: 'Countries' });
  await maps.getByText('United States').first().waitFor();
  await maps.getByRole('button', { name: 'Attack' }).click();
  await tab.waitForURL(/map=attack/);
  await maps.getByText('flows of addresses that open alerts name').waitFor();
  await tab.getByRole('progressbar', { name: /branch-tuesday/ }).waitFor();
  await tab.getByText('evicted flows').waitFor();
  const beacons = fixture.stage.alerts.filter(({ kind }) => kind === 'beacon').length;
  await tab.getByRole('link', { name: 'Beacon' }).click();
  await tab.getByText(`${beacons} match`).waitFor();
});
