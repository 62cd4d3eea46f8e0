import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { AlertPage, FlowPage } from '../../src/serve/wire.ts';
import { browserMissing } from '../console/browser.ts';
import { connections } from './packets.ts';
import { example, type Started, startService } from './service.ts';
import { assertClean, openBrowser, openWindow, settle, until, type Window } from './window.ts';

const PASSWORD = 'a password of my own';
/** Bytes a second of the line by which the capture is sent: so slow that its progress is seen. */
const SLOW_LINE = 600_000;

test('an analyst’s first day', { skip: browserMissing }, async (t) => {
  let service!: Started;
  let browser!: Browser;
  let window!: Window;
  let tab!: Page;
  before(async () => {
    [service, browser] = await Promise.all([startService(), openBrowser()]);
    window = await openWindow(browser);
    tab = window.tab;
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
  });

  const get = async <Body>(path: string): Promise<Body> => {
    const response = await window.context.request.get(`${service.address}${path}`);
    assert.equal(response.status(), 200, path);
    return (await response.json()) as Body;
  };
  const goTo = async (path: string): Promise<void> => {
    await tab.goto(`${service.address}${path}`);
    await settle(tab);
  };
  const alerts = () => tab.getByRole('grid', { name: 'Alerts' });
  const rows = () => alerts().locator('[role=row][id^=row-]');
  const toast = (text: string | RegExp) => tab.locator('.toast').filter({ hasText: text }).last();
  const stateOf = async (id: string): Promise<string> =>
    (await get<{ row: { state: string } }>(`/api/alerts/${id}`)).row.state;

  await t.test('signs in with the printed password and must choose another', async () => {
    assert.notEqual(service.password, '');
    await tab.goto(service.address);
    await tab.getByLabel('Name').fill('admin');
    await tab.getByLabel('Password').fill('wrong');
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.getByRole('alert').filter({ hasText: /\S/ }).waitFor();
    await tab.getByLabel('Password').fill(service.password);
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.getByLabel('Password you came with').fill(service.password);
    assert.equal(await tab.getByRole('navigation').count(), 0, 'no page before the change');
    await tab.getByLabel('New password', { exact: true }).fill(PASSWORD);
    await tab.getByLabel('New password again').fill('another one, mistyped');
    await tab.getByRole('button', { name: 'Change password' }).click();
    await tab.getByRole('alert').filter({ hasText: 'differ' }).waitFor();
    await tab.getByLabel('New password again').fill(PASSWORD);
    await tab.getByRole('button', { name: 'Change password' }).click();
    await tab.getByRole('navigation', { name: 'Pages' }).waitFor();
  });

  await t.test('uploads a capture, sees its progress, and alerts come by themselves', async () => {
    await goTo('/alerts');
    assert.equal(await rows().count(), 0);
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
    const bar = other.getByRole('progressbar', { name: 'Progress of attack.pcap' });
    await bar.waitFor();
    const seen = new Set<number>();
    const received = other.locator('.upload').getByText('received', { exact: true });
    while (!(await received.isVisible())) {
      seen.add(await bar.evaluate((element) => (element as unknown as { value: number }).value));
      await other.waitForTimeout(100);
    }
    assert.ok([...seen].filter((value) => value > 0 && value < 1).length > 1, [...seen].join(' '));
    await other.getByRole('grid', { name: 'Files' }).getByText('analysed').waitFor();
    // The list of the first tab was empty all the time: it fills without a hand.
    await tab.bringToFront();
    await until(tab, `document.querySelectorAll('[id^=row-]').length > 0`);
    // What came after the first waits for a hand, so that nothing moves under it.
    await tab.waitForTimeout(1000);
    const more = tab.getByRole('button', { name: /new$/ });
    if (await more.isVisible()) await more.click();
    await until(tab, `document.querySelectorAll('[id^=row-]').length > 3`);
    await other.close();
  });

  const download = async (name: string): Promise<Buffer> => {
    const [got] = await Promise.all([
      tab.waitForEvent('download'),
      tab.getByRole('link', { name }).click(),
    ]);
    return readFileSync(await got.path());
  };

  let opened = '';
  await t.test('opens an alert, resolves it and takes that back', async () => {
    const scan = rows()
      .filter({ hasText: '192.168.10.66' })
      .filter({ hasText: /vertical/i });
    await scan.first().dblclick();
    await tab.waitForURL(/\/alerts\/[^/?]+$/);
    opened = decodeURIComponent(new URL(tab.url()).pathname.split('/').at(-1)!);
    await tab.getByRole('heading', { level: 1, name: /192\.168\.10\.66/ }).waitFor();
    await settle(tab);
    await tab.getByRole('button', { name: 'Resolve …' }).click();
    const dialog = tab.getByRole('dialog');
    await dialog.getByLabel('true positive an attack, as told').check();
    await dialog.getByLabel('Note').fill('a scan, seen on the first day');
    await dialog.getByRole('button', { name: 'Resolve', exact: true }).click();
    await toast('1 alert resolved: true positive.').waitFor();
    assert.equal(await stateOf(opened), 'resolved');
    await tab.getByText('a scan, seen on the first day').first().waitFor();
    await toast('1 alert resolved').getByRole('button', { name: 'Undo' }).click();
    await toast('Taken back').waitFor();
    assert.equal(await stateOf(opened), 'open');
    await tab.getByRole('button', { name: 'Resolve …' }).waitFor();
  });

  await t.test('downloads the flows as CSV and their packets, no others', async () => {
    await goTo(`/alerts/${encodeURIComponent(opened)}`);
    const flows: FlowPage['rows'][number][] = [];
    const columns: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: FlowPage = await get(`/api/alerts/${opened}/flows?limit=1000${more}`);
      columns.splice(0, columns.length, ...page.columns);
      flows.push(...page.rows);
      cursor = page.next;
    }
    const csv = (await download('Download CSV')).toString('utf8').trimEnd().split('\n');
    assert.equal(csv.length, flows.length + 1);
    const cells = ['Proto', 'SrcAddr', 'Sport', 'DstAddr', 'Dport'].map((c) => columns.indexOf(c));
    const wanted = new Set(
      flows.map((row) => {
        const [protocol, from, fromPort, to, toPort] = cells.map((at) => String(row.cells[at]));
        return [protocol, ...[`${from}:${fromPort}`, `${to}:${toPort}`].sort()].join(' ');
      }),
    );
    const found = await connections(await download('Download packets (pcap)'));
    assert.deepEqual(
      [...found].filter((one) => !wanted.has(one)),
      [],
    );
    assert.deepEqual(
      [...wanted].filter((one) => !found.has(one)),
      [],
    );
    const whole = await connections(readFileSync(example('attack.pcap')));
    assert.ok(whole.size > found.size);
  });

  await t.test('filters; the address keeps it over a reload', async () => {
    await goTo('/alerts');
    const all = await rows().count();
    await tab
      .getByRole('button', { name: /^Host/ })
      .or(tab.locator('summary', { hasText: /^Host/ }))
      .first()
      .click();
    await tab.getByLabel(/^192\.168\.10\.66/).check();
    await tab.waitForURL(/filter=host%3Aeq%3A192\.168\.10\.66/);
    await tab.keyboard.press('Escape');
    await until(tab, `document.querySelectorAll('[id^=row-]').length < ${all}`);
    const few = await rows().allInnerTexts();
    assert.ok(few.length > 0 && few.every((text) => text.includes('192.168.10.66')), few.join('|'));
    await tab.reload();
    await rows().first().waitFor();
    assert.deepEqual(await rows().allInnerTexts(), few);
    await tab.getByRole('button', { name: 'Clear filters' }).click();
    await until(tab, `document.querySelectorAll('[id^=row-]').length === ${all}`);
  });

  await t.test('resolves many at once, and undoes that', async () => {
    await goTo('/alerts');
    const total = async (state: string): Promise<number> =>
      (await get<AlertPage>(`/api/alerts?total=true&limit=1&filter=state:eq:${state}`)).total!;
    const before = await total('resolved');
    for (const at of [0, 1, 2]) await rows().nth(at).getByRole('checkbox').check();
    const bar = tab.getByRole('region', { name: 'What is ticked' });
    await bar.getByText('3 alerts ticked').waitFor();
    await bar.getByRole('button', { name: 'Resolve …' }).click();
    const dialog = tab.getByRole('dialog', { name: 'Resolve 3 alerts' });
    await dialog.getByLabel(/^false positive/).check();
    await dialog.getByRole('button', { name: 'Resolve', exact: true }).click();
    await toast('3 alerts resolved').waitFor();
    assert.equal(await total('resolved'), before + 3);
    await toast('3 alerts resolved').getByRole('button', { name: 'Undo' }).click();
    await toast('Taken back: 3 alerts').waitFor();
    assert.equal(await total('resolved'), before);
  });

  await t.test('hunts among the flows, keeps the hunt, takes the answer along', async () => {
    await goTo('/flows');
    const form = tab.getByRole('form', { name: 'One more condition' });
    await form.getByLabel('Column', { exact: true }).selectOption('Dport');
    await form.getByLabel('Value').fill('8080');
    await form.getByRole('button', { name: 'Add condition' }).click();
    const found = tab.getByRole('region', { name: 'Flows found' });
    await found.getByRole('grid', { name: 'Flows' }).getByText('203.0.113.99').first().waitFor();
    await settle(tab);
    const count = Number(/^([\d,\s]+)/.exec(await found.getByRole('status').innerText())![1]);
    assert.ok(count > 10, String(count));
    const csv = (await download('Download as CSV')).toString('utf8').trimEnd().split('\n');
    assert.equal(csv.length, count + 1);
    await tab.getByRole('button', { name: 'Keep as hunt …' }).click();
    await tab.getByRole('dialog').getByLabel('Name').fill('reports to 8080');
    await tab.getByRole('dialog').getByRole('button', { name: 'Keep' }).click();
    await toast('was kept').waitFor();
    await goTo('/flows');
    await tab.getByLabel('Hunt').selectOption({ label: 'reports to 8080' });
    await tab.getByText('203.0.113.99').first().waitFor();
    await tab.getByLabel('Column to look at').selectOption('DstAddr');
    await tab
      .getByRole('region', { name: 'Most frequent values' })
      .getByRole('cell', { name: '203.0.113.99', exact: true })
      .waitFor();
  });

  await t.test('tries a threshold, sees what it brings, then sets it', async () => {
    await goTo('/models');
    await tab.getByRole('region', { name: 'Table of models' }).getByRole('link').first().click();
    const slider = tab.getByRole('slider');
    await slider.waitFor();
    await settle(tab);
    const id = decodeURIComponent(new URL(tab.url()).pathname.split('/').at(-1)!);
    const stands = async (): Promise<number> =>
      (await get<{ model: { threshold: number } }>(`/api/models/${id}`)).model.threshold;
    const before = await stands();
    const tiles = tab.locator('.threshold .tiles');
    const figures = await tiles.innerText();
    assert.match(figures, /\d[\d,.]*\s+alerts a day/, figures);
    assert.match(figures, /\d[\d,.]*\s+flagged flows a day/, figures);
    assert.match(figures, /[\d.]+\s*%?\s+recall/, figures);
    await slider.fill('0.999');
    await tab.getByText('nothing is saved yet').waitFor();
    assert.notEqual(await tiles.innerText(), figures);
    assert.equal(await stands(), before, 'trying changes nothing');
    await tab.getByRole('button', { name: 'Save …' }).click();
    await tab.getByRole('dialog').getByRole('button', { name: 'Set the threshold' }).click();
    await toast('The threshold is 0.9990').waitFor();
    assert.equal(await stands(), 0.999);
    await toast('The threshold is').getByRole('button', { name: 'Undo' }).click();
    await tab.locator('output').filter({ hasNotText: '0.9990' }).waitFor();
    assert.equal(await stands(), before);
  });

  await t.test('signs out, and nothing is open any more', async () => {
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await tab.getByRole('button', { name: 'Sign in' }).waitFor();
    const response = await window.context.request.get(`${service.address}/api/alerts`);
    assert.equal(response.status(), 401);
    await tab.goto(`${service.address}/alerts`);
    await tab.getByRole('button', { name: 'Sign in' }).waitFor();
    assertClean(window);
  });
});
