import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { browserMissing as skip, violations } from './browser.ts';
import { ADMIN, type RunningConsole, runningConsole } from './running-console.ts';

const capture = fileURLToPath(new URL('../../examples/attack.pcap', import.meta.url));
/** Magic number of captures with times in nanoseconds, least byte first (libpcap, pcap-savefile). */
const PCAP_MAGIC = '4d3cb2a1';

let running: RunningConsole | undefined;
let tab: Page;
const told: string[] = [];
before(async () => {
  if (skip !== false) return;
  running = await runningConsole();
  tab = await running.open(ADMIN);
  tab.on('console', (message) => message.type() === 'error' && told.push(message.text()));
  tab.on('pageerror', (error) => told.push(error.message));
});
after(() => running?.close());

const go = async (path: string): Promise<void> => {
  await tab.goto(`${running!.address}${path}`);
};

test('alerts of a real capture appear while the list is looked at', { skip }, async () => {
  await go('/alerts');
  await tab.getByText('No open alerts.').waitFor();
  const other = await tab.context().newPage();
  await other.goto(`${running!.address}/files`);
  await other.getByLabel('Captures to upload').setInputFiles(capture);
  await tab.locator('#row-0').waitFor({ timeout: 60_000 });
  const more = tab.getByRole('button', { name: /new$/ });
  await other.getByText('analysed', { exact: true }).first().waitFor({ timeout: 60_000 });
  if (await more.isVisible()) await more.click();
  await tab
    .getByRole('row', { name: /192\.168\.10\.45/ })
    .first()
    .waitFor();
  await other.close();
});

test('one is explained, judged, taken back and labelled', { skip }, async () => {
  await go('/alerts?filter=kind:eq:model');
  await tab.locator('#row-0').dblclick();
  await tab.getByText(/192\.168\.10\.45: flows like those of an attack, 170 flows/).waitFor();
  await tab.getByRole('region', { name: 'What pushed it' }).getByText('Most frequent').waitFor();
  await tab.getByText('Recall by threshold').waitFor();
  await tab.getByText('Time line: flows by peer').waitFor();
  assert.deepEqual(await violations(tab), []);
  await tab.locator('body').press('r');
  await tab.getByRole('dialog').getByLabel('Note').fill('cleaned');
  await tab.getByRole('dialog').getByRole('button', { name: 'Resolve' }).click();
  const history = tab.getByRole('region', { name: 'History' });
  await history.getByText('resolved: true positive; note: cleaned').waitFor();
  await tab.locator('body').press('u');
  await history.getByText(/^taken back/).waitFor();
  const labels = tab.getByRole('region', { name: 'Labels' });
  await labels.getByRole('combobox', { name: 'Label', exact: true }).fill('botnet');
  await labels.getByRole('button', { name: 'Label it' }).click();
  await labels.getByRole('button', { name: 'Remove the label botnet' }).click();
  await labels.getByText('botnet', { exact: true }).waitFor({ state: 'detached' });
});

test('its flows and its packets are downloaded', { skip }, async () => {
  const download = async (name: string): Promise<Buffer> => {
    const coming = tab.waitForEvent('download');
    await tab.getByRole('link', { name }).click();
    return readFileSync(await (await coming).path());
  };
  const lines = (await download('Download CSV')).toString().trimEnd().split('\n');
  assert.match(lines[0]!, /StartTime,/);
  assert.equal(lines.length, 171);
  const packets = await download('Download packets (pcap)');
  assert.equal(packets.subarray(0, 4).toString('hex'), PCAP_MAGIC);
  assert.ok(packets.length > 170 * 60, `${packets.length} bytes`);
});

test('many are judged at once, and a rule hides what is like one', { skip }, async () => {
  await go('/alerts?group=host');
  await tab
    .locator('.grid-group', { hasText: '192.168.10.66' })
    .getByRole('button', { name: 'tick all' })
    .click();
  await tab.getByText('4 alerts ticked').waitFor();
  await tab.locator('body').press('r');
  await tab
    .getByRole('dialog')
    .getByRole('radio', { name: /^benign/ })
    .check();
  await tab.getByRole('dialog').getByRole('button', { name: 'Resolve' }).click();
  await tab.getByText('4 alerts resolved: benign true positive.').waitFor();
  await tab.getByRole('button', { name: 'Resolved 4' }).waitFor();
  await tab.locator('body').press('u');
  await tab.getByText('Taken back: 4 alerts as before.').waitFor();
  await go('/alerts?filter=kind:eq:beacon');
  await tab.locator('#row-0').click();
  await tab.locator('body').press('s');
  const dialog = tab.getByRole('dialog');
  await dialog.getByText('1 alert of now would be hidden').waitFor();
  await dialog.getByLabel('Why').fill('a monitor asks every half minute');
  await dialog.getByRole('button', { name: 'Make the rule' }).click();
  await tab.getByText('The rule stands; 1 alert hidden by it.').waitFor();
  await tab.getByText('No alert matches these filters.').waitFor();
  await tab.getByRole('button', { name: 'Remove it' }).click();
  await tab.locator('#row-0').waitFor();
});

test('the overview shows what was found', { skip }, async () => {
  await go('/');
  await tab.getByRole('link', { name: '7 open alerts' }).waitFor();
  await tab.getByRole('region', { name: 'Worst hosts' }).getByText('192.168.10.66').waitFor();
  await tab.getByText('No bound of memory left anything out.').waitFor();
  await tab.getByRole('button', { name: 'Attack' }).click();
  const maps = tab.getByRole('region', { name: 'Countries' });
  await maps
    .getByText(/flows? (come from|go to) private networks/)
    .nth(1)
    .waitFor();
  assert.deepEqual(await violations(tab), []);
  assert.deepEqual(told, []);
});
