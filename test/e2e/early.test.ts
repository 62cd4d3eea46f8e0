import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { AlertPage, FilePage } from '../../src/serve/wire.ts';
import { browserMissing } from '../console/browser.ts';
import { LOG_FILES } from '../serve/ingest/log-files.ts';
import { Caller, example, type Started, startService } from './service.ts';
import {
  assertClean,
  openBrowser,
  openWindow,
  settle,
  signInAs,
  until,
  type Window,
} from './window.ts';

const PASSWORD = 'a password of my own';
/** Bytes a second of the line: the capture takes half a minute. */
const SLOW_LINE = 60_000;
const SENDING_MILLIS = 120_000;

test('alerts appear while their capture is still on its way', {
  skip: browserMissing,
}, async (t) => {
  let service!: Started;
  let browser!: Browser;
  let window!: Window;
  let admin!: Caller;
  before(async () => {
    [service, browser] = await Promise.all([startService(PASSWORD), openBrowser()]);
    window = await openWindow(browser);
    admin = await Caller.signIn(service.address, 'admin', PASSWORD);
    await signInAs(window.tab, service.address, { name: 'admin', password: PASSWORD });
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
  });

  await t.test('one is seen early, opened and noted; at the end all stand', async () => {
    const { tab } = window;
    await tab.goto(`${service.address}/alerts`);
    await settle(tab);
    const other = await window.another();
    await other.goto(`${service.address}/files`);
    const line = await window.context.newCDPSession(other);
    await line.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: SLOW_LINE,
    });
    await other.getByLabel('Captures to upload').setInputFiles(example('attack.pcap'));
    await until(tab, `document.querySelectorAll('[id^=row-]').length > 0`, SENDING_MILLIS);
    const { rows: files } = await admin.get<FilePage>('/api/files');
    assert.deepEqual(
      files.map(({ state }) => state),
      ['uploading'],
      'the list filled before the upload was there',
    );
    await tab.getByText('open, early').first().waitFor();

    await tab.locator('#row-0').dblclick();
    await tab.waitForURL(/\/alerts\/[^/?]+$/);
    const id = decodeURIComponent(new URL(tab.url()).pathname.split('/').at(-1)!);
    await tab.getByText('Raised early').waitFor();
    const packets = tab.getByRole('button', { name: 'Download packets (pcap)' });
    assert.ok(await packets.isDisabled(), 'packets are there at the end alone');
    await tab.getByText(/^No packets: Its capture is still being analysed/).waitFor();
    await tab.getByRole('button', { name: 'Resolve …' }).click();
    const dialog = tab.getByRole('dialog');
    await dialog.getByLabel('true positive an attack, as told').check();
    await dialog.getByLabel('Note').fill('seen before the end');
    await dialog.getByRole('button', { name: 'Resolve', exact: true }).click();
    await tab.getByText('seen before the end').first().waitFor();

    await line.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
    await admin.analysed(files[0]!.id);
    // The page of the alert learns of the end by itself.
    await tab.getByRole('link', { name: 'Download packets (pcap)' }).waitFor();
    const { rows } = await admin.get<AlertPage>('/api/alerts?limit=100');
    assert.ok(rows.length > 3 && rows.every(({ standing }) => standing === 'final'));
    const noted = rows.find((row) => row.id === id)!;
    assert.deepEqual([noted.note, noted.state], ['seen before the end', 'resolved']);
    await other.close();
    assertClean(window);
  });

  await t.test('a flow log is judged like a capture; what it cannot give is said', async () => {
    const { tab } = window;
    const log = LOG_FILES.find(({ title }) => title.test('Zeek log, tab-separated'))!;
    await tab.goto(`${service.address}/files`);
    await settle(tab);
    const bytes = { name: 'conn.log', mimeType: 'text/plain', buffer: log.bytes };
    await tab.getByLabel('Captures to upload').setInputFiles(bytes);
    const row = tab.getByRole('row', { name: /conn\.log/ }).first();
    await row.getByText('analysed').waitFor();
    await row.getByRole('link').first().click();
    await tab.getByText('1 bad row', { exact: true }).first().waitFor();
    await tab.getByRole('link', { name: 'Its alerts' }).click();
    await tab.locator('#row-0').dblclick();
    await tab.getByText(/^No packets: It comes from a flow log \(Zeek log/).waitFor();
    assert.ok(await tab.getByRole('button', { name: 'Download packets (pcap)' }).isDisabled());
    await tab.getByRole('link', { name: 'Download CSV' }).waitFor();
    await tab.getByText(/wiresift detect \.\/conn\.log/).waitFor();
    assertClean(window);
  });
});
