import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { AlertPage, HostPage, ModelList } from '../../src/serve/wire.ts';
import {
  browserMissing,
  builtConsole,
  countScript,
  MOST_SCRIPT,
  violations,
} from '../console/browser.ts';
import { COLUMNS_WITH_MARKUP, hostileCapture, MADE_BY_MARKUP, markup } from './hostile.ts';
import { Caller, example, type Started, startService } from './service.ts';
import {
  assertClean,
  assertNarrow,
  openBrowser,
  openWindow,
  settle,
  signInAs,
  type Window,
} from './window.ts';

const PASSWORD = 'correct horse battery';
const FILE = `${markup('file')}.pcap`;
const HOST = '192.168.10.66';

/**
 * Fills the service with what analysts and captures write, markup in every word.
 * @returns the id of the hostile capture
 */
async function fill(admin: Caller): Promise<string> {
  await admin.upload(example('attack.pcap'), FILE);
  const { id: hostile } = await admin.upload('', 'hostile.pcap', Buffer.from(hostileCapture()));
  const { rows: alerts } = await admin.get<AlertPage>(`/api/alerts?filter=host:eq:${HOST}`);
  const [first, second] = alerts as [AlertPage['rows'][number], AlertPage['rows'][number]];
  const { rows: hosts } = await admin.get<HostPage>(`/api/hosts?filter=id:eq:${HOST}`);
  const { version } = hosts[0]!;
  const named = { version, name: markup('name'), note: markup('note of a host') };
  const judgement = { state: 'resolved', verdict: 'true positive', note: markup('note') };
  const query = { view: 'zeek', where: [{ field: 'http_host', is: 'equal', value: markup('q') }] };
  const rule = { effect: 'hide', host: '198.51.100.200', kind: null, model: null, until: null };
  const changes: readonly [string, string, unknown][] = [
    ['PATCH', `/api/hosts/${HOST}`, named],
    [
      'POST',
      '/api/alerts/judge',
      { targets: [{ id: second.id, version: second.version }], judgement },
    ],
    ['POST', `/api/alerts/${first.id}/labels`, { label: markup('label'), note: markup('why') }],
    ['POST', '/api/hunts', { name: markup('hunt'), query, shared: true }],
    ['POST', '/api/tokens', { name: markup('token'), role: 'viewer' }],
    ['POST', '/api/users', { name: markup('person'), role: 'analyst' }],
    ['POST', '/api/suppressions', { ...rule, reason: markup('reason') }],
  ];
  for (const [method, path, body] of changes) await admin.get(path, method, body);
  return hostile;
}

test('every page, with real content', { skip: browserMissing }, async (t) => {
  let service!: Started;
  let browser!: Browser;
  let window!: Window;
  let tab!: Page;
  let admin!: Caller;
  let hostile = '';
  before(async () => {
    service = await startService(PASSWORD);
    browser = await openBrowser();
    admin = await Caller.signIn(service.address, 'admin', PASSWORD);
    hostile = await fill(admin);
    window = await openWindow(browser);
    tab = window.tab;
    await signInAs(tab, service.address, { name: 'admin', password: PASSWORD });
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
  });

  const addresses = async (): Promise<readonly string[]> => {
    const alerts = await admin.get<AlertPage>('/api/alerts');
    const { models } = await admin.get<ModelList>('/api/models');
    const of = (kind: string): string => alerts.rows.find((row) => row.kind === kind)!.id;
    const file = alerts.rows[0]!.origin!;
    const asked = encodeURIComponent(markup('asked'));
    return [
      '/',
      '/alerts',
      `/alerts?group=host&beside=${of('model')}`,
      `/alerts?q=${asked}`,
      `/alerts?filter=state:in:open%7Cresolved`,
      ...alerts.rows.map(({ id }) => `/alerts/${id}`).filter((_, at) => at < 3),
      `/alerts/${of('model')}`,
      '/hosts',
      `/hosts/${HOST}`,
      '/flows',
      '/flows?view=zeek&look=http_host',
      '/files',
      `/files?file=${file}`,
      '/models',
      ...models.map(({ id }) => `/models/${id}`).slice(0, 2),
      '/settings',
      '/settings/people',
      '/settings/tokens',
      '/settings/suppressions',
      '/settings/audit',
      `/nothing/${asked}`,
    ];
  };

  await t.test('axe finds nothing, light and dark; nothing runs, nothing is wide', async (each) => {
    const script = countScript(tab, await builtConsole());
    for (const address of await addresses()) {
      await each.test(address, async () => {
        script();
        await tab.goto(`${service.address}${address}`);
        await settle(tab);
        const packed = script();
        assert.ok(packed > 10_000 && packed < MOST_SCRIPT, `${packed} bytes of script`);
        for (const colorScheme of ['light', 'dark'] as const) {
          await tab.emulateMedia({ colorScheme });
          assert.deepEqual(await violations(tab), [], colorScheme);
        }
        await tab.emulateMedia({ colorScheme: 'light' });
        assert.equal(await tab.locator(MADE_BY_MARKUP).count(), 0, 'markup became elements');
        for (const width of [390, 1440]) await assertNarrow(tab, width);
      });
    }
  });

  await t.test('markup in packets is text in the table, the picture and the filter', async () => {
    for (const [column, where] of Object.entries(COLUMNS_WITH_MARKUP)) {
      const asked = `view=zeek&columns=${column}&look=${column}&origin=${hostile}`;
      await tab.goto(`${service.address}/flows?${asked}`);
      const word = `('${where}')`;
      await tab.getByRole('grid', { name: 'Flows' }).getByText(word).first().waitFor();
      await tab
        .getByRole('region', { name: 'Most frequent values' })
        .getByText(word)
        .first()
        .waitFor();
      await settle(tab);
      await tab
        .getByRole('button', { name: /^only.*wiresift/i })
        .first()
        .click();
      await tab.getByRole('list', { name: 'Conditions; all must hold' }).getByText(word).waitFor();
      assert.equal(await tab.locator(MADE_BY_MARKUP).count(), 0, column);
    }
  });

  await t.test('markup that people and files brought is text', async () => {
    const shown: readonly [string, string][] = [
      ['/files', 'file'],
      [`/hosts/${HOST}`, 'name'],
      ['/hosts', 'name'],
      ['/settings/tokens', 'token'],
      ['/settings/people', 'person'],
      ['/settings/suppressions', 'reason'],
      ['/settings/audit', 'hunt'],
    ];
    for (const [path, where] of shown) {
      await tab.goto(`${service.address}${path}`);
      await tab.getByText(`('${where}')`).first().waitFor();
      assert.equal(await tab.locator(MADE_BY_MARKUP).count(), 0, path);
    }
  });

  await t.test('no script ran, no rule of the browser was broken', () => assertClean(window));
});
