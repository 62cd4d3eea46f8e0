import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { Random } from '../../src/base/index.ts';
import { benchmark, trainModel } from '../../src/evaluate/index.ts';
import { saveModel } from '../../src/models/index.ts';
import {
  benchmarkPage,
  dataCardPage,
  evaluationPage,
  explore,
  explorePage,
  modelCardPage,
  type Page,
  pageHtml,
} from '../../src/report/index.ts';
import { madeFlows } from '../evaluate/flows.ts';
import { tableOf } from '../report/explore/tables.ts';

/** What inspect.js finds on a page. */
interface Inspected {
  readonly problems: readonly string[];
  readonly texts: number;
  readonly pictures: number;
  readonly first: number;
  readonly headings: number;
  readonly links: number;
}

const places = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);
const executablePath = [process.env['CHROMIUM'] ?? '', ...places].find(
  (path) => path !== '' && existsSync(path),
);
const skip = executablePath
  ? false
  : `no Chromium in ${places.join(', ')}; CHROMIUM=PATH names one. No page was looked at.`;

const inspect = readFileSync(new URL('./inspect.js', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'wiresift-pages-'));
let browser: Browser | undefined;
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Twelve classes, long words, heavy tails, cells from the wire: what pages break on. */
async function crowdedPage(): Promise<Page> {
  const random = new Random(3);
  const rows = Array.from({ length: 1200 }, (_, row) => row);
  const names = rows.slice(0, 12).map((n) => `class-with-a-long-name-${n}`);
  const words = rows.map((row) => `${'Verylongwordwithoutanyblank'.repeat(3)}${row % 20}`);
  const table = tableOf([
    { name: 'time', role: 'time', time: true, cells: rows.map((row) => 1.3e15 + row * 7e7) },
    { name: 'src_ip', role: 'identity', cells: rows.map((row) => `8.8.${row % 9}.${row % 250}`) },
    { name: 'dst_ip', role: 'identity', cells: rows.map((row) => `1.1.1.${row % 250}`) },
    {
      name: 'bytes',
      cells: rows.map((row) => Math.round(random.exponential(2) * 10 ** (row % 9))),
    },
    { name: 'small', cells: rows.map(() => random.next() * 1e-5) },
    { name: 'a_column_whose_name_is_longer_than_others', cells: words },
    { name: 'markup', cells: rows.map((row) => (row % 2 ? '<img src=//x.invalid/>' : '&amp;')) },
    ...names.map((name) => ({ name, cells: rows.map(() => random.next() - 0.5) })),
  ]);
  const labels = Int32Array.from(rows, (row) => row % 12);
  return explorePage(await explore({ name: 'crowded', table, classes: names, labels }));
}

/** Every kind of page, from made-up flows. */
async function pages(): Promise<ReadonlyMap<string, Page>> {
  const data = madeFlows(2000);
  const { table, classes, labels } = data;
  const found = await explore({ name: 'made flows', table, classes, labels });
  const trained = await trainModel({
    data,
    modelKind: 'tree',
    parameters: { maxDepth: 4 },
    seed: 1,
  });
  const { file, evaluation, record } = trained;
  const models = ['tree', 'logistic'].map((kind) => ({ kind, parameters: {} }));
  const compared = await benchmark({ data, models, seed: 1 });
  const about = {
    title: 'made flows',
    licence: 'ours',
    citation: 'none',
    errata: ['half unknown'],
  };
  const bytes = saveModel(file);
  const command = 'wiresift train ctu13 made.binetflow --model tree -o tree.safetensors';
  const card = { file, evaluation, bytes, command, record, leaks: record.leaks, data: about };
  return new Map([
    ['explore', explorePage(found)],
    ['explore, crowded', await crowdedPage()],
    ['evaluate', evaluationPage(evaluation, record.leaks)],
    ['benchmark', benchmarkPage(compared)],
    ['model card', modelCardPage(card)],
    ['data card', dataCardPage({ found, command: 'wiresift explore made.binetflow' })],
  ]);
}

test('every page can be read on wide and narrow screens, in light and dark', {
  skip,
}, async (t) => {
  browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  for (const [name, page] of await pages()) {
    const path = join(folder, `${name.replaceAll(/\W+/g, '-')}.html`);
    writeFileSync(path, pageHtml(page));
    await t.test(name, async () => {
      for (const width of [480, 1280]) await look(page, path, width);
    });
  }
});

/** Opens a page, unfolds what is folded, and checks what a reader would see, in light and dark. */
async function look(page: Page, path: string, width: number): Promise<void> {
  const context = await browser!.newContext({ viewport: { width, height: 900 } });
  const tab = await context.newPage();
  const told: string[] = [];
  const asked: string[] = [];
  tab.on('console', (message) => told.push(message.text()));
  tab.on('pageerror', (error) => told.push(error.message));
  tab.on('request', (request) => asked.push(request.url()));
  const address = pathToFileURL(path).href;
  await tab.goto(address);
  await tab.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
  const titled = page.sections.filter(({ title }) => title !== '').length;
  for (const colorScheme of ['light', 'dark'] as const) {
    await tab.emulateMedia({ colorScheme });
    const seen = (await tab.evaluate(inspect)) as Inspected;
    const where = `${width} pixels, ${colorScheme}`;
    assert.deepEqual(seen.problems, [], where);
    assert.equal(seen.first, 1, where);
    assert.equal(seen.headings, titled, where);
    assert.equal(seen.links, titled, where);
    assert.ok(seen.pictures > 0 && seen.texts > 50, `${where}: ${seen.texts} texts were seen`);
  }
  await context.close();
  assert.deepEqual(told, [], `${width} pixels`);
  assert.deepEqual(asked, [address], `${width} pixels: nothing is fetched from anywhere`);
}
