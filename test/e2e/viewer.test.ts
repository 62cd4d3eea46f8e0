import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { AlertPage, FilePage, ModelList } from '../../src/serve/wire.ts';
import { browserMissing } from '../console/browser.ts';
import { Caller, example, type Started, startService } from './service.ts';
import { assertClean, openBrowser, openWindow, settle, signInAs } from './window.ts';

const PASSWORD = 'correct horse battery';

test('a viewer looks and changes nothing', { skip: browserMissing }, async (t) => {
  let service!: Started;
  let browser!: Browser;
  let admin!: Caller;
  let viewer!: Caller;
  before(async () => {
    [service, browser] = await Promise.all([startService(PASSWORD), openBrowser()]);
    admin = await Caller.signIn(service.address, 'admin', PASSWORD);
    await admin.upload(example('attack.pcap'));
    viewer = await admin.addPerson('vera', 'viewer', PASSWORD);
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
  });

  await t.test('by the pages', async () => {
    const window = await openWindow(browser);
    const { tab } = window;
    await signInAs(tab, service.address, { name: 'vera', password: PASSWORD });
    await tab.goto(`${service.address}/alerts`);
    await tab.locator('#row-0').waitFor();
    await settle(tab);
    assert.equal(await tab.getByRole('checkbox', { name: 'Tick this row' }).count(), 0);
    await tab.keyboard.press('j');
    await tab.locator('#row-0.current').waitFor();
    for (const key of ['r', 's', 'x']) await tab.keyboard.press(key);
    assert.equal(await tab.getByRole('dialog').count(), 0);
    await tab.keyboard.press('Enter');
    await tab.getByText('Your role may look at alerts, and not judge them.').waitFor();
    await settle(tab);
    await tab.keyboard.press('r');
    const offered = await tab.getByRole('button').or(tab.getByRole('link')).allInnerTexts();
    const forbidden = /resolve|suppress|label it|open again|packets/i;
    assert.deepEqual(
      offered.filter((text) => forbidden.test(text)),
      [],
    );
    assert.equal(await tab.getByRole('dialog').count(), 0);
    const lacking: Readonly<Record<string, RegExp>> = {
      '/files': /choose files|delete|cancel/i,
      '/flows': /keep as hunt/i,
      '/settings': /save|people|audit/i,
    };
    for (const [path, words] of Object.entries(lacking)) {
      await tab.goto(`${service.address}${path}`);
      await settle(tab);
      const texts = await tab
        .locator('main')
        .getByRole('button')
        .or(tab.locator('main a'))
        .allInnerTexts();
      assert.deepEqual(
        texts.filter((text) => words.test(text)),
        [],
        path,
      );
    }
    assertClean(window);
    await window.context.close();
  });

  await t.test('by the API', async () => {
    const { rows } = await viewer.get<AlertPage>('/api/alerts?limit=1');
    const { id, version } = rows[0]!;
    const files = await viewer.get<FilePage>('/api/files');
    const { models } = await viewer.get<ModelList>('/api/models');
    const file = files.rows[0]!;
    const model = models[0]!;
    const judgement = { state: 'resolved', verdict: 'false positive' };
    const refused: readonly [string, string, unknown?][] = [
      ['POST', '/api/alerts/judge', { targets: [{ id, version }], judgement }],
      ['POST', '/api/alerts/undo', { action: id }],
      ['POST', `/api/alerts/${id}/labels`, { label: 'benign' }],
      ['GET', `/api/alerts/${id}/pcap`],
      ['GET', `/api/files/${file.id}/content`],
      ['DELETE', `/api/files/${file.id}`],
      ['POST', '/api/files', { name: 'mine.pcap', size: 10 }],
      ['POST', `/api/models/${model.id}/threshold`, { version: model.version, threshold: 0.1 }],
      ['GET', '/api/users'],
      ['GET', '/api/audit'],
    ];
    for (const [method, path, body] of refused) {
      const response = await viewer.send(method, path, body);
      assert.equal(response.status, 403, `${method} ${path}: ${await response.text()}`);
    }
    const after = await viewer.get<{ row: { state: string; version: number } }>(
      `/api/alerts/${id}`,
    );
    assert.deepEqual([after.row.state, after.row.version], ['open', version]);
    assert.equal((await admin.get<FilePage>('/api/files')).rows[0]!.state, 'analysed');
  });
});
